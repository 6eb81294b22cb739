"""Events of payments, polled as signed tokens (RFC 8417, RFC 8936)."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.authorization import jws, keys
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.resource import access, protected
from conformance.bank.payments.consents import told
from conformance.bank.payments.stores import Event, Payment, stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

KIND = "https://schemas.bank.example/event/payment-status"
MOST = 50
"""Events of one answer."""


@cache
def _stranger() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def tell(bank: Bank, payment: Payment) -> None:
    """Keep an event of the payment's state for its TSP."""
    if not bank.policy.payments.events_told:
        return
    payee = str(payment.instruction.get("creditor", ""))
    made = Event(
        secrets.token_hex(12), payment.client_id, payment.identifier, payment.status, bank.now(), payee
    )
    with stores(bank).lock:
        stores(bank).events.append(made)


@protected
def poll(bank: Bank, request: Request) -> Response:
    """Forget what the caller acknowledges and give what it has not, oldest first."""
    caller, policy, store = access(bank, request, "consents"), bank.policy.payments, stores(bank)
    paging.judge_names(bank, request)
    given = request.get_json(silent=True)
    known = given if isinstance(given, dict) else {}
    gone, most = known.get("ack", []), known.get("maxEvents", MOST)
    if not isinstance(gone, list) or not isinstance(most, int) or not 0 <= most <= MOST:
        raise http.bad_request(bank, "ack is a list of identifiers, maxEvents a number up to 50.")
    with store.lock:
        if policy.event_acknowledgement_kept:
            store.events = [
                each
                for each in store.events
                if each.client_id != caller.client_id or each.identifier not in gone
            ]
        own = [
            each for each in store.events if each.client_id == caller.client_id or policy.events_of_all_told
        ]
        if not policy.event_acknowledgement_kept:
            own = own[-most:]
        if policy.event_told_once:
            shown = {each.identifier for each in own[:most]}
            store.events = [each for each in store.events if each.identifier not in shown]
    sets = {each.identifier: _token(bank, request, each, caller.client_id) for each in own[:most]}
    return told(bank, {"sets": sets, "moreAvailable": len(own) > most})


def _token(bank: Bank, request: Request, event: Event, client_id: str) -> str:
    policy = bank.policy.payments
    about: dict[str, Any] = {"payment_id": event.about, "status": event.status}
    if policy.event_tells_payee:
        about["payee"] = event.payee
    claims = {
        "iss": issuer(bank, request) if policy.event_issuer_right else "https://elsewhere.example",
        "aud": client_id if policy.event_audience_right else "everybody",
        "iat": int(event.at),
        "jti": event.identifier,
        "events": {KIND: about},
    }
    right = keys.signed(bank, claims, typ="secevent+jwt")
    if policy.event_signature == "right":
        return right
    header = dict(jws.taken_apart(right, jws.Leniency(("ES256",))).header)
    if policy.event_signature == "none":
        header["alg"] = "none"
    return jws.sign(claims, _stranger(), header)
