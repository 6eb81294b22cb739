"""Proofs at the token endpoint, where a token is bound to the key of a proof (RFC 9449, 4.3 and 5)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth import dpop
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of, told
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


def _accepted(access: Access, proofs: Iterator[tuple[str, str]], expected: str) -> Findings:
    """A finding for the first proof with which the TSP gets a token in its own name; then the control."""
    for how, proof in proofs:
        issued = _issued(access, proof)
        if issued is not None:
            yield Finding(expected, f"status {issued.status}", f"proof {how}", issued.exchange)
            break
    answer = access.token(_form(access))
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right token request was answered {told(answer)}")


def _form(access: Access) -> dict[str, str | None]:
    rule = access.settings.consent
    scope = (rule.scope if rule is not None else "") or access.settings.machine_scope
    return {"grant_type": "client_credentials", "scope": scope or None}


def _issued(access: Access, proof: str) -> Answer | None:
    """The answer with a token that a proof brought; None where there was none."""
    answer = tried(lambda: access.token(_form(access), proof=proof))
    return answer if answer is not None and answer.ok and members_of(answer).get("access_token") else None


def _url(access: Access) -> str:
    if access.constraint != "dpop":
        raise NotApplicable("tokens are not bound by DPoP")
    if not access.offers("client_credentials"):
        raise NotApplicable("the TSP gets no tokens in its own name")
    access.machine()
    return access.server.endpoint("token_endpoint", mutual=access.shown_by(access.client) is not None)


def _nonce(access: Access) -> str | None:
    return next(iter(access.nonces.values()), None)


@check(requests=3)
def symmetric_key_refused(protected: Protected) -> Findings:
    """Binds no token to a key that the proof itself gives away: a symmetric one."""
    access = protected.access
    url, secret = _url(access), secrets.token_bytes(32)
    jwk: dict[str, Any] = {"kty": "oct", "k": jose.encoded(secret)}
    proof = dpop.proof(
        access.client.proof_key, "POST", url, access.now(), nonce=_nonce(access),
        header={"alg": "HS256", "jwk": jwk}, signing_key=secret,
    )  # fmt: skip
    proofs = iter([("with a symmetric key", proof)])
    yield from _accepted(access, proofs, "a refusal of a proof by a symmetric key")


@cache
def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@check(requests=3)
def unlisted_algorithm_refused(protected: Protected) -> Findings:
    """Takes proofs of the algorithms that its metadata list, and of no other."""
    access = protected.access
    url, listed = _url(access), access.server.listed("dpop_signing_alg_values_supported")
    if not listed or "RS256" in listed:
        raise NotApplicable("the metadata list RS256, or no algorithms of proofs")
    forged = jose.flipped(
        dpop.proof(access.client.proof_key, "POST", url, access.now(), nonce=_nonce(access)), 2
    )
    if _issued(access, forged):
        raise NotApplicable("the signature of proofs is not verified, which is judged elsewhere")
    proof = dpop.proof(_rsa(), "POST", url, access.now(), nonce=_nonce(access), header={"alg": "RS256"})
    yield from _accepted(
        access, iter([("with RS256", proof)]), "a refusal of an algorithm that is not listed"
    )


@check(requests=3)
def issue_signature_verified(protected: Protected) -> Findings:
    """Binds a token to a key only when the proof is signed by that key and made for this request."""
    access = protected.access
    url = _url(access)

    def proofs() -> Iterator[tuple[str, str]]:
        def made(**changes: Any) -> str:
            key = access.client.proof_key
            given = {"method": "POST", "url": url, "now": access.now(), "nonce": _nonce(access), **changes}
            return dpop.proof(key, **given)

        yield "with a bit of its signature changed", jose.flipped(made(), 2)
        yield "with htm GET", made(method="GET")
        yield "with htu of another path", made(url=url + "/other")

    yield from _accepted(access, proofs(), "a refusal of a token request with a wrong proof")
