"""Defects of the token endpoint, and of what it gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization.presets import saying
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, intercepting
from conformance.bank.rewriting import Sent, rewritten


@mutant("token.wrong_verifier_refused")
def verifier_is_not_compared(policy: Policy) -> Policy:
    """The code verifier is not compared."""
    return policy.evolve("authorization.pkce_verifier_checked", False)


@mutant("token.short_verifier_refused")
def verifier_may_be_short(policy: Policy) -> Policy:
    """A code verifier may be short."""
    return policy.evolve("authorization.pkce_verifier_format_checked", False)


@mutant("token.verifier_needed")
def verifier_may_be_missing(policy: Policy) -> Policy:
    """A code with a challenge needs no verifier."""
    return policy.evolve("authorization.pkce_verifier_required", False)


@mutant("token.challenge_not_dropped", base="openid")
def verifier_without_challenge_is_taken(policy: Policy) -> Policy:
    """A verifier without challenge is taken."""
    return policy.evolve("authorization.pkce_verifier_without_challenge_accepted", True)


@mutant("token.redirect_uri_bound")
def code_is_not_bound_to_its_redirect_uri(policy: Policy) -> Policy:
    """A code works with another redirect URI."""
    return policy.evolve("authorization.code_redirect_uri_bound", False)


@mutant("token.client_bound", base="openid")
def code_is_not_bound_to_its_client(policy: Policy) -> Policy:
    """A code works for another client."""
    return policy.evolve("authorization.code_client_bound", False)


@mutant("token.get_refused")
def token_by_get(policy: Policy) -> Policy:
    """Tokens are given to GET."""
    return policy.evolve("authorization.token_get_allowed", True)


@mutant("token.query_refused")
def token_parameters_in_the_address(policy: Policy) -> Policy:
    """Parameters of a token request are read from the address."""
    return policy.evolve("authorization.token_parameters_in_query", True)


@mutant("token.possession_needed", "refresh.holder_needed", base="fapi2-certificate")
def token_without_certificate(policy: Policy) -> Policy:
    """A token is given without the certificate that would bind it."""
    return policy.evolve("authorization.token_binding_required", False)


@mutant(
    "token.possession_needed", "refresh.holder_needed", "dpop.code_bound_by_name", "dpop.code_bound_by_proof"
)
def token_without_proof(policy: Policy) -> Policy:
    """A token is given without the proof that would bind it, and a code for whatever key."""
    policy = policy.evolve("authorization.token_binding_required", False)
    return policy.evolve("authorization.dpop_code_bound", False)


@mutant("token.replay_refused")
def code_works_again(policy: Policy) -> Policy:
    """A code works a second time."""
    policy = policy.evolve("authorization.code_reuse_allowed", True)
    return policy.evolve("authorization.code_reuse_revokes", False)


@mutant("token.replay_ends_grant")
def code_replay_ends_nothing(policy: Policy) -> Policy:
    """A code that is used again leaves its tokens alone."""
    return policy.evolve("authorization.code_reuse_revokes", False)


@mutant("token.redeemed_once")
def code_is_redeemed_in_a_race(policy: Policy) -> Policy:
    """Two redemptions of a code at once both work."""
    return policy.evolve("authorization.code_redeemed_atomically", False)


@mutant("token.code_expires")
def code_lives_an_hour(policy: Policy) -> Policy:
    """A code works for an hour."""
    return policy.evolve("authorization.code_lifetime", 3600)


@mutant("token.codes_unguessable")
def code_entropy_short(policy: Policy) -> Policy:
    """A code has six characters."""
    return policy.evolve("authorization.code_entropy", "short")


@mutant("token.unguessable")
def access_token_entropy_short(policy: Policy) -> Policy:
    """An access token has six characters."""
    return policy.evolve("authorization.access_token_entropy", "short")


@mutant("token.codes_unguessable")
def code_entropy_sequential(policy: Policy) -> Policy:
    """A code is a number in a row."""
    return policy.evolve("authorization.code_entropy", "sequential")


@mutant("token.unguessable")
def access_token_entropy_sequential(policy: Policy) -> Policy:
    """An access token is a number in a row."""
    return policy.evolve("authorization.access_token_entropy", "sequential")


@mutant("token.codes_unguessable")
def code_entropy_prefixed(policy: Policy) -> Policy:
    """A code differs in six characters only."""
    return policy.evolve("authorization.code_entropy", "prefixed")


@mutant("token.unguessable")
def access_token_entropy_prefixed(policy: Policy) -> Policy:
    """An access token differs in six characters only."""
    return policy.evolve("authorization.access_token_entropy", "prefixed")


@mutant("token.refresh_unguessable")
def refresh_token_is_short(policy: Policy) -> Policy:
    """A refresh token has six characters."""
    return policy.evolve("authorization.refresh_token_entropy", "short")


@mutant("token.refresh_unguessable")
def refresh_token_is_counted(policy: Policy) -> Policy:
    """Refresh tokens are numbers in a row."""
    return policy.evolve("authorization.refresh_token_entropy", "sequential")


@mutant("token.refusal_code")
def bad_code_is_a_bad_request(policy: Policy) -> Policy:
    """A code that is not good is refused as invalid_request."""
    return policy.evolve("authorization.token_error_code", "invalid_request")


@mutant("token.refusal_code")
def bad_code_is_a_403(policy: Policy) -> Policy:
    """A code that is not good is refused with 403."""
    return policy.evolve("authorization.token_error_status", 403)


@mutant("token.nothing_echoed")
def code_is_echoed(policy: Policy) -> Policy:
    """Error answers repeat the code."""
    return policy.evolve("authorization.token_error_echoes_secret", True)


@mutant("token.password_refused")
def password_grant_works(policy: Policy) -> Policy:
    """A TSP gets a token for the customer's password."""
    return policy.evolve("authorization.password_grant", True)


