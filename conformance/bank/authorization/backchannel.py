"""Client-initiated backchannel authentication, poll mode (CIBA Core 1.0; FAPI-CIBA)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import client, form, issue, jws, pages, request_object
from conformance.bank.authorization.authorization_request import MACHINE_SCOPES
from conformance.bank.authorization.binding import bound_to
from conformance.bank.authorization.consent import KINDS
from conformance.bank.authorization.consent_reference import consent_of
from conformance.bank.authorization.records import Backchannel, Client, Grant
from conformance.bank.authorization.refusal import OAuthError, endpoint, json_answer
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

GRANT = "urn:openid:params:grant-type:ciba"
HINTS = ("login_hint", "login_hint_token", "id_token_hint")
MESSAGE_LIMIT = 64
SLOWER = 5


@endpoint
def begin(bank: Bank, request: Request) -> Response:
    """Start an authentication on the customer's own device."""
    policy, store = bank.policy.authorization, stores(bank)
    if not policy.ciba:
        raise OAuthError("invalid_request", "This bank has no backchannel authentication.", 404)
    given = form.body(bank, request)
    caller = client.authenticated(bank, request, given, "backchannel")
    if "request" in given:
        given = _unwrapped(bank, request, caller, given["request"])
    if policy.ciba_hints_counted and sum(hint in given for hint in HINTS) != 1:
        raise OAuthError("invalid_request", "Exactly one hint is needed.")
    scopes = tuple(given.get("scope", "").split())
    if "openid" not in scopes or not set(scopes) <= set(caller.scopes) - MACHINE_SCOPES:
        raise OAuthError("invalid_scope", "The scope is not known, or lacks openid.")
    message = given.get("binding_message", "")
    if not message and policy.ciba_binding_message_required:
        raise OAuthError("invalid_binding_message", "The binding_message is missing.")
    if len(message) > MESSAGE_LIMIT:
        raise OAuthError("invalid_binding_message", "The binding_message is too long.")
    consent = consent_of(bank, caller, scopes, given.get("authorization_details"))
    people = bank.authorization_fixture.customers
    person = next((each for each in people if each.username == given.get("login_hint")), None)
    if person is None and policy.ciba_unknown_customer_refused:
        raise OAuthError("unknown_user_id", "The customer is not known.")
    value = store.mint(policy.ciba_entropy)
    customer_id = person.customer_id if person else None
    grant = Grant(
        store.mint(), caller.client_id, customer_id, scopes, consent, int(bank.now()), auth_req_id=value
    )
    life = _life(bank, given)
    ends = bank.now() + life
    with store.lock:
        store.backchannel[value] = Backchannel(grant, store.mint(), message, ends, policy.ciba_interval)
    told = {"auth_req_id": value, "expires_in": life, "interval": policy.ciba_interval}
    return json_answer(told)


def _life(bank: Bank, given: dict[str, str]) -> int:
    longest, asked = bank.policy.authorization.ciba_lifetime, given.get("requested_expiry")
    if asked is None:
        return longest
    if not asked.isascii() or not asked.isdigit() or not int(asked[:9]):
        raise OAuthError("invalid_request", "The requested_expiry is no positive number.")
    return min(int(asked[:9]), longest)


def _unwrapped(bank: Bank, request: Request, caller: Client, signed: str) -> dict[str, str]:
    try:
        inside = request_object.opened(bank, request, caller, signed)
    except jws.BadToken as fault:
        raise OAuthError("invalid_request", f"The request object is refused: {fault}.") from fault
    return {name: value for name, value in inside.items() if isinstance(value, str)}


def poll(bank: Bank, request: Request, caller: Client, given: dict[str, str]) -> Response:
    """Answer the token request of a TSP that waits."""
    policy, store, now = bank.policy.authorization, stores(bank), bank.now()
    found = store.backchannel.get(given.get("auth_req_id", ""))
    fault = OAuthError("invalid_grant", "The auth_req_id is not valid.")
    if found is None or (found.grant.client_id != caller.client_id and policy.ciba_client_bound):
        raise fault
    bound = bound_to(bank, request)
    with store.lock:
        if found.used and policy.ciba_single_use:
            raise fault
        if found.expires_at <= now and policy.ciba_expiry_checked:
            raise OAuthError("expired_token", "The request has expired.")
        early = found.polled_at is not None and now < found.polled_at + found.interval
        found.polled_at = now
        if found.decision is None and policy.ciba_waits_for_customer:
            if early and policy.ciba_slow_down:
                found.interval += SLOWER
                raise OAuthError("slow_down", "Poll more slowly.")
            raise OAuthError("authorization_pending", "The customer has not decided.")
        if found.decision is False and policy.ciba_denial_told:
            raise OAuthError("access_denied", "The customer denied it.")
        found.used = True
    token = issue.access_token(bank, request, found.grant, found.grant.scopes, bound)
    refresh = (
        issue.refresh_token(bank, found.grant, found.grant.scopes) if policy.refresh_token_issued else None
    )
    return issue.token_answer(bank, request, caller, token, refresh)


def device(bank: Bank, request: Request) -> Response:
    """Show the page that stands for the customer's own device, and take the decision from it."""
    if not bank.policy.authorization.ciba:
        return pages.refusal(bank, "This bank has no backchannel authentication.", status=404)
    if request.method == "GET":
        return pages.page(bank, "Approve a request", _FORM)
    given, people = request.form, bank.authorization_fixture.customers
    person = next((each for each in people if each.username == given.get("username")), None)
    right = person.password if person else ""
    if person is None or not hmac.compare_digest(given.get("password", "").encode(), right.encode()):
        return pages.refusal(bank, "The username or the password is wrong.")
    store = stores(bank)
    with store.lock:
        waiting = [
            each
            for each in store.backchannel.values()
            if each.decision is None
            and each.grant.customer_id == person.customer_id
            and each.message == given.get("binding_message", "")
            and each.expires_at > bank.now()
        ]
        if len(waiting) != 1:
            return pages.refusal(bank, "There is no such request.")
        (found,) = waiting
        found.decision = given.get("decision") == "approve"
        found.grant.auth_time = int(bank.now())
    _record(bank, found)
    return pages.page(bank, "Thank you", "<p>Your decision is recorded.</p>")


def _record(bank: Bank, found: Backchannel) -> None:
    if found.grant.consent is None:
        return
    named, consent_id = found.grant.consent
    kind, customer_id = KINDS[named], found.grant.customer_id or ""
    if found.decision:
        chosen = tuple(value for value, _ in kind.choices(bank, customer_id))
        kind.authorise(bank, consent_id, customer_id, chosen)
    else:
        kind.reject(bank, consent_id)


_FORM = (
    '<form method="post" action="/oauth/device">'
    '<p><label for="username">Username</label> <input id="username" name="username"></p>'
    '<p><label for="password">Password</label> <input id="password" name="password" type="password"></p>'
    '<p><label for="message">Message shown by the provider</label> '
    '<input id="message" name="binding_message"></p>'
    '<p><button name="decision" value="approve">Approve</button> '
    '<button name="decision" value="deny">Deny</button></p></form>'
)
