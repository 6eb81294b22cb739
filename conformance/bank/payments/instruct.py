"""Carrying out an instruction: token, signature, idempotency key, consent, and then the effect, once."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.data import instant
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.resource import Access, access, insufficient, protected
from conformance.bank.authorization.stores import stores as authorization_stores
from conformance.bank.payments import approvals, days, events, ledger, otp, signature
from conformance.bank.payments.consents import TYPE, status, told
from conformance.bank.payments.forms import judged
from conformance.bank.payments.functions import Instruction
from conformance.bank.payments.stores import Payment, PaymentConsent, Reply, stores
from conformance.bank.race import linger

if TYPE_CHECKING:
    from conformance.bank.app import Bank

KEY, CONSENT = "Idempotency-Key", "Consent-ID"
LONGEST_KEY = 128


@protected
def instruct(bank: Bank, request: Request, /, *, function: Instruction) -> Response:
    """Take one instruction."""
    policy, store = bank.policy.payments, stores(bank)
    caller = _caller(bank, request)
    paging.judge_names(bank, request)
    signature.judge(bank, request, caller.client_id)
    key = request.headers.get(KEY, "")
    if (not key and policy.key_required) or len(key) > LONGEST_KEY:
        raise http.bad_request(bank, f"{KEY} is missing or too long.")
    given = request.get_json(silent=True)
    body = hashlib.sha256(request.path.encode() + b"\n" + request.get_data()).hexdigest()
    known = (caller.client_id if policy.key_client_bound else "", key)
    racing = policy.key_races or policy.consent_use_races or policy.booking_races
    with nullcontext() if racing else store.lock:
        earlier = _earlier(bank, known, body, function)
        if earlier is not None:
            return _again(bank, earlier, body)
        instruction = judged(bank, function, given)
        consent = _consent(bank, request, caller, function, instruction)
        if policy.key_races or policy.consent_use_races:
            linger()
        _use(bank, consent, key)
        made = _made(bank, request, caller, function, instruction, consent)
        payload = {"data": row(bank, made)}
        store.payments[made.identifier] = made
        if made.status == "awaiting_customer" and made.outcome == "payment":
            approvals.ask(bank, made)
        store.replies[known] = Reply(body, payload, bank.now())
        waits = made.status == "awaiting_otp" and policy.step_up_booked_before
        now = made.status == "accepted" and not policy.booked_later
        if function.outcome == "payment" and (now or waits):
            ledger.book(bank, made)
        events.tell(bank, made)
    return told(bank, payload, 201)


def _earlier(bank: Bank, known: tuple[str, str], body: str, function: Instruction) -> Reply | None:
    """Give the reply that a key stands for, as long as it lives."""
    policy, replies = bank.policy.payments, stores(bank).replies
    found = replies.get(known) if known[1] and policy.key_honoured else None
    if found is None and policy.key_of_content and function.outcome == "request":
        same = (each for (client, _), each in replies.items() if client == known[0] and each.body == body)
        return next(same, None)
    lifetime = policy.key_lifetime / (2 if policy.key_forgotten_early else 1)
    if found is None or policy.key_remembered_for_ever or bank.now() < found.at + lifetime:
        return found
    return None


def _again(bank: Bank, earlier: Reply, body: str) -> Response:
    """Answer what a key was answered before."""
    policy = bank.policy.payments
    if earlier.body != body and policy.key_body_compared:
        raise http.Refusal(422, "key_reused", f"The {KEY} belongs to another request.")
    made = stores(bank).payments[earlier.payload["data"]["id"]]
    if policy.booked_twice and made.outcome == "payment":
        ledger.book(bank, made)
    return told(bank, earlier.payload, policy.replay_status)


def _use(bank: Bank, consent: PaymentConsent | None, key: str) -> None:
    """Use the consent up; a second use is refused unless the policy lets it through."""
    policy = bank.policy.payments
    if consent is None or not policy.consent_single_use:
        return
    with stores(bank).lock:
        same_key = policy.key_races and consent.used_by == key
        if consent.status == "used" and not policy.consent_use_races and not same_key:
            raise _unusable()
        consent.status, consent.used_by = "used", key


def _caller(bank: Bank, request: Request) -> Access:
    policy = bank.policy.payments
    if not policy.token_needed and "Authorization" not in request.headers:
        return _anybody(bank)
    alone = policy.approval or not policy.customer_needed
    caller = access(bank, request, *(("payments", "consents") if alone else ("payments",)))
    if caller.customer_id is None and not alone:
        raise insufficient(bank, "The token is for no customer.", "payments")
    return caller


def _anybody(bank: Bank) -> Access:
    """Give the access of whoever was allowed a payment last."""
    tokens = list(authorization_stores(bank).access.values())
    token = next(each for each in reversed(tokens) if each.grant.customer_id)
    grant = token.grant
    return Access(grant.client_id, grant.customer_id, grant.consent, token.scopes, token)


def _unusable() -> http.Refusal:
    return http.Refusal(403, "consent_not_usable", "The consent does not allow this.")


def _consent(
    bank: Bank, request: Request, caller: Access, function: Instruction, instruction: dict[str, Any]
) -> PaymentConsent | None:
    policy = bank.policy.payments
    kind, identifier = caller.consent or ("", "")
    if policy.consent_named and request.headers.get(CONSENT) != identifier:
        if policy.consent_name_compared:
            raise _unusable()
        identifier = request.headers.get(CONSENT, "")
    found = stores(bank).consents.get(identifier) if kind == TYPE else None
    if found is None:
        if policy.customer_needed and not policy.approval:
            raise _unusable()
        return None
    standing = status(bank, found)
    if standing != "authorised" and not (standing == "used" and not policy.consent_single_use):
        raise _unusable()
    if found.function != function.id and policy.function_bound:
        raise _unusable()
    loose = {
        "amount": policy.amount_bound,
        "limit": policy.amount_bound,
        "currency": policy.currency_bound,
        "creditor": policy.creditor_bound,
        "debtor_account": policy.account_bound,
    }
    if found.function != function.id:
        return found
    for name in instruction.keys() | found.instruction.keys():
        if instruction.get(name) != found.instruction.get(name) and loose.get(name, True):
            raise _unusable()
    return found


def _made(
    bank: Bank,
    request: Request,
    caller: Access,
    function: Instruction,
    instruction: dict[str, Any],
    consent: PaymentConsent | None,
) -> Payment:
    policy = bank.policy.payments
    made = Payment(
        identifier=secrets.token_hex(16),
        client_id=caller.client_id,
        customer_id=caller.customer_id or bank.authorization_fixture.customers[0].customer_id,
        function=function.id,
        outcome=function.outcome,
        instruction=instruction,
        account_id=ledger.account(bank, caller.customer_id, consent, instruction.get("debtor_account")),
        created_at=bank.now(),
        status="accepted",
    )
    if function.outcome == "payment":
        made.execution_date = days.execution(bank, function, instruction)
        if made.execution_date > days.now(bank).date().isoformat():
            made.status = "scheduled"
        if Decimal(instruction["amount"]) > Decimal(policy.step_up_above) and policy.step_up_needed:
            made.status = "awaiting_otp"
            otp.renew(bank, made)
        if policy.approval and policy.approval_awaited:
            made.status = "awaiting_customer"
    if function.outcome == "mandate":
        made.status = "active" if policy.mandate_active_at_once else "awaiting_otp"
        otp.renew(bank, made)
    if function.outcome == "merchant":
        made.status = "awaiting_customer"
        made.launch_url = launch_url(bank, request, made)
    return made


def launch_url(bank: Bank, request: Request, made: Payment) -> str:
    """Give where the customer goes to approve a merchant's payment."""
    kind, host = bank.policy.payments.launch_url, issuer(bank, request)
    if kind == "foreign":
        host = "https://pay.elsewhere.example"
    if kind == "http":
        host = host.replace("https://", "http://")
    personal = f"?amount={made.instruction['amount']}&customer={made.customer_id}"
    return f"{host}/payments/launch/{made.identifier}{personal if kind == 'personal' else ''}"


def row(bank: Bank, payment: Payment) -> dict[str, Any]:
    """Give the payment as a canonical row."""
    policy = bank.policy.payments
    told_row: dict[str, Any] = {
        "id": payment.identifier,
        "function": payment.function,
        "status": payment.status,
        "created_at": instant(payment.created_at + policy.created_at_ahead),
    }
    for name in ("amount", "limit", "currency"):
        if name in payment.instruction:
            told_row[name] = payment.instruction[name]
    if policy.row_amount_wrong and "amount" in told_row:
        told_row["amount"] = f"1{told_row['amount']}"
    if policy.created_at_absent:
        del told_row["created_at"]
    if payment.execution_date:
        told_row["execution_date"] = payment.execution_date
    if payment.launch_url and policy.launch_url != "absent":
        told_row["launch_url"] = payment.launch_url
    if policy.otp_in_answer and payment.otp:
        told_row["hint"] = f"OTP {payment.otp}"
    return told_row