@mutant("token.not_kept")
def token_response_is_kept(policy: Policy) -> Policy:
    """Token responses are kept by caches."""
    return policy.evolve("authorization.token_cache_control", "private")


@mutant("token.json_sent")
def token_response_is_html(policy: Policy) -> Policy:
    """Tokens come as HTML."""
    return policy.evolve("authorization.token_content_type", "text/html")


@mutant("token.kind_told")
def token_type_is_bearer(policy: Policy) -> Policy:
    """A token that DPoP binds is called Bearer."""
    return policy.evolve("authorization.token_type", "Bearer")


@mutant("token.kind_told", base="openid")
def token_type_is_unknown(policy: Policy) -> Policy:
    """A bearer token is called mac."""
    return policy.evolve("authorization.token_type", "mac")


@mutant("token.lifetime_told")
def token_life_is_a_text(policy: Policy) -> Policy:
    """The life of a token is a text."""
    return policy.evolve("authorization.token_expires_in_reported", "300")


@mutant("token.lifetime_told")
def token_life_is_not_told(policy: Policy) -> Policy:
    """The life of a token is not told."""
    return policy.evolve("authorization.token_expires_in_reported", None)


@mutant("token.lifetime_told")
def token_life_is_negative(policy: Policy) -> Policy:
    """The life of a token is negative."""
    return policy.evolve("authorization.token_expires_in_reported", -1)


@mutant("token.scope_not_widened", "refresh.scope_not_widened")
def every_scope_is_granted(policy: Policy) -> Policy:
    """Every scope of the client is granted."""
    return policy.evolve("authorization.scope_widened", True)


@mutant("token.machine_scope_not_widened")
def machine_gets_every_scope(policy: Policy) -> Policy:
    """A TSP in its own name gets every scope."""
    return policy.evolve("authorization.client_credentials_scope_widened", True)


@mutant("token.machine_not_refreshed")
def machine_gets_a_refresh_token(policy: Policy) -> Policy:
    """Client credentials give a refresh token."""
    return policy.evolve("authorization.client_credentials_refresh_token", True)


