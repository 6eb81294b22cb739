"""Edges of what is said of account data."""

from __future__ import annotations

import pytest

from conformance.bank.products.edits import drop, every, put
from conformance.bank.products.policy import ListEdit, RowEdit
from conformance.checks.account.privacy import PRIVATE, UNMASKED
from conformance.currency import exponent
from conformance.embedded import POLICY
from tests.checks import protected_bank


def judged(check: str, rows: ListEdit | None = None, row: RowEdit | None = None) -> list[str]:
    policy = POLICY.edit_list("accounts.transactions", rows) if rows else POLICY
    policy = policy.edit_rows("accounts.transactions", row) if row else policy
    edits = {"products.edits": policy.products.edits}
    return list(protected_bank.judged(check, policy=edits).found.get(check, []))


@pytest.mark.parametrize(("currency", "decimals"), [("HKD", 2), ("JPY", 0), ("KWD", 3), ("CNH", 2)])
def test_each_currency_has_its_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


def test_a_pending_entry_leaves_the_running_balance_unjudged() -> None:
    assert not judged("account.balance_runs", every(2, put("status", "pending")))


def test_entries_without_balance_leave_it_unjudged() -> None:
    assert not judged("account.balance_runs", row=drop("balance"))


def test_entries_of_one_instant_leave_it_unjudged() -> None:
    assert not judged("account.balance_runs", row=put("booked_at", "2020-01-01T00:00:00+08:00"))


def test_a_wrong_balance_is_found_once() -> None:
    assert len(judged("account.balance_runs", every(5, put("balance", "1.00")))) == 1


def test_trailing_zeros_are_no_more_decimals() -> None:
    assert not judged("account.decimals_fit_currency", row=put("amount", "12.000"))


@pytest.mark.parametrize("number", ["***-***34-567", "123456", "1234-XXXX", "HK-12"])
def test_masked_and_short_numbers_are_not_in_full(number: str) -> None:
    masked = any(c in number for c in "*X")
    assert masked or not UNMASKED.search(number)


@pytest.mark.parametrize(
    "url",
    ["/accounts/9c32afdcfe56acb32d367f1543507bb4/transactions?page=2", "https://bank.example/v1/A1234567"],
)
def test_opaque_addresses_are_private(url: str) -> None:
    assert not [what for what, pattern in PRIVATE.items() if pattern.search(url)]


@pytest.mark.parametrize(
    "url", ["/x?id=A123456(3)", "/x?id=A123456%283%29", "/x?to=a%40b.hk", "/x?t=+85255501234"]
)
def test_addresses_with_personal_data_are_not(url: str) -> None:
    assert [what for what, pattern in PRIVATE.items() if pattern.search(url)]
