"""The authorization endpoint: from the request to the login page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import authorization_request, form, pages, pushed
from conformance.bank.authorization.answer import answered
from conformance.bank.authorization.authorization_request import BadRequest
from conformance.bank.authorization.interaction import approved, opened, with_cookie
from conformance.bank.authorization.records import AuthorizationRequest, Client
from conformance.bank.authorization.refusal import OAuthError
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def authorize(bank: Bank, request: Request) -> Response:
    """Show the login page for a good request; refuse every other on a page that stays where it is."""
    policy = bank.policy.authorization
    try:
        given = form.single(bank, request.args if request.method == "GET" else request.form)
    except OAuthError as fault:
        return pages.refusal(bank, fault.description)
    caller = stores(bank).client(given.get("client_id"))
    if caller is None:
        return pages.refusal(bank, "The client is not known.")
    uri: str | None = None
    try:
        if given.get("request_uri", "").startswith(pushed.PREFIX):
            uri = given["request_uri"]
            asked = _completed(bank, pushed.taken(bank, caller, uri), given)
        elif policy.par_required:
            return pages.refusal(bank, "The request is to be pushed first.")
        else:
            asked = authorization_request.judged(bank, request, caller, given, pushed=False)
    except BadRequest as fault:
        return _refused(bank, request, caller, fault)
    if asked.prompt == "none" and policy.prompt_none_heeded:
        if policy.prompt_none_needs_session:
            return answered(bank, request, asked, {"error": "login_required"})
        interaction = opened(bank, asked, uri)
        interaction.customer_id = bank.authorization_fixture.customers[0].customer_id
        return approved(bank, request, interaction, ())
    interaction = opened(bank, asked, uri)
    response = pages.login(bank, interaction, caller.name, hint=given.get("login_hint", ""))
    return with_cookie(bank, response, interaction)


def _completed(bank: Bank, asked: AuthorizationRequest, given: dict[str, str]) -> AuthorizationRequest:
    policy, outside = bank.policy.authorization, (given.get("state"), given.get("nonce"))
    if policy.outside_parameters_override:
        return replace(asked, state=outside[0] or asked.state, nonce=outside[1] or asked.nonce)
    if policy.outside_parameters_fill:
        return replace(asked, state=asked.state or outside[0], nonce=asked.nonce or outside[1])
    return asked


def _refused(bank: Bank, request: Request, caller: Client, fault: BadRequest) -> Response:
    if fault.returns_to is None:
        return pages.refusal(bank, fault.description)
    policy, to = bank.policy.authorization, fault.returns_to
    trusted = to.redirect_uri in caller.redirect_uris
    silent = (to.prompt == "none" and policy.prompt_none_heeded) or policy.errors_redirect_before_login
    if silent or (policy.redirects_errors_anywhere and not trusted):
        return answered(bank, request, to, {"error": fault.error, "error_description": fault.description})
    interaction = opened(bank, to, None, error=fault.error)
    return with_cookie(bank, pages.refusal(bank, fault.description, interaction), interaction)
