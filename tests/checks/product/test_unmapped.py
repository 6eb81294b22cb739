"""Fields that the bank's file maps nothing to: nobody looked whether the bank gives them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.errors import Inconclusive, NotApplicable
from tests.checks.asked import SAVINGS, findings

NAMED = {"id": "$.id", "name": "$.title", "kind": {"constant": "savings"}}
ROWS = {"rows": [{"id": "1", "title": "Savings", "about": "Saves.", "ccy": "HKD"}]}


def entry(**fields: Any) -> dict[str, Any]:
    return {"request": {"path": "/list"}, "rows": ["$.rows[*]"], "fields": NAMED | fields, "language": "none"}


def asked(check: str, bank: Any, **fields: Any) -> list[tuple[str, str]]:
    return [(f.expected, f.at) for f in findings(f"product.{check}", bank, SAVINGS, entry(**fields))]


def test_a_needed_field_that_the_file_does_not_map_is_no_fault_of_the_bank() -> None:
    with pytest.raises(Inconclusive, match=r"fields in the bank's file maps no currencies, no tiers or fees"):
        asked("required_fields", ROWS)


def test_a_needed_field_that_the_file_maps_and_the_bank_lacks_is_missing() -> None:
    told = asked("required_fields", ROWS, currencies=["$.currency"], description="$.about")
    assert told == [('a member "currencies"', "/rows/0")]


def test_a_missing_field_is_told_although_another_is_not_mapped() -> None:
    without = {"rows": [{"id": "1", "about": "Saves."}]}
    assert asked("required_fields", without) == [('a member "name"', "/rows/0")]


def test_a_recommended_field_is_missed_where_the_file_maps_it() -> None:
    with pytest.raises(NotApplicable, match="maps no tiers"):
        asked("recommended_fields", ROWS)
    assert asked("recommended_fields", ROWS, terms_url="$.terms") == [("terms_url in some row", "/rows/0")]


def test_a_bank_may_write_its_numbers_as_numbers() -> None:
    tiers = {"rows": ["$.tiers[*]"], "fields": {"min": "$.from", "rate": "$.rate"}}
    rows = {"rows": [{**ROWS["rows"][0], "tiers": [{"from": 0, "rate": 0.25}]}]}
    assert not asked("values_can_be_read", rows, tiers=tiers, currencies=["$.ccy"])
