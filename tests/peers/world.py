"""The TSPs, keys and certificates of a peer bank, and how they are registered with it (RFC 7591's names)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from conformance import jose
from conformance.bank.certificate import Authority, Identity
from conformance.jose import PrivateKey

SECRET = "a-secret-that-both-sides-know-0123456789"
PASSWORD = "the-password-of-every-customer"
REGISTRATION_TOKEN = "the-token-that-admits-to-registration"
CUSTOMERS = (
    {
        "sub": "c-1001",
        "name": "Chan Tai Man",
        "email": "taiman@customer.example",
        "phone_number": "+85291234567",
    },
    {
        "sub": "c-1002",
        "name": "Wong Siu Ming",
        "email": "two@customer.example",
        "phone_number": "+85291234568",
    },
)
METHODS = {
    "fapi2": "private_key_jwt",
    "fapi2-certificate": "tls_client_auth",
    "fapi1": "private_key_jwt",
    "openid": "client_secret_basic",
}
"""How the TSPs authenticate themselves in each preset."""


@dataclass(frozen=True, slots=True)
class Tsp:
    """A TSP with its key and its certificate."""

    client_id: str
    key: PrivateKey = field(repr=False)
    certificate: Identity = field(repr=False)

    @property
    def pem(self) -> str:
        return _pem(self.key)

    @property
    def algorithm(self) -> str:
        return jose.algorithm_of(self.key)

    @property
    def jwk(self) -> dict[str, str]:
        """Its public key; without ``alg``, so that the server's own rules decide on algorithms."""
        return {**jose.jwk_of(self.key), "kid": f"{self.client_id}-key", "use": "sig"}

    def registration(self, preset: str) -> dict[str, Any]:
        """How a peer knows it."""
        method = METHODS[preset]
        told: dict[str, Any] = {
            "client_id": self.client_id,
            "redirect_uris": [f"https://{self.client_id}.example/callback"],
            "token_endpoint_auth_method": method,
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types": ["code"],
            "scope": "openid offline_access email phone profile",
        }
        if method == "private_key_jwt":
            told |= {"jwks": {"keys": [self.jwk]}}
        if method == "tls_client_auth":
            told |= {"jwks": {"keys": [self.jwk]}, "tls_client_auth_subject_dn": f"CN={self.client_id}"}
        if method.startswith("client_secret"):
            told["client_secret"] = f"{SECRET}-{self.client_id}"
        if preset.startswith("fapi"):
            told["id_token_signed_response_alg"] = "ES256"
        if preset == "fapi2":
            told["introspection_signed_response_alg"] = "ES256"
        if preset in ("fapi1", "fapi2-certificate"):
            told["tls_client_certificate_bound_access_tokens"] = True
        if preset == "fapi2":
            told["dpop_bound_access_tokens"] = True
        if preset == "fapi1":
            told["authorization_signed_response_alg"] = "ES256"
        return told


@dataclass(frozen=True, slots=True)
class World:
    """Everything that both sides of a peer need, made once for a process."""

    authority: Authority
    server: Identity
    tsps: tuple[Tsp, Tsp]
    stranger: Identity
    keys: tuple[dict[str, Any], ...]

    @property
    def server_pem(self) -> str:
        """The RSA key of the server, PEM."""
        return _pem(RSAAlgorithm.from_jwk(self.keys[1]))

    def written(self, folder: Path) -> None:
        """Writes what a bank.yaml refers to beside it."""
        for name, text in {
            "authority.pem": self.authority.certificate,
            "server.pem": self.server.certificate,
            "server.key": self.server.key,
            "stranger.pem": self.stranger.certificate,
            "stranger.key": self.stranger.key,
        }.items():
            (folder / name).write_text(text)
        for tsp in self.tsps:
            (folder / f"{tsp.client_id}.key").write_text(tsp.pem)
            (folder / f"{tsp.client_id}.secret").write_text(f"{SECRET}-{tsp.client_id}")
            (folder / f"{tsp.client_id}-certificate.pem").write_text(tsp.certificate.certificate)
            (folder / f"{tsp.client_id}-certificate.key").write_text(tsp.certificate.key)
        (folder / "password").write_text(PASSWORD)
        (folder / "registration-token").write_text(REGISTRATION_TOKEN)


@cache
def world() -> World:
    """Fresh keys and certificates of this process. The second TSP has an RSA key."""
    authority = Authority.fresh("Peer authority")
    one, two = (
        Tsp(name, key, authority.issue(name, client=True))
        for name, key in (("tsp-one", jose.fresh_key()), ("tsp-two", _rsa()))
    )
    return World(
        authority,
        authority.issue("localhost", ("localhost", "127.0.0.1")),
        (one, two),
        Authority.fresh("Another authority").issue("tsp-one", client=True),
        (_private(jose.fresh_key(), "server-ec"), _private(_rsa(), "server-rsa")),
    )


def _pem(key: Any) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return str(key.private_bytes(*form).decode())


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private(key: PrivateKey, kid: str) -> dict[str, Any]:
    """A private key as a JWK that the server signs with."""
    kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    made: dict[str, Any] = json.loads(kind.to_jwk(key))  # type: ignore[arg-type]
    return {**{k: v for k, v in made.items() if k != "key_ops"}, "kid": kid, "use": "sig"}
