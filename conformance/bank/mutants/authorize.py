"""Defects of the authorization endpoint: requests, pages, responses."""

from __future__ import annotations

import re
from wsgiref.types import WSGIApplication, WSGIEnvironment

from conformance.bank.authorization.presets import saying
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.rewriting import Sent, rewritten


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_prefix(policy: Policy) -> Policy:
    """A redirect URI is taken that begins like a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "prefix")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_suffix(policy: Policy) -> Policy:
    """A redirect URI is taken that ends like a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "suffix")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_host(policy: Policy) -> Policy:
    """A redirect URI is taken that is on the host of a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "host")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_subdomain(policy: Policy) -> Policy:
    """A redirect URI is taken that is on a subdomain of a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "subdomain")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_case_insensitive(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for the case, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "case_insensitive")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_ignore_scheme(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for the scheme, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "ignore_scheme")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_ignore_port(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for the port, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "ignore_port")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_loopback(policy: Policy) -> Policy:
    """Every redirect URI on the customer's own machine is taken."""
    return policy.evolve("authorization.redirect_uri_match", "loopback")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_ignore_query(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for the query, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "ignore_query")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_ignore_fragment(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for the fragment, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "ignore_fragment")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_ignore_trailing_slash(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for a slash, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "ignore_trailing_slash")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_ignore_userinfo(policy: Policy) -> Policy:
    """A redirect URI is taken that is, but for user information, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "ignore_userinfo")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_match_normalised(policy: Policy) -> Policy:
    """A redirect URI is taken that is, once normalised, a registered one."""
    return policy.evolve("authorization.redirect_uri_match", "normalised")


@mutant("authorize.redirect_uri_exact")
def redirect_uri_is_not_compared(policy: Policy) -> Policy:
    """Every redirect URI is taken."""
    return policy.evolve("authorization.redirect_uri_match", "any")


@mutant("authorize.redirect_uri_exact", base="openid")
def redirect_uri_is_not_compared_without_pushing(policy: Policy) -> Policy:
    """Every redirect URI of a plain request is taken."""
    return policy.evolve("authorization.redirect_uri_match", "any")


@mutant("authorize.redirect_uri_needed")
def redirect_uri_may_be_missing(policy: Policy) -> Policy:
    """A request without redirect URI is taken."""
    return policy.evolve("authorization.redirect_uri_required", False)


@mutant("authorize.errors_stay", "authorize.login_before_redirect", base="openid")
def errors_go_to_any_redirect_uri(policy: Policy) -> Policy:
    """Errors are sent to unregistered redirect URIs."""
    policy = policy.evolve("authorization.redirects_errors_anywhere", True)
    return policy.evolve("authorization.errors_redirect_before_login", True)


@mutant("authorize.parameter_repeated", "token.parameter_repeated")
def parameters_may_be_repeated(policy: Policy) -> Policy:
    """Of a repeated parameter one is taken."""
    return policy.evolve("authorization.duplicate_parameters_accepted", True)


@mutant("authorize.unlisted_response_type")
def hybrid_flow_works_unlisted(policy: Policy) -> Policy:
    """The response type code id_token works although it is not listed."""
    policy = policy.evolve("authorization.response_types", ("code", "code id_token"))
    return saying(policy, response_types_supported=["code"])


@mutant("authorize.implicit_refused")
def implicit_flow_works(policy: Policy) -> Policy:
    """The response type token works."""
    policy = policy.evolve("authorization.response_types", ("code", "token"))
    return saying(policy, response_types_supported=["code"])


@mutant("authorize.challenge_needed")
def challenge_may_be_missing(policy: Policy) -> Policy:
    """A request without code challenge is taken."""
    return policy.evolve("authorization.pkce_required", False)


@mutant("authorize.plain_challenge_refused")
def plain_challenge_is_taken(policy: Policy) -> Policy:
    """A plain code challenge is taken."""
    return policy.evolve("authorization.pkce_plain_allowed", True)


@mutant("authorize.malformed_challenge_refused")
def challenge_form_is_not_judged(policy: Policy) -> Policy:
    """A malformed code challenge is taken."""
    return policy.evolve("authorization.pkce_challenge_format_checked", False)


@mutant("authorize.pushing_needed")
def pushing_is_not_needed(policy: Policy) -> Policy:
    """A request that was not pushed is taken although the metadata say otherwise."""
    policy = policy.evolve("authorization.par_required", False)
    return saying(policy, require_pushed_authorization_requests=True)


@mutant("authorize.unknown_scope")
def unknown_scope_is_granted(policy: Policy) -> Policy:
    """A scope that nobody knows is granted."""
    return policy.evolve("authorization.unknown_scope", "granted")


@mutant("authorize.scope_order")
def scope_order_matters(policy: Policy) -> Policy:
    """Scopes are taken in one order only."""
    return policy.evolve("authorization.scope_order_matters", True)


@mutant("authorize.unknown_parameter")
def unknown_parameters_are_refused(policy: Policy) -> Policy:
    """A request with an unknown parameter is refused."""
    return policy.evolve("authorization.unknown_parameters_refused", True)


@mutant("authorize.prompt_none")
def prompt_none_logs_in(policy: Policy) -> Policy:
    """A request with prompt=none gives a code without a login."""
    return policy.evolve("authorization.prompt_none_needs_session", False)


@mutant("authorize.prompt_none_quiet")
def prompt_none_shows_the_login(policy: Policy) -> Policy:
    """A request with prompt=none brings the login page."""
    return policy.evolve("authorization.prompt_none_heeded", False)


@mutant("authorize.own_consent_only")
def other_consents_can_be_asked_for(policy: Policy) -> Policy:
    """A TSP can ask a customer for another TSP's consent."""
    return policy.evolve("authorization.consent_client_bound", False)