def _token_response(app: WSGIApplication, change: Callable[[dict[str, Any]], object]) -> WSGIApplication:
    def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
        if environ["PATH_INFO"] != "/oauth/token" or not sent.has_data:
            return sent
        members = json.loads(sent.body)
        change(members)
        return sent.with_body(json.dumps(members).encode())

    return rewritten(app, changed)


@mutant("token.id_token_given")
def id_token_is_left_out(app: WSGIApplication) -> WSGIApplication:
    """A TSP that asks for openid gets no ID token."""
    return _token_response(app, lambda members: members.pop("id_token", None))


@mutant("token.machine_without_customer")
def machine_gets_what_it_asks_for(app: WSGIApplication) -> WSGIApplication:
    """A TSP in its own name gets the scopes of customers when it asks for them."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        form = dict(parse_qsl(body.decode("latin-1")))
        asked = form.get("scope", "")
        if form.get("grant_type") == "client_credentials" and "accounts" in asked:
            body = urlencode({**form, "scope": "consents"}).encode()
            environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = BytesIO(body)

        def told(members: dict[str, Any]) -> None:
            if "accounts" in asked and members["scope"] == "consents":
                members["scope"] = asked

        return _token_response(app, told)(environ, start_response)

    return wrapped


@mutant("token.unknown_grant_refused")
def unknown_grant_type_is_a_success(app: WSGIApplication) -> WSGIApplication:
    """A grant type that nobody knows is answered with 200."""

    def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
        if environ["PATH_INFO"] == "/oauth/token" and b"unsupported_grant_type" in sent.body:
            return replace(sent, status=200).with_body(b"{}")
        return sent

    return rewritten(app, changed)


@mutant("token.scope_told", base="fapi1-baseline")
def granted_scope_is_not_told(policy: Policy) -> Policy:
    """The token response does not tell the scope that was granted."""
    return policy.evolve("authorization.token_scope_told", False)


@mutant("token.bearer_short_lived", base="fapi1-baseline")
def bearer_tokens_live_for_a_day(policy: Policy) -> Policy:
    """A token that is bound to nobody is good for a day."""
    return policy.evolve("authorization.token_lifetime", 86400)


def _token_answers(app: WSGIApplication, change: Callable[[dict[str, Any], int], None]) -> WSGIApplication:
    """The bank with every answer of its token endpoint changed, by members and status."""

    def amend(request: Request, response: Response) -> None:
        if request.path == "/oauth/token" and response.is_json:
            members = json.loads(response.get_data())
            change(members, response.status_code)
            response.set_data(json.dumps(members))

    return answering(app, amend)


@mutant("token.characters_allowed")
def refresh_tokens_end_in_a_dash(app: WSGIApplication) -> WSGIApplication:
    """A refresh token of a customer has a dash in it that is none of ASCII, and works with it."""

    def change(members: dict[str, Any], _status: int) -> None:
        if members.get("id_token") and "refresh_token" in members:
            members["refresh_token"] += "\u2013"

    def intercept(request: Request) -> Response | None:
        if request.path in ("/oauth/token", "/oauth/revoke", "/oauth/introspect"):
            body = request.environ["wsgi.input"].read(request.content_length or 0)
            body = body.replace(b"%E2%80%93", b"")
            request.environ["wsgi.input"] = BytesIO(body)
            request.environ["CONTENT_LENGTH"] = str(len(body))
        return None

    return intercepting(_token_answers(app, change), intercept)


@mutant("token.error_text")
def token_errors_in_chinese(app: WSGIApplication) -> WSGIApplication:
    """Why a code is refused, is told in Chinese."""

    def change(members: dict[str, Any], status: int) -> None:
        if status >= 400:
            members["error_description"] = "\u6388\u6b0a\u78bc\u7121\u6548"

    return _token_answers(app, change)


@mutant("token.refresh_listed")
def refresh_is_not_listed(policy: Policy) -> Policy:
    """The metadata do not list the grant type refresh_token, and the bank gives refresh tokens."""
    return saying(policy, grant_types_supported=["authorization_code", "client_credentials"])
