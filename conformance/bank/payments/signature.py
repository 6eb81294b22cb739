"""The signature of an instruction: detached JWS (RFC 7515, appendix F), RFC 9421, or draft-cavage-12."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from werkzeug.http import parse_date
from werkzeug.wrappers import Request

from conformance.bank import http
from conformance.bank.authorization import jws
from conformance.bank.authorization.stores import stores as authorization_stores
from conformance.bank.payments.policy import PaymentPolicy
from conformance.bank.payments.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

JWS_HEADER = "x-jws-signature"
MESSAGE_COMPONENTS = ("@method", "@target-uri", "authorization", "content-digest", "idempotency-key")
CAVAGE_COMPONENTS = ("(request-target)", "date", "digest", "idempotency-key")
AHEAD = 10


class _Bad(Exception):
    """A signature that is not taken; the text says why."""


def judge(bank: Bank, request: Request, client_id: str) -> None:
    """Raise http.Refusal unless the request is signed by the TSP as the policy asks."""
    policy = bank.policy.payments
    judges = {"jws": _jws, "http-message": _message, "cavage": _cavage}
    if policy.signature == "none":
        return
    carrier = JWS_HEADER if policy.signature == "jws" else "Signature"
    if carrier not in request.headers and not policy.signature_required:
        return
    try:
        judges[policy.signature](bank, policy, request, _keys(bank, policy, client_id))
        _once(bank, policy, request.headers.get(carrier, ""))
    except (_Bad, jws.BadToken, InvalidSignature, ValueError) as fault:
        message = f"The signature is not accepted: {fault}." if str(fault) else "The signature is wrong."
        raise http.Refusal(401, "invalid_signature", message) from None


def _once(bank: Bank, policy: PaymentPolicy, given: str) -> None:
    with stores(bank).lock:
        if given in stores(bank).signatures and policy.signature_replay_checked:
            raise _Bad("it was used before")
        stores(bank).signatures.add(given)


def _keys(bank: Bank, policy: PaymentPolicy, client_id: str) -> list[jws.Key]:
    clients = authorization_stores(bank).clients
    if not policy.signature_key_bound:
        return [key for client in clients.values() for key in client.keys]
    return list(clients[client_id].keys)


def _age(bank: Bank, policy: PaymentPolicy, made: float | None) -> None:
    if made is None:
        raise _Bad("it does not say when it was made")
    if made < bank.now() - policy.signature_age and policy.signature_age_checked:
        raise _Bad("it is too old")
    if made > bank.now() + AHEAD and policy.signature_future_checked:
        raise _Bad("it is of the future")


def _jws(bank: Bank, policy: PaymentPolicy, request: Request, keys: list[jws.Key]) -> None:
    parts = request.headers.get(JWS_HEADER, "").split(".")
    if len(parts) != 3 or (parts[1] and not policy.signature_payload_of_token):
        raise _Bad("a detached JWS is needed")
    header = jws.members(jws.decoded(parts[0]))
    critical = header.get("crit")
    if policy.signature_unencoded and (critical != ["b64"] or header.get("b64") is not False):
        raise _Bad("its payload is not said to be unencoded")
    if critical is not None and not (policy.signature_crit_ignored or policy.signature_unencoded):
        if not (critical == ["b64"] and policy.signature_b64_ignored):
            raise _Bad("it has a critical member that is not known")
    elif "b64" in header and not (
        policy.signature_b64_ignored or policy.signature_crit_ignored or policy.signature_unencoded
    ):
        raise _Bad("its payload is encoded in a way that is not known")
    _age(bank, policy, jws.number(header, "iat"))
    body = request.get_data()
    payload = parts[1] or jws.encoded(body)
    algorithm, signed = header.get("alg"), f"{parts[0]}.{payload}".encode()
    if policy.signature_unencoded:
        signed = parts[0].encode() + b"." + body
    if not policy.signature_checked:
        return
    if algorithm == "none" and policy.signature_none_accepted:
        return
    token = jws.Token(header, {}, signed, jws.decoded(parts[2]))
    confused = algorithm == "HS256" and policy.signature_hmac_accepted
    if confused and any(_keyed_with_public_half(token, key) for key in keys):
        return
    if algorithm not in ("ES256", "PS256"):
        raise _Bad("the algorithm is not accepted")
    named = [key for key in keys if header.get("kid") in (None, key.kid)]
    if not any(key.fits(algorithm) and jws.signed_by(key.public, algorithm, token) for key in named):
        raise _Bad("it does not fit the body and the TSP's key")


def _keyed_with_public_half(token: jws.Token, key: jws.Key) -> bool:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key.public.public_bytes(encoding, form)
    macs = (hmac.new(secret, token.signed, hashlib.sha256).digest() for secret in (pem, pem.strip()))
    return any(hmac.compare_digest(mac, token.signature) for mac in macs)


def _digest(policy: PaymentPolicy, request: Request, name: str, form: str) -> None:
    expected = form.format(base64.b64encode(hashlib.sha256(request.get_data()).digest()).decode())
    given = request.headers.get(name, "")
    if not policy.digest_checked:
        return
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise _Bad(f"{name} is not that of the body")


def _message(bank: Bank, policy: PaymentPolicy, request: Request, keys: list[jws.Key]) -> None:
    inputs = re.fullmatch(r"([a-z0-9]{1,20})=(\(([^()]*)\)(.*))", request.headers.get("Signature-Input", ""))
    given = re.fullmatch(r"([a-z0-9]{1,20})=:([A-Za-z0-9+/=]+):", request.headers.get("Signature", ""))
    if not inputs or not given or inputs[1] != given[1]:
        raise _Bad("Signature and Signature-Input are needed")
    covered = re.findall(r'"([^"]+)"', inputs[3])
    parameters = dict(re.findall(r';([a-z]+)=("[^"]*"|[0-9]+)', inputs[4]))
    _complete(policy, covered, MESSAGE_COMPONENTS)
    _digest(policy, request, "Content-Digest", "sha-256=:{}:")
    created = parameters.get("created", "")
    _age(bank, policy, float(created) if created.isdigit() else None)
    lines = [f'"{name}": {_value(request, name)}' for name in covered]
    lines.append(f'"@signature-params": {inputs[2]}')
    kid = parameters.get("keyid", "").strip('"')
    _proved("\n".join(lines), base64.b64decode(given[2], validate=True), keys, kid, policy)


def _cavage(bank: Bank, policy: PaymentPolicy, request: Request, keys: list[jws.Key]) -> None:
    members = dict(re.findall(r'([A-Za-z]+)="([^"]*)"', request.headers.get("Signature", "")))
    if "signature" not in members:
        raise _Bad("Signature is needed")
    covered = members.get("headers", "date").split()
    _complete(policy, covered, CAVAGE_COMPONENTS)
    _digest(policy, request, "Digest", "SHA-256={}")
    date = parse_date(request.headers.get("Date", ""))
    _age(bank, policy, date.timestamp() if date else None)
    text = "\n".join(f"{name}: {_value(request, name)}" for name in covered)
    value = base64.b64decode(members["signature"], validate=True)
    _proved(text, value, keys, members.get("keyId", ""), policy)


def _complete(policy: PaymentPolicy, covered: list[str], wanted: tuple[str, ...]) -> None:
    missing = set(wanted) - set(covered) - set(policy.signature_components_optional)
    if missing:
        raise _Bad(f"it does not cover {', '.join(sorted(missing))}")


def _value(request: Request, name: str) -> str:
    if name == "@method":
        return request.method
    if name == "@target-uri":
        return request.url
    if name == "(request-target)":
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        return f"{request.method.lower()} {request.path}{query}"
    value = request.headers.get(name)
    if value is None:
        raise _Bad(f"{name} is covered and not sent")
    return value.strip()


def _proved(
    text: str,
    value: bytes,
    keys: list[jws.Key],
    kid: str,
    policy: PaymentPolicy,
) -> None:
    if not policy.signature_checked:
        return
    der = value
    if len(value) == 64:
        der = encode_dss_signature(int.from_bytes(value[:32]), int.from_bytes(value[32:]))
    for key in keys:
        with suppress(InvalidSignature):
            if key.kid == kid and isinstance(key.public, ec.EllipticCurvePublicKey):
                key.public.verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))
                return
            if key.kid == kid and isinstance(key.public, rsa.RSAPublicKey):
                key.public.verify(value, text.encode(), padding.PKCS1v15(), hashes.SHA256())
                return
    raise _Bad("it is by no key of the TSP that has this id")