@mutant("authorize.state_intact", "authorize.long_state")
def state_is_cut(policy: Policy) -> Policy:
    """The state comes back with 64 characters at most."""
    return policy.evolve("authorization.state", "truncated")


@mutant("authorize.state_intact", "authorize.long_state", "authorize.denial_told")
def state_is_dropped(policy: Policy) -> Policy:
    """The state does not come back."""
    return policy.evolve("authorization.state", "dropped")


@mutant("authorize.state_intact", "authorize.long_state")
def state_is_lowered(policy: Policy) -> Policy:
    """The state comes back in small letters."""
    return policy.evolve("authorization.state", "lowered")


@mutant("authorize.no_state_invented")
def state_is_invented(policy: Policy) -> Policy:
    """Without state one comes back."""
    return policy.evolve("authorization.state", "invented")


@mutant("authorize.no_state_invented", base="oauth2")
def state_is_needed(policy: Policy) -> Policy:
    """A request without state is refused."""
    return policy.evolve("authorization.state_required", True)


@mutant("authorize.long_nonce")
def nonce_is_cut(policy: Policy) -> Policy:
    """The nonce comes back with 64 characters at most."""
    return policy.evolve("authorization.nonce", "truncated")


@mutant("authorize.nonce_intact", "authorize.long_nonce")
def nonce_is_dropped(policy: Policy) -> Policy:
    """The nonce does not come back."""
    return policy.evolve("authorization.nonce", "dropped")


@mutant("authorize.nonce_intact", "authorize.long_nonce")
def nonce_is_lowered(policy: Policy) -> Policy:
    """The nonce comes back in small letters."""
    return policy.evolve("authorization.nonce", "lowered")


@mutant("authorize.issuer_named")
def response_names_no_issuer(policy: Policy) -> Policy:
    """The response does not name its issuer although the metadata say so."""
    return policy.evolve("authorization.iss_in_response", "absent")


@mutant("authorize.issuer_named")
def response_names_another_issuer(policy: Policy) -> Policy:
    """The response names another issuer."""
    return policy.evolve("authorization.iss_in_response", "wrong")


@mutant("authorize.issuer_named_in_error")
def error_response_names_no_issuer(policy: Policy) -> Policy:
    """An error response does not name its issuer."""
    return policy.evolve("authorization.iss_in_error_response", "absent")


@mutant("authorize.issuer_named_in_error")
def error_response_names_another_issuer(policy: Policy) -> Policy:
    """An error response names another issuer."""
    return policy.evolve("authorization.iss_in_error_response", "wrong")


