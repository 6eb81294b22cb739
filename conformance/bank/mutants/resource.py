"""Defects of the gate before protected functions."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, fetch, intercepting


@mutant("resource.token_required")
def kept_answers_for_everybody(app: WSGIApplication) -> WSGIApplication:
    """A cache in front gives the last loan details to whoever asks without a token."""
    kept: list[Response] = []

    def proxied(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/loans":
            return app(environ, start_response)
        if "HTTP_AUTHORIZATION" not in environ and kept:
            return kept[0](environ, start_response)
        response = fetch(app, environ)
        if response.status_code == 200:
            kept[:] = [response]
        return response(environ, start_response)

    return proxied


@mutant("resource.altered_tokens_refused")
def any_token_opens(policy: Policy) -> Policy:
    """Any token will do."""
    return policy.evolve("authorization.any_token_accepted", True)


@mutant("resource.altered_tokens_refused")
def start_of_a_token_suffices(policy: Policy) -> Policy:
    """Only the first characters of a token are compared."""
    return policy.evolve("authorization.access_token_prefix_compared", True)


@mutant("resource.altered_tokens_refused", base="fapi1")
def signature_of_tokens_unread(policy: Policy) -> Policy:
    """The signature of a token is not verified."""
    return policy.evolve("authorization.access_token_signature_checked", False)


@mutant("resource.other_tokens_refused", base="openid")
def refresh_token_opens_accounts(policy: Policy) -> Policy:
    """A refresh token opens what its access token opens."""
    return policy.evolve("authorization.refresh_tokens_open", True)


@mutant("resource.expired_token_refused")
def tokens_without_end(policy: Policy) -> Policy:
    """A token works after its time."""
    return policy.evolve("authorization.token_lifetime", 25).evolve(
        "authorization.token_expiry_checked", False
    )


@mutant("resource.token_in_query_refused")
def token_in_the_address(policy: Policy) -> Policy:
    """A token may stand in the query."""
    return policy.evolve("authorization.bearer_in_query_accepted", True)


@mutant("resource.token_in_query_refused", base="fapi1")
def bearer_token_in_the_address(policy: Policy) -> Policy:
    """A token bound by certificate may stand in the query."""
    return policy.evolve("authorization.bearer_in_query_accepted", True)


@mutant("resource.token_in_form_refused")
def token_in_the_body(policy: Policy) -> Policy:
    """A token may stand in a form, whatever the method."""
    return policy.evolve("authorization.bearer_in_form_accepted", True)


@mutant("resource.scheme_case_ignored")
def scheme_in_one_case(policy: Policy) -> Policy:
    """The scheme is compared letter by letter."""
    return policy.evolve("authorization.scheme_case_sensitive", True)


@mutant("resource.other_schemes_refused")
def any_scheme_will_do(app: WSGIApplication) -> WSGIApplication:
    """The word before the token is not looked at."""

    def intercept(request: Request) -> None:
        word, _, value = request.headers.get("Authorization", "").partition(" ")
        # A client that authenticates at an endpoint of the authorization server shows no token.
        if word in ("Basic", "Token", "MAC") and value and request.method == "GET":
            request.environ["HTTP_AUTHORIZATION"] = f"DPoP {value}"

    return intercepting(app, intercept)


@mutant("resource.holder_shown")
def proof_not_needed(policy: Policy) -> Policy:
    """A token bound to a key opens without a proof."""
    return policy.evolve("authorization.token_without_proof_accepted", True)


@mutant("resource.holder_shown", base="fapi2-certificate")
def certificate_not_needed(policy: Policy) -> Policy:
    """A token bound to a certificate opens without it."""
    return policy.evolve("authorization.token_without_proof_accepted", True)


@mutant("resource.holder_compared")
def any_key_proves(policy: Policy) -> Policy:
    """The key of a proof is not compared with the one that the token is bound to."""
    return policy.evolve("authorization.token_binding_checked", False)


@mutant("resource.holder_compared", base="fapi2-mutual")
def any_certificate_proves(policy: Policy) -> Policy:
    """The certificate is not compared with the one that the token is bound to."""
    return policy.evolve("authorization.token_binding_checked", False)


@mutant("resource.bearer_downgrade_refused")
def bound_token_as_bearer(policy: Policy) -> Policy:
    """A token bound by DPoP works as a bearer token."""
    return policy.evolve("authorization.dpop_bearer_scheme_accepted", True)


@mutant("resource.scope_required")
def scope_not_looked_at(policy: Policy) -> Policy:
    """A token opens functions beyond its scope."""
    return policy.evolve("authorization.scope_checked", False)


@mutant("resource.audience_compared", base="openid")
def audience_not_compared(policy: Policy) -> Policy:
    """A token for another resource opens the accounts."""
    return policy.evolve("authorization.audience_checked", False)


@mutant("resource.challenge_sent")
def refusal_without_challenge(policy: Policy) -> Policy:
    """A 401 has no WWW-Authenticate."""
    return policy.evolve("authorization.www_authenticate", False)


@mutant("resource.invalid_token_named")
def challenge_without_error(policy: Policy) -> Policy:
    """The challenge does not say what is wrong with the token."""
    return policy.evolve("authorization.www_authenticate_error", False)


@mutant("resource.invalid_token_status")
def invalid_token_is_forbidden(policy: Policy) -> Policy:
    """An invalid token is answered with 403."""
    return policy.evolve("authorization.unauthorised_status", 403)


@mutant("resource.insufficient_scope_status")
def narrow_token_is_unauthorised(policy: Policy) -> Policy:
    """A token that does not cover the function is answered with 401."""
    return policy.evolve("authorization.forbidden_status", 401)


@mutant("resource.token_not_echoed")
def refusal_repeats_the_token(policy: Policy) -> Policy:
    """The refusal of a token repeats it."""
    return policy.evolve("authorization.token_echoed_in_error", True)


@mutant("resource.interaction_id_echoed")
def interaction_id_left_out(policy: Policy) -> Policy:
    """Answers have no x-fapi-interaction-id."""
    return policy.evolve("authorization.interaction_id", "absent")


@mutant("resource.interaction_id_echoed")
def interaction_id_replaced(policy: Policy) -> Policy:
    """Answers have an x-fapi-interaction-id of their own."""
    return policy.evolve("authorization.interaction_id", "fresh")


@mutant("resource.answers_not_stored")
def account_data_cacheable(policy: Policy) -> Policy:
    """Caches may keep account data for a minute."""
    return policy.evolve("accounts.cache_control", "public, max-age=60")


@mutant("resource.answers_not_stored")
def loans_cacheable(app: WSGIApplication) -> WSGIApplication:
    """One function's answers may be kept."""

    def amend(request: Request, response: Response) -> None:
        if request.path == "/loans":
            response.headers["Cache-Control"] = "max-age=60"

    return answering(app, amend)


@mutant("resource.customer_headers_accepted")
def addresses_of_customers_are_ipv4(app: WSGIApplication) -> WSGIApplication:
    """A call of a customer with an IPv6 address is refused."""

    def intercept(request: Request) -> Response | None:
        if ":" in request.headers.get("X-Fapi-Customer-Ip-Address", ""):
            return Response("{}", 400, content_type="application/json")
        return None

    return intercepting(app, intercept)


@mutant("resource.date_true")
def balances_are_dated_yesterday(app: WSGIApplication) -> WSGIApplication:
    """A gateway dates its answers a day back."""

    def amend(request: Request, response: Response) -> None:
        if request.headers.get("Authorization") and request.path.startswith(
            ("/accounts", "/customer", "/cards")
        ):
            response.headers["Date"] = "Sun, 01 Jan 2023 00:00:00 GMT"

    return answering(app, amend)


@mutant("resource.origins_not_trusted")
def accounts_are_open_to_every_origin(app: WSGIApplication) -> WSGIApplication:
    """Scripts of every origin may read accounts with the credentials of the browser's user."""

    def amend(request: Request, response: Response) -> None:
        origin = request.headers.get("Origin")
        if origin and request.headers.get("Authorization"):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"

    return answering(app, amend)
