"""The token endpoint (RFC 6749 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import backchannel, client, code_grant, form, issue, refresh_grant
from conformance.bank.authorization.authorization_request import MACHINE_SCOPES
from conformance.bank.authorization.binding import bound_to
from conformance.bank.authorization.records import Client, Grant
from conformance.bank.authorization.refusal import OAuthError, endpoint
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@endpoint
def token(bank: Bank, request: Request) -> Response:
    """Answer one token request of an authenticated client."""
    policy = bank.policy.authorization
    given = form.body(bank, request)
    caller = client.authenticated(bank, request, given, "token")
    grant_type = given.get("grant_type")
    try:
        if grant_type == "authorization_code":
            return code_grant.redeem(bank, request, caller, given)
        if grant_type == "refresh_token":
            return refresh_grant.refresh(bank, request, caller, given)
        if grant_type == "client_credentials":
            return _client_credentials(bank, request, caller, given)
        if grant_type == backchannel.GRANT and policy.ciba:
            return backchannel.poll(bank, request, caller, given)
        if grant_type == "password" and policy.password_grant:
            return _password(bank, request, caller, given)
    except OAuthError as fault:
        raise _as_told(bank, given, fault) from fault
    if not grant_type:
        raise OAuthError("invalid_request", "The grant_type is missing.")
    raise OAuthError("unsupported_grant_type", "This grant_type is not supported.")


def _as_told(bank: Bank, given: dict[str, str], fault: OAuthError) -> OAuthError:
    policy = bank.policy.authorization
    if fault.error == "invalid_grant" and policy.token_error_code:
        fault.error = policy.token_error_code
    if fault.status == 400:
        fault.status = policy.token_error_status
    if policy.token_error_echoes_secret:
        fault.description += f" ({given.get('code') or given.get('refresh_token') or ''})"
    return fault


def _client_credentials(bank: Bank, request: Request, caller: Client, given: dict[str, str]) -> Response:
    policy = bank.policy.authorization
    asked = tuple(dict.fromkeys(given.get("scope", "").split())) or ("consents",)
    if policy.client_credentials_scope_widened:
        asked = caller.scopes
    elif not set(asked) <= MACHINE_SCOPES & set(caller.scopes):
        raise OAuthError("invalid_scope", "The scope is not for a client in its own name.")
    bound = bound_to(bank, request)
    grant = Grant(stores(bank).mint(), caller.client_id, None, asked, None, int(bank.now()))
    made = issue.access_token(bank, request, grant, asked, bound)
    refresh = None
    if policy.client_credentials_refresh_token:
        refresh = issue.refresh_token(bank, grant, asked)
    return issue.token_answer(bank, request, caller, made, refresh)


def _password(bank: Bank, request: Request, caller: Client, given: dict[str, str]) -> Response:
    people = bank.authorization_fixture.customers
    login = (given.get("username"), given.get("password"))
    person = next((each for each in people if (each.username, each.password) == login), None)
    if person is None:
        raise OAuthError("invalid_grant", "The username or the password is wrong.")
    scopes = tuple(given.get("scope", "").split()) or ("accounts",)
    now = int(bank.now())
    grant = Grant(stores(bank).mint(), caller.client_id, person.customer_id, scopes, None, now)
    made = issue.access_token(bank, request, grant, scopes, bound_to(bank, request))
    return issue.token_answer(bank, request, caller, made)
