"""The keys that a client registers, and which of them verifies what it signs (FAPI 2.0, 5.4.3)."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa

from conformance import jose
from conformance.checks.registration.registrar import Registrar
from conformance.errors import Inconclusive, NotApplicable
from conformance.jose import PrivateKey
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import error_of, members_of, told
from conformance.registry import Findings, check

NAME = "conformance"


@check(writes=True, requests=6)
def equal_key_ids_told_apart(access: Access) -> Findings:
    """Tells two keys of a client with one identifier apart by their type and algorithm."""
    registrar = Registrar.of(access)
    keys: dict[str, PrivateKey] = {
        "RSA": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "EC": jose.fresh_key(),
    }
    jwks = {"keys": [{**jose.jwk_of(key), "kid": NAME, "use": "sig"} for key in keys.values()]}
    if registrar.metadata().get("token_endpoint_auth_method") != "private_key_jwt":
        raise NotApplicable("the bank registers no clients that authenticate by key")
    answer = registrar.posted(jwks=jwks)
    if answer is None or not answer.ok:
        raise NotApplicable("the bank registers no keys with equal identifiers")
    members = members_of(answer)
    try:
        identifier = members.get("client_id")
        if not isinstance(identifier, str):
            raise Inconclusive("the registration has no client_id")
        for kind, key in keys.items():
            client = replace(access.client, client_id=identifier, method="private_key_jwt", key=key,
                             key_id=NAME, algorithm=jose.algorithm_of(key))  # fmt: skip
            said = access.token({"grant_type": "client_credentials"}, client=client)
            if error_of(said) == "invalid_client" or said.status == 401:
                expected = f"the {kind} key found among those of its identifier"
                yield Finding(expected, told(said), f"key {kind}", said.exchange)
                return
    finally:
        registrar.removed(members)
