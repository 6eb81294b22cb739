"""Ways to take payments that are right and are not the reference bank's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest
from werkzeug.wrappers import Response

from conformance.embedded_writes import PAYEES
from conformance.model import Verdict
from conformance.wire import WSGIApplication
from tests.checks.paying_bank import TRANSFER, answering, blamed, judged, verdicts

CHEAP = ("payment.*", "idempotency.*")


@pytest.mark.parametrize(
    "policy",
    [
        {"fault_status": 422},
        {"replay_status": 200},
        {"currencies": ("HKD", "USD")},
        {"limit": "9999999.99"},
        {"key_lifetime": 86400},
        {"cache_control": "private, no-store"},
        {"schemes": ("account", "fps_id", "phone", "email", "qr", "iban")},
    ],
    ids=str,
)
def test_another_way_is_not_blamed(policy: dict[str, object]) -> None:
    results, _ = judged(*CHEAP, policy=policy, only=(TRANSFER,))
    assert not blamed(results)


def _status(told: str) -> Callable[[Any], Any]:
    def change(answer: Any) -> Any:
        answer["data"]["status"] = told
        return answer

    return change


def test_statuses_of_the_banks_own_are_left_alone() -> None:
    around = answering("/payments/", _status("ACSP"))
    results, _ = judged("payment.status_moves_forward", "payment.row_fits_its_schema", around=around)
    assert not blamed(results)


def by_token(app: WSGIApplication) -> WSGIApplication:
    """Answers a token that has paid with its payment, whatever the key, as a bank may."""
    paid: dict[str, bytes] = {}

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        token = environ.get("HTTP_AUTHORIZATION", "")
        mine = environ["PATH_INFO"] == "/payments/fund-transfers"
        if mine and token in paid:
            return Response(paid[token], 200, content_type="application/json")(environ, start_response)
        response = Response.from_app(app, environ)
        if mine and response.status_code == 201:
            paid[token] = response.get_data()
        return response(environ, start_response)

    return wrapped


def test_a_used_consent_may_answer_with_the_payment_that_it_has_made() -> None:
    results, _ = judged("payment.consent_is_used_once", around=by_token, only=(TRANSFER,))
    assert not blamed(results)


def _without(*names: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for name in names:
            data["writes"].pop(name, None)

    return change


@pytest.mark.parametrize(
    ("names", "checks"),
    [
        (("events",), "payment.event*"),
        (("events",), "payment.unacknowledged_event_stays"),
        (("days",), "payment.holiday_is_no_business_day"),
        (("days",), "payment.cut_off_is_kept"),
        (("step_up",), "otp.*high_risk*"),
        (("refund",), "merchant.refund*"),
        (("debit",), "mandate.debit*"),
        (("unregistered",), "payment.unregistered_payee_is_refused"),
        (("creditors",), "payment.qr_*"),
        (("signature",), "signature.*"),
        (("idempotency",), "idempotency.*"),
    ],
)
def test_a_bank_is_held_only_to_what_it_declares(names: tuple[str, ...], checks: str) -> None:
    needs: dict[str, dict[str, object]] = {
        "signature": {"signature": "none"},
        "idempotency": {"key_required": False},
    }
    policy = {k: v for name in names for k, v in needs.get(name, {}).items()}
    results, _ = judged(checks, policy=policy, file=_without(*names))
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}


def test_a_bank_without_phase_three_is_not_asked_for_balances() -> None:
    def alone(data: dict[str, Any]) -> None:
        data["functions"] = {"deposits.fund-transfer": "offered"}

    names = ("account_is_charged_once", "movements_add_up", "parallel_payments_add_up")
    results, _ = judged(*(f"payment.{name}" for name in names), file=alone)
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}


def refusing_equals(app: WSGIApplication) -> WSGIApplication:
    """Takes no second instruction with the same body within the day, as banks do against slips."""
    seen: dict[bytes, str] = {}

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/payments/fund-transfers":
            return app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        if seen.setdefault(body, key) != key:
            return Response(b"{}", 409, content_type="application/json")(environ, start_response)
        return app(environ, start_response)

    return wrapped


def test_a_bank_may_refuse_an_equal_payment_so_soon() -> None:
    check = "idempotency.other_key_is_another_request"
    results, _ = judged(check, around=refusing_equals, only=(TRANSFER,))
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}


RIGHT = {"amount": "0.10", "currency": "HKD", "reference": "Conformance", "creditor": PAYEES[0]}


def looking_late(app: WSGIApplication) -> WSGIApplication:
    """Makes a consent to any instruction, and looks at what it holds when it is to be carried out."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", "/payment-consents"):
            return app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        first = Response.from_app(app, {**environ, "wsgi.input": BytesIO(body)})
        if first.status_code != 400:
            return first(environ, start_response)
        taken = json.dumps({**json.loads(body), "instruction": RIGHT}).encode()
        again = {**environ, "wsgi.input": BytesIO(taken), "CONTENT_LENGTH": str(len(taken))}
        return Response.from_app(app, again)(environ, start_response)

    return wrapped


INPUT = (
    "zero_is_refused", "negative_is_refused", "precision_fits_the_currency", "exponent_is_refused",
    "missing_member_is_refused", "missing_member_is_named", "payee_is_in_its_form", "past_date_is_refused",
    "unregistered_payee_is_refused", "qr_layout_is_checked", "qr_amount_is_that_paid",
)  # fmt: skip


def test_a_bank_may_look_at_an_instruction_when_it_is_to_be_carried_out() -> None:
    checks = tuple(f"payment.{name}" for name in INPUT)
    twice = {"authorization.dpop_jti_replay_checked": False}
    results, ledger = judged(*checks, policy=twice, around=looking_late, only=(TRANSFER,))
    assert not blamed(results)
    states = [entry.state for entry in ledger.entries if entry.function == TRANSFER]
    assert states.count("refused") > 10
    assert states.count("made") > 5


def test_a_bank_that_takes_first_and_charges_later_is_not_blamed() -> None:
    checks = ("sequence.*", "payment.account_is_charged_once", "payment.movements_add_up")
    results, _ = judged(*checks, policy={"booked_later": True}, only=(TRANSFER,))
    assert not blamed(results)
    assert verdicts(results) == {Verdict.PASS}
