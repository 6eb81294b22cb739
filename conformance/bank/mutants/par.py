"""Defects of pushed authorization requests."""

from __future__ import annotations

from http import HTTPStatus
from wsgiref.types import WSGIApplication, WSGIEnvironment

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.rewriting import Sent, rewritten


@mutant("par.answer_form")
def pushed_request_is_answered_with_200(policy: Policy) -> Policy:
    """A pushed request is answered with 200."""
    return policy.evolve("authorization.par_status", 200)


@mutant("par.lifetime")
def pushed_request_lives_an_hour(policy: Policy) -> Policy:
    """A pushed request is said to be good for an hour."""
    return policy.evolve("authorization.par_expires_in_reported", 3600)


@mutant("par.lifetime")
def pushed_request_lives_no_time(policy: Policy) -> Policy:
    """A pushed request is said to be good for no time."""
    return policy.evolve("authorization.par_expires_in_reported", 0)


@mutant("par.authentication_needed")
def pushing_needs_no_authentication(policy: Policy) -> Policy:
    """A client can push requests with its name alone."""
    return policy.evolve("authorization.par_without_authentication", True)


@mutant("par.request_uri_refused")
def request_uri_can_be_pushed(policy: Policy) -> Policy:
    """A request_uri in a pushed request is taken."""
    return policy.evolve("authorization.par_request_uri_accepted", True)


@mutant("par.get_refused")
def requests_are_pushed_by_get(policy: Policy) -> Policy:
    """A request is pushed by GET."""
    return policy.evolve("authorization.par_get_allowed", True)


@mutant("par.refusal_form")
def faulty_pushed_request_is_a_403(policy: Policy) -> Policy:
    """A faulty pushed request is refused with 403."""
    return policy.evolve("authorization.par_error_status", 403)


@mutant("par.unguessable")
def request_uri_is_short(policy: Policy) -> Policy:
    """A request URI has six characters."""
    return policy.evolve("authorization.request_uri_entropy", "short")


@mutant("par.unguessable")
def request_uri_is_counted(policy: Policy) -> Policy:
    """Request URIs are numbers in a row."""
    return policy.evolve("authorization.request_uri_entropy", "sequential")


@mutant("par.unguessable")
def request_uri_has_a_long_prefix(policy: Policy) -> Policy:
    """Request URIs differ in six characters only."""
    return policy.evolve("authorization.request_uri_entropy", "prefixed")


@mutant("par.single_use")
def request_uri_works_again(policy: Policy) -> Policy:
    """A request URI works for a second login."""
    return policy.evolve("authorization.par_single_use", False)


@mutant("par.bound_to_client")
def request_uri_works_for_others(policy: Policy) -> Policy:
    """A request URI works for another client."""
    return policy.evolve("authorization.par_client_bound", False)


@mutant("par.loads_twice")
def request_uri_is_used_up_by_loading(policy: Policy) -> Policy:
    """Loading the login page uses the request URI up."""
    return policy.evolve("authorization.par_consumed_at_load", True)


@mutant("par.expires")
def request_uri_never_ends(policy: Policy) -> Policy:
    """A request URI works after its end."""
    return policy.evolve("authorization.par_expiry_checked", False)


@mutant("par.foreign_uri_refused")
def request_is_fetched_from_elsewhere(app: WSGIApplication) -> WSGIApplication:
    """A request_uri with https is fetched, and the login page shown."""
    shown: list[Sent] = []

    def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
        if environ["PATH_INFO"] != "/oauth/authorize":
            return sent
        if "request_uri=https" in environ["QUERY_STRING"] and shown:
            return shown[-1]
        if sent.status == HTTPStatus.OK:
            shown.append(sent)
        return sent

    return rewritten(app, changed)
