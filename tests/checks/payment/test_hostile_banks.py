"""Whatever a bank answers where payments are told of, the suite says so and goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.model import Verdict
from tests.checks.paying_bank import TRANSFER, answering, judged

ROWS: dict[str, Any] = {
    "no JSON": b"<html>",
    "an empty body": b"",
    "a list": [],
    "null": None,
    "no row": {"data": None},
    "rows in a list": {"data": [{"id": "1"}]},
    "an identifier that is a number": {"data": {"id": 7, "status": 3, "created_at": 1}},
    "an identifier that is an object": {"data": {"id": {"a": 1}, "status": [], "created_at": {}}},
    "an identifier with a path in it": {"data": {"id": "../../etc", "status": "x", "created_at": "soon"}},
    "a long identifier": {"data": {"id": "7" * 200_000, "status": "accepted", "created_at": "2026-01-01"}},
    "amounts that are none": {"data": {"id": "1", "status": "x", "amount": "NaN", "currency": 5}},
    "deep nesting": b'{"data":' + b"[" * 3000 + b"]" * 3000 + b"}",
}


@pytest.mark.parametrize("name", ROWS)
def test_a_strange_answer_to_an_instruction_is_no_fault_of_the_suite(name: str) -> None:
    around = answering("/payments/fund-transfers", lambda _: ROWS[name])
    results, ledger = judged(
        "payment.row_fits_its_schema", "payment.status_moves_forward", "payment.amount_told_is_that_paid",
        "idempotency.same_request_is_one", "payment.later_payment_waits",
        around=around, only=(TRANSFER,),
    )  # fmt: skip
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert {r.verdict for r in results} - {Verdict.PASS}
    assert [entry for entry in ledger.entries if entry.state == "made"]


@pytest.mark.parametrize("name", ROWS)
def test_a_strange_answer_about_a_payment_is_no_fault_of_the_suite(name: str) -> None:
    around = answering("/payments/", lambda _: ROWS[name], "GET")
    results, _ = judged(
        "payment.status_moves_forward", "payment.completed_payment_stays", "payment.status_is_its_tsps_alone",
        around=around, only=(TRANSFER,),
    )  # fmt: skip
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]


def _sets(value: Any) -> Callable[[Any], Any]:
    return lambda answer: {**answer, "sets": value}


TOKENS: dict[str, Any] = {
    "a text": "token",
    "numbers": [1, 2, 3],
    "texts that are no tokens": {"a": "x", "b": "a.b", "c": "a.b.c", "d": "...", "e": "é.é.é"},
    "many texts": ["a.b.c"] * 5000,
    "tokens that are lists inside": ["W10.W10.AA"],
    "tokens of a payment that is an object": [
        "eyJhbGciOiJub25lIn0.eyJldmVudHMiOnsiYSI6eyJwYXltZW50X2lkIjp7fX19fQ."
    ],
    "nothing": None,
}


@pytest.mark.parametrize("name", TOKENS)
def test_strange_events_are_no_fault_of_the_suite(name: str) -> None:
    around = answering("/payment-events/poll", _sets(TOKENS[name]))
    results, _ = judged("payment.event*", "payment.unacknowledged_event_stays", around=around)
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    told = {r.case.check: r.verdict for r in results}
    assert told["payment.event_is_told"] is Verdict.FAIL


def test_an_event_that_repeats_without_end_ends_the_poll() -> None:
    asked = []

    def again(answer: Any) -> Any:
        asked.append(json.dumps(answer))
        return {"sets": {str(len(asked)): f"e30.e30.{len(asked)}AA"}, "moreAvailable": True}

    results, _ = judged("payment.event_is_told", around=answering("/payment-events/poll", again))
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert len(asked) < 1000
