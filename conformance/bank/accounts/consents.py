"""The consent resource: made, read, listed and revoked by a TSP in its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.data import instant
from conformance.bank.accounts.functions import PERMISSIONS
from conformance.bank.accounts.stores import Consent, stores
from conformance.bank.authorization.consent import KINDS, ConsentView
from conformance.bank.authorization.resource import access, protected
from conformance.bank.authorization.stores import stores as authorization_stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TYPE = "account_information"
FUNCTION = "accounts.consents"


def told(bank: Bank, consent: Consent) -> dict[str, Any]:
    """Give the consent as a canonical row."""
    row = {
        "id": consent.identifier,
        "status": status(bank, consent),
        "permissions": list(consent.permissions),
        "created_at": instant(consent.created_at),
    }
    for name in ("expires_at", "transaction_from", "transaction_to"):
        if (value := getattr(consent, name)) is not None:
            row[name] = instant(value)
    return row


def status(bank: Bank, consent: Consent) -> str:
    """Give the status of now: a consent expires by itself."""
    if not bank.policy.accounts.consent_status_moves:
        return "awaiting_authorisation"
    alive = consent.status in ("awaiting_authorisation", "authorised")
    ended = consent.expires_at is not None and consent.expires_at <= bank.now()
    return "expired" if alive and ended else consent.status


@protected
def create(bank: Bank, request: Request) -> Response:
    """Make a consent that awaits a customer."""
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request)
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise http.bad_request(bank, "The body is a JSON object.")
    made = _judged(bank, given, caller.client_id)
    store = stores(bank)
    with store.lock:
        store.consents[made.identifier] = made
    return paging.told(bank, {"data": told(bank, made)}, 201)


def _judged(bank: Bank, given: dict[str, Any], client_id: str) -> Consent:
    policy, now = bank.policy.accounts, bank.now()
    permissions = given.get("permissions")
    if not isinstance(permissions, list) or not all(isinstance(each, str) for each in permissions):
        raise http.bad_request(bank, "permissions is a list of names.")
    if not permissions and not policy.empty_permissions_accepted:
        raise http.bad_request(bank, "permissions names at least one.")
    if not set(permissions) <= set(PERMISSIONS) and not policy.unknown_permission_accepted:
        raise http.bad_request(bank, "permissions has a name that is not known.")
    expires_at, start, end = (
        _moment(bank, given, name) for name in ("expires_at", "transaction_from", "transaction_to")
    )
    if expires_at is None and policy.expiry_required:
        raise http.bad_request(bank, "expires_at is missing.")
    if expires_at is not None and expires_at <= now and not policy.past_expiry_accepted:
        raise http.bad_request(bank, "expires_at is past.")
    if expires_at is not None and expires_at > now + policy.expiry_limit:
        raise http.bad_request(bank, "expires_at is too far ahead.")
    if start is not None and end is not None and start > end and not policy.inverted_window_accepted:
        raise http.bad_request(bank, "transaction_from is after transaction_to.")
    identifier = authorization_stores(bank).mint()
    unique = tuple(dict.fromkeys(permissions))
    return Consent(identifier, client_id, unique, now, expires_at, start, end)


def _moment(bank: Bank, given: dict[str, Any], name: str) -> float | None:
    if name not in given:
        return None
    read = paging.moment(given[name])
    if read is None:
        raise http.bad_request(bank, f"{name} is an RFC 3339 instant with offset.")
    return read


def _own(bank: Bank, client_id: str, consent_id: str, *, bound: bool) -> Consent:
    found = stores(bank).consents.get(consent_id)
    foreign = found is not None and found.client_id != client_id and bound
    if foreign and bank.policy.accounts.foreign_consent_differs:
        raise http.Refusal(403, "forbidden", "The consent is another provider's.")
    if found is None or foreign:
        raise http.Refusal(404, "not_found", "There is no such object.")
    return found


@protected
def read(bank: Bank, request: Request, consent_id: str) -> Response:
    """Show one consent of the caller."""
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request)
    bound = bank.policy.accounts.consent_read_client_bound
    found = _own(bank, caller.client_id, consent_id, bound=bound)
    return paging.told(bank, {"data": paging.edited(bank, FUNCTION, [told(bank, found)], whole=False)[0]})


@protected
def list_all(bank: Bank, request: Request) -> Response:
    """List the consents of the caller, newest first."""
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request, *paging.PAGE)
    bound = bank.policy.accounts.consent_list_client_bound
    with stores(bank).lock:
        kept = list(stores(bank).consents.values())
    mine = [told(bank, each) for each in reversed(kept) if each.client_id == caller.client_id or not bound]
    return paging.listed(bank, request, FUNCTION, mine)


@protected
def revoke(bank: Bank, request: Request, consent_id: str) -> Response:
    """Revoke one consent of the caller: from now on it opens nothing."""
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request)
    policy = bank.policy.accounts
    found = _own(bank, caller.client_id, consent_id, bound=policy.consent_delete_client_bound)
    with stores(bank).lock:
        fresh = found.status in ("awaiting_authorisation", "authorised")
        if fresh:
            found.status = "revoked"
    if fresh:
        stores(bank).tell(found.client_id, "consent.revoked", bank.now(), consent_id=found.identifier)
    if policy.revocation_status == 204:
        return Response(status=204)
    return paging.told(bank, {"data": told(bank, found)}, policy.revocation_status)


class AccountConsents:
    """How the authorization server shows and records these consents."""

    scopes = frozenset({"accounts", "services"})

    def view(self, bank: Bank, consent_id: str) -> ConsentView | None:
        """Give the consent for the consent page."""
        found = stores(bank).consents.get(consent_id)
        if found is None:
            return None
        row = told(bank, found)
        labels = {
            "expires_at": "until",
            "transaction_from": "transactions from",
            "transaction_to": "transactions to",
        }
        lines = [
            *found.permissions,
            *(f"{label} {row[name]}" for name, label in labels.items() if name in row),
        ]
        expired = found.expires_at is not None and found.expires_at <= bank.now()
        open_to: tuple[str, ...] = ("awaiting_authorisation",)
        if bank.policy.accounts.approved_consent_offered_again:
            open_to = (*open_to, "authorised")
        awaiting = found.status in open_to and not expired
        return ConsentView(
            found.client_id, awaiting, "Account information", tuple(lines), picks_accounts=True
        )

    def choices(self, bank: Bank, customer_id: str) -> tuple[tuple[str, str], ...]:
        """Give the customer's accounts."""
        return tuple(
            (each.account_id, f"{each.name} ···{each.number[-3:]}")
            for each in stores(bank).of_customer(customer_id)
        )

    def authorise(self, bank: Bank, consent_id: str, customer_id: str, chosen: tuple[str, ...]) -> None:
        """Record the approval with the picked accounts."""
        store = stores(bank)
        with store.lock:
            found = store.consents[consent_id]
            found.status, found.customer_id, found.accounts = "authorised", customer_id, chosen
        store.tell(found.client_id, "consent.authorised", bank.now(), consent_id=consent_id)

    def reject(self, bank: Bank, consent_id: str) -> None:
        """Record the refusal."""
        store = stores(bank)
        with store.lock:
            found = store.consents.get(consent_id)
            if found is None or found.status != "awaiting_authorisation":
                return
            found.status = "rejected"
        store.tell(found.client_id, "consent.rejected", bank.now(), consent_id=consent_id)

    def active(self, bank: Bank, consent_id: str) -> bool:
        """Tell whether the consent is authorised, not revoked and not expired."""
        policy, found = bank.policy.accounts, stores(bank).consents.get(consent_id)
        if found is None or found.customer_id is None:
            return False
        ended = found.expires_at is not None and found.expires_at <= bank.now()
        if ended and policy.consent_expiry_checked:
            return False
        return found.status == "authorised" or not policy.revocation_effective

    def expires(self, bank: Bank, consent_id: str) -> float | None:
        """Give the end of the consent."""
        if not bank.policy.accounts.consent_expiry_checked:
            return None
        return stores(bank).consents[consent_id].expires_at


KINDS[TYPE] = AccountConsents()
