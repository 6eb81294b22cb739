"""Defects of introspection."""

from __future__ import annotations

import json
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering


def _amended(app: WSGIApplication, active: bool, **members: object) -> WSGIApplication:
    """Change what is told of tokens that are active, or of those that are not."""

    def amend(request: Request, response: Response) -> None:
        told = response.get_json(silent=True) if request.path == "/oauth/introspect" else None
        if isinstance(told, dict) and told.get("active") is active:
            response.set_data(json.dumps({**told, **members}))

    return answering(app, amend)


@mutant("introspection.active_token_described")
def active_token_ended(app: WSGIApplication) -> WSGIApplication:
    """An active token is told to have ended long ago."""
    return _amended(app, True, exp=1)


@mutant("introspection.unknown_token_inactive")
def state_is_a_word(app: WSGIApplication) -> WSGIApplication:
    """The state of an unknown token is a word, which is true to a careless reader."""

    def amend(request: Request, response: Response) -> None:
        told = response.get_json(silent=True) if request.path == "/oauth/introspect" else None
        if told == {"active": False}:
            response.set_data(json.dumps({"active": "false"}))

    return answering(app, amend)


@mutant("introspection.other_tsp_told_nothing")
def any_client_introspects(policy: Policy) -> Policy:
    """A TSP is told about another one's tokens."""
    return policy.evolve("authorization.introspection_client_bound", False)


@mutant("introspection.expired_token_inactive")
def expired_token_called_active(policy: Policy) -> Policy:
    """An expired token is called active."""
    return policy.evolve("authorization.token_lifetime", 25).evolve(
        "authorization.introspection_expired_active", True
    )


@mutant("introspection.revoked_token_inactive")
def revoked_token_called_active(policy: Policy) -> Policy:
    """A revoked token is called active."""
    return policy.evolve("authorization.introspection_revoked_active", True)


@mutant("introspection.inactive_token_bare")
def inactive_token_described(policy: Policy) -> Policy:
    """All is told of a token that is not active."""
    return policy.evolve("authorization.introspection_inactive_detailed", True)


@mutant("introspection.signed_answer_holds")
def introspection_unsigned(policy: Policy) -> Policy:
    """The signed introspection has alg none."""
    return policy.evolve("authorization.introspection_signed", False)


@mutant("introspection.signed_answer_holds")
def introspection_of_no_type(policy: Policy) -> Policy:
    """The signed introspection does not say that it is one."""
    return policy.evolve("authorization.introspection_typ", "JWT")


@mutant("introspection.signed_answer_holds")
def introspection_for_another(policy: Policy) -> Policy:
    """The signed introspection names another audience."""
    return policy.evolve("authorization.introspection_aud_right", False)


@mutant("introspection.authentication_needed")
def introspection_for_everybody(policy: Policy) -> Policy:
    """Whoever names a TSP is told of its tokens."""
    return policy.evolve("authorization.introspection_without_authentication", True)
