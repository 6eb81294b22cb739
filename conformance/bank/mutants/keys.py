"""Defects of the authorization server's key set."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.rewriting import Sent, rewritten


@mutant("keys.public_only")
def private_key_is_published(policy: Policy) -> Policy:
    """The key set shows a private key."""
    return policy.evolve("authorization.jwks_private_member", True)


@mutant("keys.public_only")
def shared_key_is_published(policy: Policy) -> Policy:
    """The key set shows a symmetric key."""
    return policy.evolve("authorization.jwks_symmetric_key", True)


@mutant("keys.identified")
def keys_have_no_identifier(policy: Policy) -> Policy:
    """The keys have no kid."""
    return policy.evolve("authorization.jwks_kid_missing", True)


@mutant("keys.distinct", "token.id_token_signed", "introspection.signed_answer_holds")
def keys_share_one_identifier(policy: Policy) -> Policy:
    """All keys have the same kid, which no signature names."""
    return policy.evolve("authorization.jwks_kid_duplicated", True)


@mutant("keys.strong")
def weak_key_is_published(policy: Policy) -> Policy:
    """The key set has an RSA key of 1,024 bits."""
    return policy.evolve("authorization.jwks_weak_key", True)


@mutant("keys.well_formed")
def key_lacks_its_coordinates(policy: Policy) -> Policy:
    """A key has no coordinates."""
    return policy.evolve("authorization.jwks_malformed_key", True)


@mutant("keys.known")
def key_is_of_an_unknown_kind(policy: Policy) -> Policy:
    """A key is of a kind that nobody knows."""
    return policy.evolve("authorization.jwks_unknown_key_type", True)


def _key_set(app: WSGIApplication, change: Callable[[list[dict[str, Any]]], None]) -> WSGIApplication:
    def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
        if environ["PATH_INFO"] != "/oauth/jwks":
            return sent
        members = json.loads(sent.body)
        change(members["keys"])
        return sent.with_body(json.dumps(members).encode())

    return rewritten(app, changed)


@mutant("keys.available")
def key_set_is_not_found(app: WSGIApplication) -> WSGIApplication:
    """The key set is answered with 404."""

    def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
        return replace(sent, status=404) if environ["PATH_INFO"] == "/oauth/jwks" else sent

    return rewritten(app, changed)


@mutant("keys.available", "introspection.signed_answer_holds")
def key_set_is_empty(app: WSGIApplication) -> WSGIApplication:
    """The key set has no key."""
    return _key_set(app, list.clear)


@mutant("keys.distinct")
def old_key_has_the_identifier_of_the_new(app: WSGIApplication) -> WSGIApplication:
    """The key before the present one has the same kid."""

    def change(keys: list[dict[str, Any]]) -> None:
        keys[1]["kid"] = keys[0]["kid"]

    return _key_set(app, change)


@mutant("keys.consistent")
def old_key_has_an_algorithm_of_another_kind(app: WSGIApplication) -> WSGIApplication:
    """An EC key is said to sign with RS256."""

    def change(keys: list[dict[str, Any]]) -> None:
        keys[1]["alg"] = "RS256"

    return _key_set(app, change)
