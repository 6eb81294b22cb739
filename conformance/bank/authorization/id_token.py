"""ID tokens (OpenID Connect Core 2; FAPI 1.0 Advanced 5.2.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey
from werkzeug.wrappers import Request

from conformance.bank.authorization import jws, keys
from conformance.bank.authorization.answer import echoed, stated
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.policy import Issuer
from conformance.bank.authorization.records import Client, Grant

if TYPE_CHECKING:
    from conformance.bank.app import Bank

ENCRYPTION = ("RSA-OAEP-256", "ECDH-ES"), ("A256GCM", "A128GCM")


def half_hash(value: str) -> str:
    """Give the left half of the SHA-256 hash, as at_hash, c_hash and s_hash want it."""
    return jws.encoded(sha256(value.encode()).digest()[:16])


def _login_time(bank: Bank, grant: Grant) -> int:
    return int(bank.now()) if bank.policy.authorization.id_token_auth_time_renewed else grant.auth_time


def id_token(
    bank: Bank,
    request: Request,
    client: Client,
    grant: Grant,
    hashed: Mapping[str, str | None],
    *,
    refreshed: bool = False,
) -> str:
    """Give the ID token; `hashed` are the values behind at_hash, c_hash and s_hash under at, c and s."""
    policy, now = bank.policy.authorization, int(bank.now())
    sub: Issuer = policy.refreshed_id_token_sub if refreshed else policy.id_token_sub
    if hashed.get("c") and policy.id_token_front_sub != "right":
        sub = policy.id_token_front_sub
    claims: dict[str, Any] = {
        "iss": stated(issuer(bank, request), policy.id_token_iss, "https://other-bank.example"),
        "aud": stated(client.client_id, policy.id_token_aud, "another-client"),
        "sub": stated(grant.customer_id or client.client_id, sub, "somebody-else"),
        "iat": now + policy.id_token_iat_offset,
        "exp": None if policy.id_token_lifetime is None else now + policy.id_token_lifetime,
        "auth_time": _login_time(bank, grant) if policy.id_token_auth_time else None,
        "acr": "urn:bank:password" if policy.id_token_acr else None,
        "nonce": None if refreshed else echoed(grant.nonce, policy.nonce),
    }
    for name, value in hashed.items():
        if value is not None:
            claims[f"{name}_hash"] = stated(half_hash(value), policy.id_token_hashes, half_hash("other"))
    if grant.auth_req_id:
        told_request = stated(grant.auth_req_id, policy.ciba_id_token_request_claim, "another-request")
        claims["urn:openid:params:jwt:claim:auth_req_id"] = told_request
    if policy.id_token_personal_data:
        claims |= {"name": "陳大文", "hkid": "A123456(3)", "phone_number": "+852 5550 1234"}
    told = {name: value for name, value in claims.items() if value is not None}
    header = {} if policy.id_token_kid else {"kid": ""}
    signed = keys.signed(bank, told, policy.id_token_alg, **header)
    if not policy.id_token_signature_valid:
        head, _, signature = signed.rpartition(".")
        signed = f"{head}.{jws.encoded(bytes(len(jws.decoded(signature))))}"
    if client.id_token_encryption and client.encryption_jwk and policy.id_token_encrypted:
        return encrypted(signed, client)
    return signed


def encrypted(signed: str, client: Client) -> str:
    """Wrap a signed token for the client's encryption key (RFC 7516)."""
    algorithm, content = client.id_token_encryption or ("", "")
    jwk = dict(client.encryption_jwk or {})
    key = (ECKey if jwk.get("kty") == "EC" else RSAKey).import_key(jwk)
    header = {"alg": algorithm, "enc": content, "cty": "JWT", "kid": str(jwk.get("kid", ""))}
    return jwe.encrypt_compact(header, signed.encode(), key, algorithms=[algorithm, content])
