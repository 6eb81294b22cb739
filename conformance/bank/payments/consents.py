"""The payment consent: made by a TSP, authorised by a customer, bound to one exact instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.data import instant
from conformance.bank.accounts.stores import stores as account_stores
from conformance.bank.authorization.consent import KINDS, ConsentView
from conformance.bank.authorization.resource import access, protected
from conformance.bank.authorization.stores import stores as authorization_stores
from conformance.bank.payments.forms import judged
from conformance.bank.payments.functions import BY_ID
from conformance.bank.payments.stores import OPEN, PaymentConsent, stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TYPE = "payment"
FURTHEST = 366 * 86400


def unknown() -> http.Refusal:
    """Give the refusal of what is not there, or is not the caller's."""
    return http.Refusal(404, "not_found", "There is no such object.")


def told(bank: Bank, payload: object, status: int = 200) -> Response:
    """Answer with payment data, which no cache keeps."""
    response = http.answer(payload, status)
    if bank.policy.payments.cache_control:
        response.headers["Cache-Control"] = bank.policy.payments.cache_control
    return response


def _row(bank: Bank, consent: PaymentConsent) -> dict[str, Any]:
    row = {
        "id": consent.identifier,
        "status": status(bank, consent),
        "function": consent.function,
        "instruction": consent.instruction,
        "created_at": instant(consent.created_at),
    }
    if consent.expires_at is not None:
        row["expires_at"] = instant(consent.expires_at)
    return row


def status(bank: Bank, consent: PaymentConsent) -> str:
    """Give the status of now: a consent expires by itself."""
    ended = consent.expires_at is not None and consent.expires_at <= bank.now()
    checked = bank.policy.payments.consent_expiry_checked
    return "expired" if consent.status in OPEN and ended and checked else consent.status


@protected
def create(bank: Bank, request: Request) -> Response:
    """Make a consent that awaits its customer."""
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request)
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise http.bad_request(bank, "The body is a JSON object.")
    function = BY_ID.get(str(given.get("function")))
    if function is None:
        raise http.bad_request(bank, "function is missing or not known.")
    expires_at = None
    if given.get("expires_at") is not None:
        expires_at = paging.moment(given["expires_at"])
        if expires_at is None or not bank.now() < expires_at <= bank.now() + FURTHEST:
            raise http.bad_request(bank, "expires_at is no RFC 3339 instant ahead.")
    instruction = judged(bank, function, given.get("instruction"))
    identifier = authorization_stores(bank).mint()
    made = PaymentConsent(identifier, caller.client_id, function.id, instruction, bank.now(), expires_at)
    with stores(bank).lock:
        stores(bank).consents[identifier] = made
    return told(bank, {"data": _row(bank, made)}, 201)


def _own(bank: Bank, request: Request, consent_id: str) -> PaymentConsent:
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request)
    found = stores(bank).consents.get(consent_id)
    if found is None or found.client_id != caller.client_id:
        raise unknown()
    return found


@protected
def read(bank: Bank, request: Request, consent_id: str) -> Response:
    """Show one consent of the caller."""
    return told(bank, {"data": _row(bank, _own(bank, request, consent_id))})


@protected
def revoke(bank: Bank, request: Request, consent_id: str) -> Response:
    """Revoke one consent of the caller: from now on it pays nothing."""
    found = _own(bank, request, consent_id)
    with stores(bank).lock:
        if found.status in OPEN and bank.policy.payments.consent_revocation_effective:
            found.status = "revoked"
    return Response(status=204)


class PaymentConsents:
    """How the authorization server shows and records these consents."""

    scopes = frozenset({"payments"})

    def view(self, bank: Bank, consent_id: str) -> ConsentView | None:
        """Give the consent for the consent page."""
        found = stores(bank).consents.get(consent_id)
        if found is None:
            return None
        lines = [f"{name}: {_plain(value)}" for name, value in found.instruction.items()]
        awaiting = status(bank, found) == "awaiting_authorisation"
        return ConsentView(found.client_id, awaiting, found.function, tuple(lines), picks_accounts=True)

    def choices(self, bank: Bank, customer_id: str) -> tuple[tuple[str, str], ...]:
        """Give the customer's accounts that can be charged."""
        return tuple(
            (each.account_id, f"{each.name} ···{each.number[-3:]}")
            for each in account_stores(bank).of_customer(customer_id)
            if each.kind in ("current", "savings")
        )

    def authorise(self, bank: Bank, consent_id: str, customer_id: str, chosen: tuple[str, ...]) -> None:
        """Record the approval with the account that is charged."""
        with stores(bank).lock:
            found = stores(bank).consents[consent_id]
            named = found.instruction.get("debtor_account")
            owned = {each.account_id for each in account_stores(bank).of_customer(customer_id)}
            if named is not None:
                chosen = (named,)
            found.status = "authorised" if named is None or named in owned else "rejected"
            found.customer_id, found.accounts = customer_id, chosen

    def reject(self, bank: Bank, consent_id: str) -> None:
        """Record the refusal."""
        with stores(bank).lock:
            found = stores(bank).consents.get(consent_id)
            if found is not None and found.status == "awaiting_authorisation":
                found.status = "rejected"

    def active(self, bank: Bank, consent_id: str) -> bool:
        """Tell whether the consent is alive; one that was used may still be asked about."""
        found = stores(bank).consents.get(consent_id)
        return found is not None and status(bank, found) in ("authorised", "used")

    def expires(self, bank: Bank, consent_id: str) -> float | None:
        """Give the end of the consent."""
        found = stores(bank).consents[consent_id]
        return found.expires_at if bank.policy.payments.consent_expiry_checked else None


def _plain(value: Any) -> str:
    return ", ".join(map(str, value.values())) if isinstance(value, dict) else str(value)


KINDS[TYPE] = PaymentConsents()
