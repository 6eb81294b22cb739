"""Judging the metadata that a client registers with (RFC 7591 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.bank.authorization import jws
from conformance.bank.authorization.authorization_request import MACHINE_SCOPES
from conformance.bank.authorization.certificate import certificate_thumbprint
from conformance.bank.authorization.client import BY_CERTIFICATE
from conformance.bank.authorization.dpop import PRIVATE
from conformance.bank.authorization.id_token import ENCRYPTION
from conformance.bank.authorization.policy import ALGORITHMS
from conformance.bank.authorization.records import Client
from conformance.bank.authorization.refusal import OAuthError

if TYPE_CHECKING:
    from conformance.bank.app import Bank

SECRETS = ("client_secret_basic", "client_secret_post", "client_secret_jwt")
SIGNING = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "id_token_signed_response_alg",
    "authorization_signed_response_alg",
)
ENCRYPTED = ("id_token_encrypted_response_alg", "id_token_encrypted_response_enc")
KEPT = (
    "redirect_uris",
    "jwks",
    "client_name",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens",
    *SIGNING,
    *ENCRYPTED,
)


def _refused(description: str) -> OAuthError:
    return OAuthError("invalid_client_metadata", description)


def judged(bank: Bank, given: dict[str, Any], client_id: str, token: str, issued_at: int) -> Client:
    """Give the client of these metadata; raise OAuthError with the code of RFC 7591 3.2.2."""
    policy = bank.policy.authorization
    given = {**given, **_statement(bank, given)}
    method = _method(bank, given)
    redirect_uris = _redirect_uris(bank, given)
    keys, certificates, encryption = _keys(bank, given, method)
    scopes = _scopes(bank, given)
    _judge_algorithms(bank, given)
    kept = {name: given[name] for name in KEPT if name in given}
    if given.get("tls_client_auth_subject_dn") is None and method == "tls_client_auth":
        raise _refused("The tls_client_auth_subject_dn is missing.")
    wanted = (given.get(ENCRYPTED[0]), given.get(ENCRYPTED[1], "A256GCM"))
    if wanted[0] and encryption is None:
        raise _refused("There is no key to encrypt to.")
    return Client(
        client_id=client_id,
        name=str(given.get("client_name", client_id)),
        authentication="private_key_jwt" if method in ("none", *SECRETS) else method,
        keys=keys,
        redirect_uris=redirect_uris,
        scopes=scopes,
        subject=given.get("tls_client_auth_subject_dn"),
        certificates=certificates,
        id_token_encryption=(wanted[0], wanted[1]) if wanted[0] else None,
        encryption_jwk=encryption,
        metadata={
            **kept,
            "client_id_issued_at": issued_at,
            "token_endpoint_auth_method": method,
            "scope": " ".join(scopes),
            "grant_types": _subset(
                given, "grant_types", ("authorization_code", "refresh_token", "client_credentials")
            ),
            "response_types": _subset(given, "response_types", policy.response_types),
        },
        registration_token=token,
    )


def _subset(given: dict[str, Any], name: str, known: tuple[str, ...]) -> list[str]:
    asked = given.get(name, list(known[:1]))
    if not isinstance(asked, list) or not set(map(str, asked)) <= set(known):
        raise _refused(f"The {name} are not supported.")
    return asked


def _statement(bank: Bank, given: dict[str, Any]) -> dict[str, Any]:
    statement = given.get("software_statement")
    if statement is None:
        return {}
    checked = bank.policy.authorization.registration_statement_checked
    leniency = jws.Leniency(("ES256",), signature_checked=checked)
    try:
        claims = jws.verify(str(statement), [bank.authorization_fixture.directory_public], leniency).claims
    except jws.BadToken as fault:
        raise OAuthError("invalid_software_statement", f"The statement is refused: {fault}.") from fault
    return {name: value for name, value in claims.items() if name in KEPT}


def _method(bank: Bank, given: dict[str, Any]) -> str:
    policy = bank.policy.authorization
    method = given.get("token_endpoint_auth_method", policy.client_authentication[0])
    allowed = method in policy.client_authentication
    allowed = allowed or (method == "none" and policy.registration_none_accepted)
    if not allowed and not (method in SECRETS and policy.registration_secret_accepted):
        raise _refused("The token_endpoint_auth_method is not supported.")
    return str(method)


def _redirect_uris(bank: Bank, given: dict[str, Any]) -> tuple[str, ...]:
    policy, uris = bank.policy.authorization, given.get("redirect_uris")
    fault = OAuthError("invalid_redirect_uri", "The redirect_uris are refused.")
    if not isinstance(uris, list) or not uris or not all(isinstance(uri, str) for uri in uris):
        raise fault
    for uri in uris:
        try:
            parts = urlsplit(uri)
            host = parts.hostname
        except ValueError:
            raise fault from None
        loopback = host in ("localhost", "127.0.0.1", "::1")
        if parts.fragment and not policy.registration_fragment_redirect_accepted:
            raise fault
        if parts.scheme not in ("http", "https"):
            if not policy.registration_custom_scheme_accepted:
                raise fault
        elif (
            (loopback and not policy.registration_loopback_redirect_accepted)
            or (parts.scheme == "http" and not (policy.registration_http_redirect_accepted or loopback))
            or not host
            or parts.username
            or "*" in uri
        ):
            raise fault
    return tuple(uris)


def _keys(
    bank: Bank, given: dict[str, Any], method: str
) -> tuple[tuple[jws.Key, ...], frozenset[str], dict[str, Any] | None]:
    policy, jwks = bank.policy.authorization, given.get("jwks")
    keys: list[jws.Key] = []
    certificates: set[str] = set()
    encryption = None
    listed = jwks.get("keys", []) if isinstance(jwks, dict) else []
    for jwk in listed:
        if PRIVATE & jwk.keys() and not policy.registration_private_key_accepted:
            raise _refused("The jwks hold private members.")
        try:
            key = jws.public_key(jwk)
        except jws.BadToken as fault:
            raise _refused("A key of the jwks is not usable.") from fault
        weak = isinstance(key.public, rsa.RSAPublicKey) and key.public.key_size < 2048
        if weak and not policy.registration_weak_key_accepted:
            raise _refused("A key of the jwks is too short.")
        certificates |= {certificate_thumbprint(entry) for entry in jwk.get("x5c", [])[:1]}
        if jwk.get("use") == "enc":
            encryption = jwk
        elif jwk.get("use", "sig") == "sig":
            keys.append(key)
    if method == "self_signed_tls_client_auth" and not certificates:
        raise _refused("The jwks hold no certificate.")
    if not keys and method not in (*BY_CERTIFICATE, "none", *SECRETS):
        raise _refused("The jwks hold no signing key.")
    return tuple(keys), frozenset(certificates), encryption


def _scopes(bank: Bank, given: dict[str, Any]) -> tuple[str, ...]:
    policy = bank.policy.authorization
    if policy.registration_scope_unbounded:
        return policy.scopes
    asked = str(given.get("scope", " ".join(MACHINE_SCOPES))).split()
    if not set(asked) <= set(policy.scopes):
        raise _refused("The scope is not supported.")
    return tuple(asked)


def _judge_algorithms(bank: Bank, given: dict[str, Any]) -> None:
    policy = bank.policy.authorization
    allowed = (*ALGORITHMS, "RS256") if policy.registration_rs256_accepted else ALGORITHMS
    if any(name in given and given[name] not in allowed for name in SIGNING):
        raise _refused("The signing algorithm is not supported.")
    for name, known in zip(ENCRYPTED, ENCRYPTION, strict=True):
        if name in given and given[name] not in known:
            raise _refused("The encryption algorithm is not supported.")
