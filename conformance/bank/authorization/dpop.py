"""Proofs of possession in the DPoP header (RFC 9449)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.wrappers import Request

from conformance.bank.authorization import jws
from conformance.bank.authorization.issuer import issuer_of
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
CLAIMS = frozenset({"jti", "htm", "htu", "iat", "ath", "nonce", "exp", "nbf"})
NONCE_PERIOD = 60


@dataclass(slots=True)
class BadProof(Exception):
    """A proof that is refused: `invalid_dpop_proof`, or `use_dpop_nonce` with the nonce to use."""

    error: str
    description: str
    nonce: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The DPoP-Nonce header, where there is one to send."""
        return {"DPoP-Nonce": self.nonce} if self.nonce else {}


def nonce(bank: Bank, periods_ago: int = 0) -> str:
    """Give the server nonce of this minute, or of an earlier one."""
    period = int(bank.now() // NONCE_PERIOD) - periods_ago
    return jws.encoded(hmac.new(stores(bank).nonce_key, str(period).encode(), sha256).digest())


def proved(bank: Bank, request: Request, access_token: str | None = None) -> str | None:
    """Give the thumbprint of the proof's key, None without a proof; raise BadProof for a proof that fails.

    `access_token` is given at protected resources, where the proof must carry its hash.
    """
    policy, header = bank.policy.authorization, request.headers.get("DPoP")
    if header is None:
        return None
    if "," in header:
        if not policy.dpop_several_headers_accepted:
            raise BadProof("invalid_dpop_proof", "One DPoP header, not several.")
        header = header.split(",")[0].strip()
    try:
        jkt, claims = _verified(policy, header)
        _judge(bank, request, claims, jkt, access_token)
    except jws.BadToken as fault:
        raise BadProof("invalid_dpop_proof", f"The DPoP proof is refused: {fault}.") from fault
    return jkt


def _verified(policy: AuthorizationPolicy, text: str) -> tuple[str, Mapping[str, Any]]:
    leniency = jws.Leniency(
        algorithms=policy.dpop_algs,
        signature_checked=policy.dpop_signature_checked,
        none_accepted=policy.dpop_none_accepted,
        crit_ignored=policy.dpop_crit_ignored,
        loose_encoding=policy.dpop_loose_encoding,
    )
    token = jws.taken_apart(text, leniency)
    if policy.dpop_typ_checked and token.header.get("typ") != "dpop+jwt":
        raise jws.BadToken("typ is not dpop+jwt")
    jwk = token.header.get("jwk")
    if not isinstance(jwk, dict):
        raise jws.BadToken("no jwk")
    if policy.dpop_symmetric_jwk_accepted and jwk.get("kty") == "oct":
        return _symmetric(token, jwk), token.claims
    if PRIVATE & jwk.keys() and not policy.dpop_private_jwk_accepted:
        raise jws.BadToken("jwk with private members")
    try:
        key = jws.public_key(jwk)
    except jws.BadToken:
        if policy.dpop_point_unchecked and jwk.get("kty") == "EC":
            return "key-that-is-no-point", token.claims
        raise
    if isinstance(key.public, rsa.RSAPublicKey) and key.public.key_size < 2048:
        raise jws.BadToken("key too short")
    jws.verify(text, [jws.Key({}, key.public)], leniency)
    return jws.thumbprint(key.public), token.claims


def _symmetric(token: jws.Token, jwk: Mapping[str, Any]) -> str:
    secret = jws.decoded(str(jwk.get("k", "")))
    if not hmac.compare_digest(hmac.new(secret, token.signed, sha256).digest(), token.signature):
        raise jws.BadToken("wrong signature")
    return jws.encoded(sha256(secret).digest())


def _judge(
    bank: Bank, request: Request, claims: Mapping[str, Any], jkt: str, access_token: str | None
) -> None:
    policy = bank.policy.authorization
    if policy.dpop_htm_checked and claims.get("htm") != request.method:
        raise jws.BadToken("wrong htm")
    if policy.dpop_htu_checked and not _same_url(policy, request, jws.text(claims, "htu")):
        raise jws.BadToken("wrong htu")
    if policy.dpop_unknown_claims_refused and claims.keys() - CLAIMS:
        raise jws.BadToken("unknown claims")
    _judge_time(bank, claims)
    if access_token is not None:
        _judge_hash(policy, claims, access_token)
    _judge_nonce(bank, claims)
    identifier = jws.text(claims, "jti")
    if not identifier:
        if policy.dpop_jti_required:
            raise jws.BadToken("no jti")
        return
    now = bank.now()
    until = (jws.number(claims, "iat") or now) + policy.dpop_iat_past_limit + 1
    if not stores(bank).first_use("dpop", jkt, identifier, now, until) and policy.dpop_jti_replay_checked:
        raise jws.BadToken("jti used before")


def _same_url(policy: AuthorizationPolicy, request: Request, claimed: str | None) -> bool:
    if claimed is None:
        return False
    here = [
        origin + quote(request.path) for origin in (issuer_of(policy, request), policy.mtls_origin) if origin
    ]
    if not policy.dpop_htu_normalised:
        return claimed in here
    return _normalised(claimed) in map(_normalised, here)


def _normalised(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if ":" in host:
        host = f"[{host}]"
    default = {"https": 443, "http": 80}.get(parts.scheme)
    place = host if port in (None, default) else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path or "/", "", ""))


def _judge_time(bank: Bank, claims: Mapping[str, Any]) -> None:
    policy, now, made = bank.policy.authorization, bank.now(), jws.number(claims, "iat")
    if made is None:
        if policy.dpop_iat_required:
            raise jws.BadToken("no iat")
    elif made < now - policy.dpop_iat_past_limit:
        raise jws.BadToken("iat too long ago")
    elif made > now + policy.dpop_iat_future_limit:
        raise jws.BadToken("iat in the future")


def _judge_hash(policy: AuthorizationPolicy, claims: Mapping[str, Any], access_token: str) -> None:
    given = jws.text(claims, "ath")
    if given is None:
        if policy.dpop_ath_required:
            raise jws.BadToken("no ath")
        return
    right = jws.encoded(sha256(access_token.encode()).digest())
    if policy.dpop_ath_checked and not hmac.compare_digest(given.encode(), right.encode()):
        raise jws.BadToken("wrong ath")


def _judge_nonce(bank: Bank, claims: Mapping[str, Any]) -> None:
    policy = bank.policy.authorization
    if not policy.dpop_nonce_required:
        return
    given = jws.text(claims, "nonce")
    if given is not None and (not policy.dpop_nonce_checked or given in (nonce(bank), nonce(bank, 1))):
        return
    fresh = nonce(bank) if policy.dpop_nonce_sent else None
    raise BadProof("use_dpop_nonce", "Use the nonce of this answer.", fresh)
