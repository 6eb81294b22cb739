"""Rows that are right in unusual ways, and what is told apart in those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.registry import all_checks
from tests.checks.asked import actual, findings, rows

CARDS, LOANS, FX = "loans.credit-card-product", "loans.unsecured-loan-product", "other.fx-rate"
APART = ("product.matches_own_description", "product.kinds_fit_function")
"""They need a description and arguments."""
ACCOUNT: dict[str, Any] = {"kind": "savings", "name": "A", "currencies": ["HKD"], "features": ["f"]}


def test_a_product_without_id_is_identified_by_brand_and_name() -> None:
    assert not findings("product.required_fields", rows(ACCOUNT | {"brand": "Premier"}))


def test_a_product_without_id_and_brand_is_not_identified() -> None:
    assert len(findings("product.required_fields", rows(ACCOUNT))) == 1


@pytest.mark.parametrize("field", ["product_url", "terms_url"])
def test_a_broken_link_is_left_to_the_checks_of_links(field: str) -> None:
    assert not findings("product.values_can_be_read", rows(ACCOUNT | {"id": "1", field: "/cards"}))


def test_a_time_without_offset_is_told_once() -> None:
    zoneless = rows(ACCOUNT | {"id": "1", "last_updated": "2025-12-31T09:00:00"})
    assert not findings("product.values_can_be_read", zoneless)
    assert actual(findings("product.instants_have_offset", zoneless)) == ["2025-12-31T09:00:00"]


def test_a_day_that_the_calendar_lacks_cannot_be_read() -> None:
    assert findings("product.values_can_be_read", rows(ACCOUNT | {"id": "1", "effective_from": "2025-02-30"}))


def test_members_that_no_schema_knows_are_welcome() -> None:
    assert not findings("product.values_can_be_read", rows(ACCOUNT | {"id": "1", "x": {"y": [1, None]}}))


def test_one_row_with_a_recommended_field_is_enough() -> None:
    both = rows({"id": "1", "name": "A", "scheme": "Visa"}, {"id": "2", "name": "B", "rewards": ["r"]})
    missing = [found.expected for found in findings("product.recommended_fields", both, CARDS)]
    assert "rewards in some row" not in missing
    assert "terms_url in some row" in missing


@pytest.mark.parametrize(("rate", "count"), [("0", 0), ("100", 0), ("100.01", 1), ("-0.01", 1), ("n/a", 0)])
def test_a_rate_lies_between_nothing_and_everything(rate: str, count: int) -> None:
    tiers = [{"rate": rate}]
    assert len(findings("product.rates_in_range", rows(ACCOUNT | {"id": "1", "tiers": tiers}))) == count


@pytest.mark.parametrize(
    ("loan", "count"),
    [
        ({"rate": "3", "apr": "5.8", "rate_type": "flat"}, 0),
        ({"rate": "3", "apr": "2.9", "rate_type": "flat"}, 1),
        ({"rate": "3", "apr": "2.9", "rate_type": "Monthly Flat Rate"}, 1),
        ({"rate": "3", "apr": "2.9", "rate_type": "variable"}, 0),
        ({"rate": "3", "apr": "2.9"}, 0),
    ],
)
def test_only_a_flat_rate_is_compared_with_the_apr(loan: dict[str, str], count: int) -> None:
    row = {"id": "1", "kind": "unsecured", "name": "A"} | loan
    assert len(findings("product.apr_not_below_flat_rate", rows(row), LOANS)) == count


@pytest.mark.parametrize(
    ("last", "more", "count"),
    [
        ("2026-01-01", {}, 0),
        ("2025-12-31", {}, 1),
        ("2025-12-31", {"on_sale": False}, 0),
        ("2025-12-31", {"effective_from": "2026-06-01"}, 0),
        ("soon", {}, 0),
    ],
)
def test_a_product_is_on_sale_until_its_last_day_in_hong_kong_ends(
    last: str, more: dict[str, Any], count: int
) -> None:
    row = ACCOUNT | {"id": "1", "effective_to": last} | more
    assert len(findings("product.not_expired_on_sale", rows(row))) == count


@pytest.mark.parametrize(
    ("updated", "count"),
    [
        ("2026-01-01T03:00:59Z", 0),
        ("2026-01-01T03:01:01Z", 1),
        ("2026-01-01T11:00:00+08:00", 0),
        ("2026-01-01T11:00:00Z", 1),
        ("2026-01-01T11:00:00", 0),
    ],
)
def test_two_clocks_may_differ_by_a_minute(updated: str, count: int) -> None:
    row = ACCOUNT | {"id": "1", "last_updated": updated}
    assert len(findings("product.not_updated_in_the_future", rows(row))) == count


def test_the_sizes_of_boxes_at_one_branch_may_share_its_identifier() -> None:
    boxes = rows({"id": "b", "name": "X", "size": "S"}, {"id": "b", "name": "X", "size": "L"})
    assert not findings("product.identifiers_are_unique", boxes, "other.safe-deposit-box-product")


def test_two_machines_at_one_address_may_have_the_same_name_when_neither_has_an_identifier() -> None:
    machines = rows(
        {"kind": "atm", "name": "Central", "services": ["cash"]},
        {"kind": "atm", "name": "Central", "services": ["coins"]},
    )
    assert not findings("product.identifiers_are_unique", machines, "other.atm")


def test_amounts_in_different_currencies_are_not_compared() -> None:
    row = {
        "id": "1",
        "kind": "unsecured",
        "name": "A",
        "min_amount": {"amount": "100000", "currency": "JPY"},
        "max_amount": {"amount": "5000", "currency": "HKD"},
    }
    assert not findings("product.minimum_not_above_maximum", rows(row), LOANS)


def test_cnh_and_rmb_are_told_apart_from_unknown_codes() -> None:
    row = ACCOUNT | {"id": "1", "currencies": ["HKD", "CNH", "RMB", "XYZ", "hkd"]}
    assert actual(findings("product.currencies_are_iso_4217", rows(row))) == ["XYZ"]
    assert actual(findings("product.renminbi_is_cny", rows(row))) == ["CNH", "RMB"]


def test_hostile_rows_break_no_check() -> None:
    hostile = rows(
        {"id": {"a": [1]}, "name": None, "tiers": [None, 7, {"rate": []}]},
        {"id": True, "eligibility": 4, "currencies": "HKD", "min_amount": [], "fees": {"amount": -1}},
        {"id": "\ud800", "name": "x" * 100_000, "tenor": {"min": "-9" * 90, "max": None}},
    )
    for check in all_checks():
        if check.startswith("product.") and check not in APART:
            findings(check, hostile)
