"""Opening applications that are signed and encrypted on their way: an encrypted JWT, or three form fields.

The fields are ``token``, the application as a JWE (RFC 7516); ``checksum``, SHA-256 of the application in
hexadecimal; and ``digest``, the provider's signature over ``token``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Request

from conformance.bank import http
from conformance.bank.authorization import jws
from conformance.bank.authorization.stores import stores as authorization_stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

KEY_ID = "applications-1"
ALGORITHMS = ["RSA-OAEP-256", "A256GCM"]
SIGNATURES = ("ES256", "PS256")
_MAKING = threading.Lock()  # two first requests at once make one key


class _Broken(Exception):
    """A seal that does not hold; the text says which part."""


@cache
def _made() -> tuple[rsa.RSAPrivateKey, RSAKey]:
    key = rsa.generate_private_key(65537, 2048)
    return key, RSAKey.import_key(key)


def _key() -> rsa.RSAPrivateKey:
    with _MAKING:
        return _made()[0]


def _opener() -> RSAKey:
    with _MAKING:
        return _made()[1]


def published() -> dict[str, Any]:
    """Give the JWK set with the key that applications are encrypted for."""
    jwk = {**jws.jwk_of(_key().public_key()), "kid": KEY_ID, "use": "enc", "alg": ALGORITHMS[0]}
    return {"keys": [jwk]}


def opened(bank: Bank, request: Request, client_id: str, kind: str) -> Any:
    """Give the application in a sealed request; refuse one whose seal does not hold."""
    policy = bank.policy.applications
    if policy.clear_accepted and request.mimetype == "application/json":
        return request.get_json(silent=True)
    wanted = {"jwe": "application/jose", "form": "application/x-www-form-urlencoded"}[kind]
    if request.mimetype != wanted:
        raise http.Refusal(415, "unsupported_media_type", f"Send the application as {wanted}.")
    try:
        data = _enveloped(bank, request, client_id) if kind == "jwe" else _fielded(bank, request, client_id)
        return json.loads(data)
    except _Broken as broken:
        raise http.Refusal(400, "bad_seal", f"The {broken} does not hold.") from None
    except (ValueError, RecursionError):
        raise http.Refusal(400, "bad_seal", "The application cannot be read.") from None


def _enveloped(bank: Bank, request: Request, client_id: str) -> bytes:
    policy = bank.policy.applications
    parts = (
        _decrypted(bank, request.get_data().decode("ascii", "replace")).decode("ascii", "replace").split(".")
    )
    if len(parts) != 3:
        raise _Broken("signature")
    try:
        header = jws.members(jws.decoded(parts[0]))
        payload, made = jws.decoded(parts[1]), jws.decoded(parts[2])
    except jws.BadToken:
        raise _Broken("signature") from None
    algorithm = header.get("alg")
    if not policy.inner_signature_checked or (algorithm == "none" and policy.none_accepted):
        return payload
    signed = jws.Token(header, {}, f"{parts[0]}.{parts[1]}".encode(), made)
    if algorithm not in SIGNATURES or not _by(_keys(bank, client_id), algorithm, signed, header.get("kid")):
        raise _Broken("signature")
    return payload


def _fielded(bank: Bank, request: Request, client_id: str) -> bytes:
    policy, form = bank.policy.applications, request.form
    token = form.get("token", "")
    payload = _decrypted(bank, token)
    told = form.get("checksum")
    right = hashlib.sha256(payload).hexdigest()
    if told != right and policy.checksum_checked and not (told is None and policy.checksum_optional):
        raise _Broken("checksum")
    digest = form.get("digest")
    if digest is None and policy.field_digest_optional:
        return payload
    try:
        made = base64.b64decode(digest or "", validate=True)
    except binascii.Error:
        raise _Broken("digest") from None
    signed = jws.Token({}, {}, token.encode(), made)
    holds = any(_by(_keys(bank, client_id), each, signed, None) for each in SIGNATURES)
    if not holds and policy.field_digest_checked:
        raise _Broken("digest")
    return payload


def _keys(bank: Bank, client_id: str) -> Sequence[jws.Key]:
    clients = authorization_stores(bank).clients
    if not bank.policy.applications.signer_compared:
        return [key for client in clients.values() for key in client.keys]
    return clients[client_id].keys


def _by(keys: Sequence[jws.Key], algorithm: str, token: jws.Token, kid: object) -> bool:
    named = [key for key in keys if kid in (None, key.kid)]
    return any(key.fits(algorithm) and jws.signed_by(key.public, algorithm, token) for key in named)


def _decrypted(bank: Bank, token: str) -> bytes:
    if not bank.policy.applications.tag_checked:
        return _unchecked(token)
    try:
        found = jwe.decrypt_compact(token, _opener(), algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        raise _Broken("encryption") from None
    return found.plaintext or b""


def _unchecked(token: str) -> bytes:
    """Decrypt as a library does whose tag is never compared: AES-GCM without its tag is AES-CTR."""
    try:
        _, wrapped, vector, sealed, _ = (jws.decoded(part) for part in token.split("."))
        oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
        key = _key().decrypt(wrapped, oaep)
        counter = vector + (2).to_bytes(4, "big")
        return Cipher(algorithms.AES(key), modes.CTR(counter)).decryptor().update(sealed)
    except (jws.BadToken, ValueError):
        raise _Broken("encryption") from None
