"""Defects of dynamic client registration."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering


@mutant("registration.token_required")
def anybody_registers(policy: Policy) -> Policy:
    """A client registers without a token."""
    return policy.evolve("authorization.registration_token_required", False)


@mutant("registration.unlisted_method_refused")
def public_client_registered(policy: Policy) -> Policy:
    """A client registers that does not authenticate itself."""
    return policy.evolve("authorization.registration_none_accepted", True)


@mutant("registration.unlisted_method_refused")
def client_with_secret_registered(policy: Policy) -> Policy:
    """A client registers with a shared secret."""
    return policy.evolve("authorization.registration_secret_accepted", True)


@mutant("registration.weak_key_refused")
def weak_key_registered(policy: Policy) -> Policy:
    """A client registers with a key of 1,024 bits."""
    return policy.evolve("authorization.registration_weak_key_accepted", True)


@mutant("registration.private_key_refused")
def private_key_registered(policy: Policy) -> Policy:
    """A client registers with its private key."""
    return policy.evolve("authorization.registration_private_key_accepted", True)


@mutant("registration.unlisted_algorithm_refused")
def unlisted_algorithm_registered(policy: Policy) -> Policy:
    """A client registers for RS256, which is not listed."""
    return policy.evolve("authorization.registration_rs256_accepted", True)


@mutant("registration.redirect_uri_secure")
def redirect_without_tls_registered(policy: Policy) -> Policy:
    """A client registers a redirect URI with http."""
    return policy.evolve("authorization.registration_http_redirect_accepted", True)


@mutant("registration.redirect_uri_secure")
def redirect_with_fragment_registered(policy: Policy) -> Policy:
    """A client registers a redirect URI with a fragment."""
    return policy.evolve("authorization.registration_fragment_redirect_accepted", True)


@mutant("registration.redirect_uri_claimed")
def redirect_to_this_host_registered(policy: Policy) -> Policy:
    """A client registers a redirect URI of the customer's own machine."""
    return policy.evolve("authorization.registration_loopback_redirect_accepted", True)


@mutant("registration.redirect_uri_claimed")
def redirect_with_own_scheme_registered(policy: Policy) -> Policy:
    """A client registers a redirect URI with a scheme of its own."""
    return policy.evolve("authorization.registration_custom_scheme_accepted", True)


@mutant("registration.scope_not_widened")
def every_scope_registered(policy: Policy) -> Policy:
    """A client is registered for every scope."""
    return policy.evolve("authorization.registration_scope_unbounded", True)


@mutant("registration.identifier_not_chosen")
def identifier_chosen_by_client(policy: Policy) -> Policy:
    """A client chooses its own identifier."""
    return policy.evolve("authorization.registration_client_id_honoured", True)


@mutant("registration.statement_verified")
def statement_unread(policy: Policy) -> Policy:
    """The signature of a software statement is not verified."""
    return policy.evolve("authorization.registration_statement_checked", False)


@mutant("registration.management_token_compared")
def registration_shown_to_all(policy: Policy) -> Policy:
    """Any token reads a registration."""
    return policy.evolve("authorization.registration_management_token_checked", False)


@mutant("registration.deletion_effective")
def registration_stays(policy: Policy) -> Policy:
    """A deleted registration lives on."""
    return policy.evolve("authorization.registration_deletion_effective", False)


@mutant("registration.created")
def registration_answered_as_read(policy: Policy) -> Policy:
    """A registration is answered with 200."""
    return policy.evolve("authorization.registration_status", 200)


@mutant("registration.equal_key_ids_told_apart")
def first_key_of_a_name_is_taken(policy: Policy) -> Policy:
    """Of two keys of a client with the same identifier only the first is tried."""
    return policy.evolve("authorization.assertion_first_key_of_kid", True)


@mutant("registration.read_as_registered")
def registration_reads_otherwise(app: WSGIApplication) -> WSGIApplication:
    """A registration that is read shows other redirect URIs than those that were registered."""

    def amend(request: Request, response: Response) -> None:
        if request.method == "GET" and request.path.startswith("/oauth/register/"):
            shown = response.get_data().replace(b"conformance.example/callback", b"conformance.example/first")
            response.set_data(shown)

    return answering(app, amend)


@mutant("registration.refusal_named")
def registration_is_refused_without_reason(app: WSGIApplication) -> WSGIApplication:
    """Whatever is wrong with a registration, the error is invalid_request."""

    def amend(request: Request, response: Response) -> None:
        if request.method == "POST" and request.path == "/oauth/register" and response.status_code == 400:
            response.set_data(b'{"error": "invalid_request"}')

    return answering(app, amend)
