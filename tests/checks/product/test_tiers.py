"""Interest tiers in the conventions that banks use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.asked import findings, rows

GAP, OVERLAP, ORDER = "product.tiers_without_gap", "product.tiers_without_overlap", "product.tiers_in_order"


def account(*tiers: dict[str, Any]) -> dict[str, Any]:
    return rows({"id": "a", "kind": "savings", "name": "A", "currencies": ["HKD"], "tiers": list(tiers)})


def tier(low: str | None, high: str | None, rate: str = "1", **more: Any) -> dict[str, Any]:
    ends = {"min": low, "max": high}
    return {name: value for name, value in ends.items() if value is not None} | {"rate": rate} | more


@pytest.mark.parametrize(
    "tiers",
    [
        pytest.param([tier("0", "500000"), tier("500000", None)], id="shared bound"),
        pytest.param([tier("0", "499999"), tier("500000", None)], id="whole units"),
        pytest.param([tier("0", "499999.99"), tier("500000", None)], id="cents"),
        pytest.param([tier("0", "500000"), tier("500000.01", None)], id="cents above"),
        pytest.param([tier("0", None), tier("500000", None), tier("1000000", None)], id="thresholds"),
        pytest.param([tier(None, "499999"), tier(None, "999999")], id="upper ends"),
        pytest.param([tier(None, "499999"), tier("500000", None)], id="open at both ends"),
        pytest.param([tier(None, None), tier("500000", None)], id="base rate beside a tier"),
        pytest.param([tier("500000", None), tier("0", "499999")], id="falling"),
        pytest.param([tier("0", None, tenor="P1M"), tier("0", None, tenor="P3M")], id="tenors"),
        pytest.param([tier("0", None, currency="USD"), tier("0", None, currency="AUD")], id="currencies"),
        pytest.param([tier("0", None, segment="gold"), tier("0", None, segment="basic")], id="segments"),
        pytest.param(
            [
                tier("0", None, "2", description="Premier"),
                tier("0", "99999", "0.5", description="One"),
                tier("100000", None, "1", description="One"),
            ],
            id="names of customers",
        ),
        pytest.param(
            [tier("0", None, "2", description="Premier"), tier("0", None, "1", description="One")],
            id="names alone",
        ),
        pytest.param([tier("0", "N/A"), tier("100", None)], id="unreadable bound"),
        pytest.param([tier("9", "1"), tier("100", None)], id="inverted bounds"),
        pytest.param([tier("10000", "10000"), tier("10000", "50000")], id="one balance"),
        pytest.param([], id="none"),
    ],
)
def test_tiers_of_any_usual_convention_have_neither_gap_nor_overlap(tiers: list[dict[str, Any]]) -> None:
    assert not findings(GAP, account(*tiers))
    assert not findings(OVERLAP, account(*tiers))
    assert not findings(ORDER, account(*tiers))


@pytest.mark.parametrize(
    "tiers",
    [
        [tier("0", "499999"), tier("500001", None)],
        [tier("500001", None), tier("0", "499999")],
        [tier("0", "100"), tier("50", "100"), tier("200", None)],
    ],
)
def test_more_than_one_unit_between_two_tiers_is_a_gap(tiers: list[dict[str, Any]]) -> None:
    (found,) = findings(GAP, account(*tiers))
    assert found.at.startswith("/data/0/tiers/")
    assert found.at.endswith("/min")


@pytest.mark.parametrize(
    "tiers",
    [
        [tier("0", "500000"), tier("499999", None)],
        [tier("0", "500000", description="Low"), tier("400000", None, description="High")],
        [tier("0", None, "1"), tier("0", None, "2")],
        [tier("0", "100", "1"), tier("0", "100", "2")],
    ],
)
def test_a_balance_in_two_tiers_is_an_overlap(tiers: list[dict[str, Any]]) -> None:
    assert len(findings(OVERLAP, account(*tiers))) == 1


def test_tiers_that_jump_are_out_of_order() -> None:
    jumping = account(tier("100", "200"), tier("0", "100"), tier("200", None))
    assert [found.actual for found in findings(ORDER, jumping)] == ["100, 0, 200"]


@pytest.mark.parametrize("hostile", ["9" * 190, "0." + "0" * 190 + "1", "-5"])
def test_absurd_bounds_do_not_break_a_check(hostile: str) -> None:
    findings(GAP, account(tier("0", hostile), tier("1", None)))
    findings(OVERLAP, account(tier("0", hostile), tier("1", None)))
