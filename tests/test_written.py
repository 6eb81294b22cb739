"""Numbers as a schema writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.written import written

SCHEMA = {
    "properties": {
        "rate": {"type": "string", "format": "decimal"},
        "days": {"type": "integer"},
        "tiers": {"type": "array", "items": {"properties": {"min": {"type": "string", "format": "decimal"}}}},
    }
}


@pytest.mark.parametrize(
    ("came", "read"),
    [
        ({"rate": Decimal("7.7512")}, {"rate": "7.7512"}),
        ({"rate": 7}, {"rate": "7"}),
        ({"rate": 0.25}, {"rate": "0.25"}),
        ({"rate": Decimal("1E+3")}, {"rate": "1000"}),
        ({"days": "56"}, {"days": 56}),
        ({"tiers": [{"min": 0}, {"min": "10"}]}, {"tiers": [{"min": "0"}, {"min": "10"}]}),
        ({"other": 7, "days": 56}, {"other": 7, "days": 56}),
    ],
)
def test_a_number_is_written_as_the_schema_has_it(came: Any, read: Any) -> None:
    assert written(came, SCHEMA) == read


@pytest.mark.parametrize(
    "value", [True, None, "7,75", " 7", "N/A", Decimal("NaN"), Decimal("1E+9999"), [1], {}]
)
def test_what_is_no_number_stays_to_be_judged(value: Any) -> None:
    assert repr(written({"rate": value}, SCHEMA)) == repr({"rate": value})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_no_digit_is_lost(number: Decimal) -> None:
    assert Decimal(written({"rate": number}, SCHEMA)["rate"]) == number
