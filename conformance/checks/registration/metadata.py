"""Which clients a bank registers (RFC 7591)."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from conformance import jose
from conformance.checks.registration.registrar import CALLBACK, Registrar, public_jwk
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.registry import Findings, check

SECRETS = ("none", "client_secret_basic", "client_secret_post")


@check(writes=True, requests=4)
def created(access: Access) -> Findings:
    """Answers a registration with 201, an identifier and the redirect URIs that were asked for."""
    answer = Registrar.of(access).control()
    members = members_of(answer)
    if answer.status != 201:
        yield Finding("status 201", f"status {answer.status}", "status", answer.exchange)
    if not isinstance(members.get("client_id"), str) or not members["client_id"]:
        yield Finding("a client_id", "none", "member client_id", answer.exchange)
    if members.get("redirect_uris") != [CALLBACK]:
        yield Finding("redirect_uris as registered", str(members.get("redirect_uris"))[:80],
                      "member redirect_uris", answer.exchange)  # fmt: skip


@check(writes=True, requests=5)
def token_required(access: Access) -> Findings:
    """Registers nobody who shows no token that admits to it."""
    registrar = Registrar.of(access)
    for how, token in (("no token", ""), ("an invented token", "invented-by-the-conformance-suite")):
        answer = registrar.sent(token)
        if answer is not None and answer.ok:
            yield Finding("a refusal without an initial access token", f"status {answer.status}", how,
                          answer.exchange)  # fmt: skip
            break
    registrar.control()


@check(writes=True, requests=6)
def unlisted_method_refused(access: Access) -> Findings:
    """Registers no client by a way of authentication that its metadata do not list."""
    registrar = Registrar.of(access)
    listed = access.server.listed("token_endpoint_auth_methods_supported")
    wrong = {
        f"token_endpoint_auth_method {method}": {"token_endpoint_auth_method": method, "jwks": None}
        for method in SECRETS
        if method not in listed
    }
    yield from registrar.refused("a refusal of a method that is not listed", wrong)


@check(writes=True, requests=6)
def unlisted_algorithm_refused(access: Access) -> Findings:
    """Registers no client by a signing algorithm that its metadata do not list."""
    registrar = Registrar.of(access)
    listed = access.server.listed("token_endpoint_auth_signing_alg_values_supported")
    if not listed:
        raise NotApplicable("the metadata list no algorithms of client assertions")
    wrong = {
        f"token_endpoint_auth_signing_alg {name}": {"token_endpoint_auth_signing_alg": name}
        for name in ("none", "HS256", "RS256")
        if name not in listed
    }
    yield from registrar.refused("a refusal of an algorithm that is not listed", wrong)


@check(writes=True, requests=4)
def weak_key_refused(access: Access) -> Findings:
    """Registers no key that is too short to sign with."""
    registrar = Registrar.of(access)
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    jwk = {**jose.jwk_of(key), "use": "sig", "kid": "weak"}
    wrong = {"an RSA key of 1024 bits": {"jwks": {"keys": [jwk]}}}
    yield from registrar.refused("a refusal of a weak key", wrong)


@check(writes=True, requests=4)
def private_key_refused(access: Access) -> Findings:
    """Registers no key whose private part was sent along."""
    registrar = Registrar.of(access)
    jwk = {**jose.private_jwk(jose.fresh_key()), "use": "sig", "kid": "private"}
    wrong = {"a key with its private part": {"jwks": {"keys": [jwk]}}}
    yield from registrar.refused("a refusal of a private key", wrong)


@check(writes=True, requests=6)
def redirect_uri_secure(access: Access) -> Findings:
    """Registers no redirect URI without TLS, and none with a fragment."""
    registrar = Registrar.of(access)
    wrong = {
        "redirect URI with http": {"redirect_uris": ["http://conformance.example/callback"]},
        "redirect URI with a fragment": {"redirect_uris": [f"{CALLBACK}#part"]},
    }
    yield from registrar.refused("a refusal of an insecure redirect URI", wrong)


@check(writes=True, requests=6)
def redirect_uri_claimed(access: Access) -> Findings:
    """Registers no redirect URI that any app on the customer's device can claim."""
    registrar = Registrar.of(access)
    wrong = {
        "redirect URI of this host": {"redirect_uris": ["https://localhost/callback"]},
        "redirect URI with a scheme of its own": {"redirect_uris": ["hk.example.conformance:/callback"]},
    }
    yield from registrar.refused("a refusal of a redirect URI that others can claim", wrong)


@check(writes=True, requests=4)
def scope_not_widened(access: Access) -> Findings:
    """Registers for no more scope than was asked for."""
    registrar = Registrar.of(access)
    known = access.server.listed("scopes_supported")
    if len(known) < 2:
        raise NotApplicable("the metadata list fewer than two scopes")
    answer = registrar.sent(scope=known[0])
    scope = members_of(answer).get("scope") if answer is not None and answer.ok else None
    if answer is not None and isinstance(scope, str) and (more := set(scope.split()) - {known[0]}):
        yield Finding("no scope that was not asked for", " ".join(sorted(more))[:80], "member scope",
                      answer.exchange)  # fmt: skip
    registrar.control()


@check(writes=True, requests=4)
def identifier_not_chosen(access: Access) -> Findings:
    """Lets no client choose its own identifier, which could be another's."""
    registrar = Registrar.of(access)
    chosen = "conformance-chosen-by-the-client"
    answer = registrar.sent(client_id=chosen)
    if answer is not None and answer.ok and members_of(answer).get("client_id") == chosen:
        yield Finding("an identifier of the bank's own", "the one that was sent", "member client_id",
                      answer.exchange)  # fmt: skip
    registrar.control()


@check(writes=True, requests=4)
def statement_verified(access: Access) -> Findings:
    """Believes no software statement that nobody it knows has signed."""
    registrar = Registrar.of(access)
    forged = "https://forged.conformance.example/callback"
    claims: dict[str, Any] = {"iss": "https://directory.example", "redirect_uris": [forged]}
    statement = jose.signed(claims, jose.fresh_key(), {"alg": "ES256", "typ": "JWT"})
    answer = registrar.sent(software_statement=statement, jwks={"keys": [public_jwk()]})
    if answer is not None and answer.ok and forged in answer.text().replace(statement, ""):
        yield Finding("a refusal of a forged software statement", "its redirect URI", "software_statement",
                      answer.exchange)  # fmt: skip
    registrar.control()