@mutant("authorize.code_in_query", "authorize.error_in_query")
def code_comes_in_the_fragment(policy: Policy) -> Policy:
    """The code comes in the fragment."""
    return policy.evolve("authorization.code_in_fragment", True)


@mutant("authorize.denial_honoured")
def denial_is_an_approval(policy: Policy) -> Policy:
    """A customer who refuses gives a code."""
    return policy.evolve("authorization.denial_is_honoured", False)


@mutant("authorize.denial_told")
def denial_is_a_server_error(policy: Policy) -> Policy:
    """A customer's refusal is told as server_error."""
    return policy.evolve("authorization.denial_error", "server_error")


@mutant("authorize.error_text")
def error_description_has_line_breaks(policy: Policy) -> Policy:
    """The error description has control characters."""
    return policy.evolve("authorization.error_description_has_control", True)


@mutant("authorize.redirect_status")
def credentials_are_passed_on(policy: Policy) -> Policy:
    """Forms are answered with 307."""
    return policy.evolve("authorization.redirect_status", 307)


@mutant("authorize.long_state")
def long_state_is_cut(app: WSGIApplication) -> WSGIApplication:
    """A state comes back with 512 characters at most."""

    def changed(sent: Sent, _environ: WSGIEnvironment) -> Sent:
        place = sent.header("Location")
        if not place:
            return sent
        return sent.with_header("Location", re.sub(r"(state=[^&]{512})[^&]*", r"\1", place))

    return rewritten(app, changed)


@mutant("authorize.nonce_needed", base="fapi1")
def nonce_may_be_missing(policy: Policy) -> Policy:
    """A request with the scope openid needs no nonce."""
    return policy.evolve("authorization.nonce_required", False)


@mutant("authorize.state_needed", base="fapi1")
def state_may_be_missing(policy: Policy) -> Policy:
    """A request without the scope openid needs no state."""
    return policy.evolve("authorization.state_required", False)


@mutant("authorize.plain_response_refused", base="fapi1")
def response_is_signed_on_request_only(policy: Policy) -> Policy:
    """A TSP that does not ask for a signed response gets a plain one."""
    return policy.evolve("authorization.jarm", "offered")


@mutant("authorize.unknown_claims", base="openid")
def unknown_claims_are_refused(policy: Policy) -> Policy:
    """A request for a claim that the bank does not know is refused."""
    return policy.evolve("authorization.unknown_claims_refused", True)


@mutant("authorize.login_before_redirect", base="openid")
def errors_come_before_the_login(policy: Policy) -> Policy:
    """A faulty request sends the customer away at once, without any page."""
    return policy.evolve("authorization.errors_redirect_before_login", True)


@mutant("authorize.see_other")
def forms_are_redirected_with_302(policy: Policy) -> Policy:
    """The customer is passed on with 302 after a form."""
    return policy.evolve("authorization.redirect_status", 302)


@mutant("authorize.messages_addressed")
def pages_speak_to_everybody(policy: Policy) -> Policy:
    """A script of the pages posts a message to whatever window holds them."""
    return policy.evolve("authorization.page_messages_anybody", True)


@mutant("authorize.detached_signature", "token.id_token_hash", base="hybrid")
def front_token_signs_another_code(policy: Policy) -> Policy:
    """The hashes in ID tokens are those of something else."""
    return policy.evolve("authorization.id_token_hashes", "wrong")


@mutant("authorize.front_token_private", "token.id_token_private", base="hybrid")
def front_token_tells_the_name(policy: Policy) -> Policy:
    """The ID token that passes the browser names the customer."""
    return policy.evolve("authorization.id_token_personal_data", True)


@mutant("authorize.hybrid_in_fragment", base="hybrid")
def hybrid_response_in_the_query(policy: Policy) -> Policy:
    """A hybrid response comes in the query, ID token and all."""
    return policy.evolve("authorization.hybrid_in_query", True)


@mutant("authorize.hybrid_subject_kept", base="hybrid")
def hybrid_response_of_somebody_else(policy: Policy) -> Policy:
    """The ID token that passes the browser names another customer than the one behind it."""
    return policy.evolve("authorization.id_token_front_sub", "wrong")
