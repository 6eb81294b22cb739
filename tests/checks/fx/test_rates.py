"""Exchange rates as banks quote them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.asked import actual, findings, rows

FX = "other.fx-rate"


def rate(currency: str, buy: str, sell: str, **more: Any) -> dict[str, Any]:
    return {"currency": currency, "base": "HKD", "buy": buy, "sell": sell} | more


def found(check: str, *given: dict[str, Any], **arguments: Any) -> list[str]:
    return actual(findings(f"fx.{check}", rows(*given), FX, arguments=arguments))


@pytest.mark.parametrize(
    "quoted",
    [
        rate("USD", "7.75", "7.85"),
        rate("JPY", "4.98", "5.12", unit="100"),
        rate("JPY", "0.0498", "0.0512"),
        rate("JPY", "49.8", "51.2", unit="1000"),
        rate("IDR", "0.46", "0.52", unit="1000"),
        rate("KRW", "0.0055", "0.0061"),
        rate("TRY", "0.18", "0.25"),
        rate("XAU", "31000", "31500"),
        rate("CNH", "1.07", "1.09"),
        rate("HKD", "0.127", "0.129", base="USD"),
        rate("EUR", "160", "164", base="JPY"),
        rate("USD", "9.50", "9.90"),
        rate("USD", "0", "7.8"),
    ],
)
def test_rates_of_any_usual_unit_and_base_are_plausible(quoted: dict[str, Any]) -> None:
    assert not found("magnitude_is_plausible", quoted)


@pytest.mark.parametrize(
    ("quoted", "hint"),
    [
        (rate("JPY", "4.98", "5.12"), "per 100 without a unit"),
        (rate("JPY", "0.0498", "0.0512", unit="100"), "per 1 with a unit of 100"),
        (rate("USD", "0.1280", "0.1285"), "the inverse of the rate"),
        (rate("JPY", "19.5", "20.1"), "the inverse of the rate"),
        (rate("USD", "77500", "78500"), ""),
    ],
)
def test_a_slip_of_unit_or_direction_is_told(quoted: dict[str, Any], hint: str) -> None:
    (said,) = found("magnitude_is_plausible", quoted)
    assert hint in said


def test_equal_rates_are_no_loss() -> None:
    assert not found("buy_not_above_sell", rate("USD", "7.8", "7.8"))


def test_an_unquoted_side_is_not_compared() -> None:
    assert not found("buy_not_above_sell", rate("USD", "7.8", "0"))
    assert found("prices_are_positive", rate("USD", "7.8", "0")) == ["0"]


def test_rates_with_conditions_of_their_own_are_different_rates() -> None:
    small = rate("USD", "7.7", "7.9", conditions="below 100,000")
    large = rate("USD", "7.75", "7.85", conditions="from 100,000")
    assert not found("one_rate_for_each_currency", small, large)


def test_kinds_are_known_in_any_spelling_and_unknown_kinds_are_not_compared() -> None:
    wide, narrow = ("7.70", "7.90"), ("7.75", "7.85")
    swapped = (rate("USD", *wide, rate_type="T/T"), rate("USD", *narrow, rate_type="Bank_Notes"))
    assert len(found("transfer_spread_within_note_spread", *swapped)) == 1
    other = (rate("USD", *wide, rate_type="counter"), rate("USD", *narrow, rate_type="online"))
    assert not found("transfer_spread_within_note_spread", *other)


def test_the_newest_rate_tells_how_fresh_the_list_is() -> None:
    old = rate("USD", "7.7", "7.9", last_updated="2025-11-01T09:00:00+08:00")
    new = rate("EUR", "8.7", "8.9", last_updated="2025-12-31T09:00:00+08:00")
    assert not found("timestamp_fresh", old, new, max_age="5d")
    assert len(found("timestamp_fresh", old, max_age="5d")) == 1


def test_a_floating_rate_that_nobody_has_set_for_weeks_is_left_behind() -> None:
    new = rate("EUR", "8.7", "8.9", last_updated="2025-12-31T09:00:00+08:00")
    for currency, behind in (("GBP", 1), ("MOP", 0)):
        old = rate(currency, "9.7", "9.9", last_updated="2025-11-01T09:00:00+08:00")
        assert len(found("timestamp_fresh", old, new, max_age="5d")) == behind


def test_rates_without_time_are_told_once() -> None:
    assert found("timestamp_present", rate("USD", "7.7", "7.9"), rate("EUR", "8.7", "8.9")) == [
        "none in 2 of 2 rates"
    ]


def test_a_bank_that_quotes_notes_and_transfers_in_one_element_is_counted_by_elements() -> None:
    payload = {
        "totalElements": 2,
        "currencies": [
            {"code": "USD", "tt": {"bid": 7.78, "offer": 7.82}, "note": {"bid": 7.75, "offer": 7.85}},
            {"code": "JPY", "tt": {"bid": 0.049, "offer": 0.051}, "note": None},
        ],
    }
    entry = {
        "request": {"method": "GET", "path": "/fx"},
        "rows": ["$.currencies[*]", "$['tt','note']"],
        "fields": {
            "currency": {"up": 1, "from": "$.code"},
            "base": {"constant": "HKD"},
            "buy": {"from": "$.bid", "as": "decimal"},
            "sell": {"from": "$.offer", "as": "decimal"},
        },
        "paging": {"kind": "page", "parameter": "pageIdx", "size_parameter": "", "total": "$.totalElements"},
    }
    assert not findings("paging.total_is_true", payload, FX, entry)
