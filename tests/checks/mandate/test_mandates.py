"""Mandates and debits at banks of other ways, and what of them the ledger tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.model import Verdict
from tests.checks.paying_bank import answering, blamed, judged, verdicts

ALL = ("mandate.*",)


def test_a_bank_without_a_frequency_is_not_asked_for_one() -> None:
    def plain(data: dict[str, Any]) -> None:
        del data["writes"]["debit"]["once_a_period"]

    results, _ = judged("mandate.debit_keeps_to_the_frequency", file=plain)
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}


def test_every_call_that_changes_something_stands_in_the_ledger() -> None:
    results, ledger = judged("mandate.cancellation_ends_it", "mandate.debit_ends_with_its_mandate")
    assert not blamed(results)
    entries = [(entry.function, entry.state) for entry in ledger.entries]
    assert ("POST /payments/{id}/confirmation", "done") in entries
    assert ("DELETE /payments/{id}", "done") in entries
    assert ("POST /direct-debits", "made") in entries
    assert ("POST /direct-debits", "refused") in entries
    assert not [entry for entry in ledger.entries if entry.state == "intended"]
    made = [e.identifier for e in ledger.entries if e.state in ("made", "cleaned") and e.identifier]
    assert len(set(made)) == len(made)
    assert ledger.spent == Decimal("0.10")


@pytest.mark.parametrize("answer", [b"", [], {"data": 5}, {"data": {"id": None}}, {"data": {"id": [1]}}])
def test_a_strange_answer_to_a_debit_is_no_fault_of_the_suite(answer: Any) -> None:
    results, _ = judged("mandate.debit_*", around=answering("/direct-debits", lambda _: answer))
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]


def test_a_debit_above_the_budget_is_not_sent() -> None:
    def poor(data: dict[str, Any]) -> None:
        data["writes"]["budget"] = "5.00"

    results, ledger = judged("mandate.debit_keeps_to_the_limit", file=poor)
    assert verdicts(results) == {Verdict.INCONCLUSIVE}
    assert "budget" in results[0].reason
    assert ledger.spent <= Decimal("5.00")
