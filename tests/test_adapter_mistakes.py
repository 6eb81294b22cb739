"""What cannot be read, in a bank's answer or in its mapping, is said with its place."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.adapter import RowMapping, Rows
from conformance.errors import ConfigurationError
from tests.mapped import FX, mapping


@pytest.mark.parametrize(
    ("document", "expected", "actual", "at"),
    [
        ([{"language": "en"}], 'an object with "products"', "a list of 1", ""),
        ({"prodcuts": []}, 'an object with "products"', '"prodcuts" in its place', ""),
        ({}, 'an object with "products"', "an empty object", ""),
        ({"products": None}, "a list", "null", "/products"),
        ({"products": {"a": {"name": 1}}}, "a list", 'an object with "a"', "/products"),
        ({"products": "none"}, "a list", '"none"', "/products"),
        ({"products": ["x"]}, "an object", '"x"', "/products/0"),
        (
            {"products": [{"name": "x", "rate": "high"}]},
            "a percentage, for rate",
            '"high"',
            "/products/0/rate",
        ),
        (
            {"products": [{"title": "x"}]},
            "at least one of name, rate",
            'an object with "title"',
            "/products/0",
        ),
        (None, 'an object with "products"', "null", ""),
        (7, 'an object with "products"', "7", ""),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_place(
    document: Any, expected: str, actual: str, at: str
) -> None:
    rows = mapping("rows: ['$.products[*]']\nfields: {name: $.name, rate: {from: $.rate, as: percent}}").read(
        document
    )
    (problem,) = rows.problems
    assert (problem.expected, problem.actual, problem.at) == (expected, actual, at)


def test_an_empty_list_is_no_problem() -> None:
    assert mapping("rows: ['$.products[*]']\nfields: {name: $.name}").read({"products": []}) == Rows(())


def test_an_inner_list_may_be_missing_or_null() -> None:
    read = mapping("rows: ['$.brands[*]', '$.cards[*]']\nfields: {name: $.name}")
    assert read.read({"brands": [{}, {"cards": None}, {"cards": []}, {"cards": {}}]}) == Rows(())
    assert [p.at for p in read.read({"brands": [{"cards": {"name": "x"}}]}).problems] == ["/brands/0/cards"]


def test_a_member_that_is_nearly_the_one_asked_for_is_a_slip() -> None:
    read = mapping("""
      rows: ["$.data.transaction[*]"]
      fields: {indicator: $.creditDebitIndicator, id: $.id, min: $.TierValueMinimum, line1: $.addressLine1,
               updated: {from: [$.lastUpdateDate, $.lastUpdateDateTime]}}
    """).read(
        {
            "data": {
                "transaction": [
                    {"creditDebitIndictor": "Debit", "id": "1", "TierValueMaximum": "1", "addressLine2": "x",
                     "lastUpdateDatetime": "x"},
                ]
            }
        }
    )  # fmt: skip
    assert [(s.expected, s.actual, s.at) for s in read.slips] == [
        (
            "a member named creditDebitIndicator",
            '"creditDebitIndictor"',
            "/data/transaction/0/creditDebitIndictor",
        ),
        (
            "a member named lastUpdateDateTime",
            '"lastUpdateDatetime"',
            "/data/transaction/0/lastUpdateDatetime",
        ),
    ]
    assert read.problems == ()


def test_a_bank_that_breaks_every_row_is_told_so_often_enough() -> None:
    rows = mapping("rows: ['$.data[*]']\nfields: {rate: {from: $.rate, as: decimal}, id: $.id}").read(
        {"data": [{"rate": "x", "id": i} for i in range(5000)]}
    )
    assert len(rows) == 5000
    assert len(rows.problems) == 101
    assert rows.problems[-1].actual == "more than 100 that are not"


def test_a_path_that_yaml_cannot_read_without_quotes_is_refused_with_the_remedy() -> None:
    with pytest.raises(ConfigurationError, match=r"JSONPaths .* in quotes"):
        mapping("rows: [$.data[*].Brand[*], $.ExchangeRateType[*]]")
    assert (
        len(
            mapping("rows:\n  - $.data[*].Brand[*]\n  - $.ExchangeRateType[*]\n  - $.ExchangeRate[*]").read(
                FX
            )
        )
        == 3
    )


def test_every_mistake_in_a_mapping_is_named_with_its_key_and_a_remedy() -> None:
    with pytest.raises(ConfigurationError) as refused:
        RowMapping.parse(
            ["$.a[*]"],
            {
                "Buy": "$.x",
                "sell": "HKD",
                "unit": {"from": "b"},
                "base": {"frm": "$"},
                "rate": {"from": "$.x", "as": "decmal"},
                "name": {"from": "$.x", "upp": 1},
                "tiers": {"rows": ["$.x[*]"], "fields": {"min": {"from": "$.a", "up": 3}}},
                "kind": {"key": "x"},
                "fees": [{"from": "$.x["}],
                "note": 7,
                "empty": {"from": []},
            },
            {"column": "$.x", "values": {"fr": "x"}},
            at="functions.other.fx-rate",
        )
    said = "\n".join(refused.value.problems)
    for text in (
        "functions.other.fx-rate.fields.Buy: a canonical name",
        "fields.sell: 'HKD' is no JSONPath; write {constant: HKD}",
        "fields.unit.from: 'b' is no JSONPath; it begins with $",
        "fields.base: frm says nothing by itself; did you mean from?",
        "fields.rate.as: unknown transform 'decmal'; did you mean decimal?",
        "fields.name.upp: unknown beside from; did you mean up?",
        "fields.tiers.fields.min.up: expected a whole number from 0 to 2",
        "fields.kind.key: write {key: true}",
        "fields.fees.0.from: $.x[: unexpected end",
        "fields.note: expected a JSONPath or a mapping",
        "fields.empty.from: expected a JSONPath or a list",
        "language.values.fr: unknown language; there are en, tc and sc",
    ):
        assert text in said
    for rows in ([], "", None, 7, [7], ["a.b"], ["$.a | $.b"]):
        with pytest.raises(ConfigurationError, match="rows"):
            RowMapping.parse(rows)
