"""Each edit of the toolbox changes just what it names."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from conformance.bank.products import edits
from conformance.bank.products.policy import ListEdit, RowEdit

ROW: dict[str, Any] = {
    "id": "a",
    "buy": "1.5",
    "sell": "2.5",
    "open": True,
    "day": "2026-01-31",
    "at": "2026-01-31T09:00:00+08:00",
    "age": {"min": 18},
    "tiers": [{"rate": "1"}, {"rate": "2"}],
}


@pytest.mark.parametrize(
    ("edit", "difference"),
    [
        (edits.put("name", "x"), {"name": "x"}),
        (edits.put("age.max", 9), {"age": {"min": 18, "max": 9}}),
        (edits.put("none.max", 9), {}),
        (edits.change("id", str.upper), {"id": "A"}),
        (edits.change("name", str.upper), {}),
        (edits.drop("tiers.*.rate"), {"tiers": [{}, {}]}),
        (edits.drop("tiers.0"), {"tiers": [{"rate": "2"}]}),
        (edits.drop("tiers.*"), {"tiers": []}),
        (edits.drop("tiers.7"), {}),
        (edits.rename("age.min", "mni"), {"age": {"mni": 18}}),
        (edits.swap("buy", "sell"), {"buy": "2.5", "sell": "1.5"}),
        (edits.swap("buy", "none"), {}),
        (edits.swap("tiers.0.rate", "tiers.1.rate"), {"tiers": [{"rate": "2"}, {"rate": "1"}]}),
        (edits.append("id", "#"), {"id": "a#"}),
        (edits.add("tiers.1.rate", "0.5"), {"tiers": [{"rate": "1"}, {"rate": "2.5"}]}),
        (edits.multiply("buy", "100"), {"buy": "150.0"}),
        (edits.shift("day", days=1), {"day": "2026-02-01"}),
        (edits.shift("at", hours=-10), {"at": "2026-01-30T23:00:00+08:00"}),
        (edits.as_number("buy"), {"buy": 1.5}),
        (edits.as_text("open"), {"open": "true"}),
        (edits.only_in("en", edits.put("id", "x")), {"id": "x"}),
        (edits.only_in("tc", edits.put("id", "x")), {}),
        (edits.where("id", "a", edits.put("id", "x")), {"id": "x"}),
        (edits.where("id", "b", edits.put("id", "x")), {}),
    ],
)
def test_a_row_edit_changes_just_its_field(edit: RowEdit, difference: dict[str, Any]) -> None:
    assert edit(copy.deepcopy(ROW), "en") == ROW | difference


def test_a_renamed_field_keeps_its_place() -> None:
    assert next(iter(edits.rename("id", "ID")(copy.deepcopy(ROW), "en"))) == "ID"


@pytest.mark.parametrize(
    ("edit", "ids"),
    [
        (edits.nth(1, edits.put("id", "x")), "axcd"),
        (edits.nth(-1, edits.put("id", "x")), "abcx"),
        (edits.nth(9, edits.put("id", "x")), "abcd"),
        (edits.every(2, edits.put("id", "x")), "xbxd"),
        (edits.without(0), "bcd"),
        (edits.without(-1), "abc"),
        (edits.twice(0), "abcda"),
        (edits.first(2), "ab"),
        (edits.rows_only_in("en", edits.first(1)), "a"),
        (edits.rows_only_in("sc", edits.first(1)), "abcd"),
    ],
)
def test_a_list_edit_changes_just_its_rows(edit: ListEdit, ids: str) -> None:
    assert "".join(row["id"] for row in edit([{"id": each} for each in "abcd"], "en")) == ids
