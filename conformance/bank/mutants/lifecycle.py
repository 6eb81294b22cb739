"""Defects that come to light in sequences of steps."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import fetch


@mutant("lifecycle.invariants_hold")
def codes_work_again(policy: Policy) -> Policy:
    """A used code gives tokens again."""
    return policy.evolve("authorization.code_reuse_allowed", True).evolve(
        "authorization.code_reuse_revokes", False
    )


@mutant("lifecycle.invariants_hold")
def withdrawn_consent_forgotten(policy: Policy) -> Policy:
    """Nobody asks whether a consent was withdrawn."""
    return policy.evolve("accounts.revocation_effective", False)


@mutant("lifecycle.invariants_hold")
def revoked_tokens_live_on(policy: Policy) -> Policy:
    """Nobody asks whether a token was revoked."""
    return policy.evolve("authorization.revoked_token_accepted", True)


@mutant("lifecycle.invariants_hold")
def revoked_refresh_token_lives_on(policy: Policy) -> Policy:
    """The revocation endpoint says yes and does nothing."""
    return policy.evolve("authorization.revocation_effective", False)


@mutant("lifecycle.invariants_hold")
def answers_kept_by_address(app: WSGIApplication) -> WSGIApplication:
    """A cache behind the gate gives calls that follow at once the answer of before, by the address alone."""
    last: list[tuple[str, Response]] = []

    def proxied(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = fetch(app, environ)
        good = environ["REQUEST_METHOD"] == "GET" and response.status_code == 200
        if good and last and last[0][0] == environ["PATH_INFO"]:
            return last[0][1](environ, start_response)
        last[:] = [(environ["PATH_INFO"], response)] if good else []
        return response(environ, start_response)

    return proxied
