"""The client certificate of a request, and client authentication by it (RFC 8705 2)."""

from __future__ import annotations

import datetime
from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.wrappers import Request

from conformance.bank.authorization.jws import encoded
from conformance.bank.authorization.records import Client

if TYPE_CHECKING:
    from conformance.bank.app import Bank

FORGEABLE = (
    "X-SSL-Client-Cert",
    "X-Client-Cert",
    "Client-Cert",
    "X-Forwarded-Client-Cert",
    "SSL-Client-Cert",
)


@dataclass(frozen=True, slots=True)
class Presented:
    """A certificate that the TLS layer has seen the private key of."""

    thumbprint: str
    subject: str
    not_before: datetime.datetime
    not_after: datetime.datetime
    certificate: x509.Certificate


@lru_cache(maxsize=256)
def _read(pem: str) -> Presented | None:
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None
    return Presented(
        thumbprint=encoded(sha256(certificate.public_bytes(Encoding.DER)).digest()),
        subject=certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        certificate=certificate,
    )


@lru_cache(maxsize=256)
def _issued_by(pem: str, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(pem.encode()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def presented(bank: Bank, request: Request) -> Presented | None:
    """Give the certificate of the connection; headers that claim one are never looked at."""
    pem = request.environ.get("SSL_CLIENT_CERT")
    if not pem and bank.policy.authorization.forged_certificate_header_trusted:
        claimed = (request.headers.get(name) for name in FORGEABLE)
        pem = next((_unwrapped(value) for value in claimed if value), None)
    return _read(pem) if isinstance(pem, str) and pem else None


def _unwrapped(value: str) -> str:
    body = unquote(value).strip(':"; ')
    body = "".join(line for line in body.replace("\t", "\n").split("\n") if "-----" not in line)
    body = body.replace("-----BEGIN CERTIFICATE-----", "").replace("-----END CERTIFICATE-----", "")
    return f"-----BEGIN CERTIFICATE-----\n{body.replace(' ', '')}\n-----END CERTIFICATE-----\n"


def authenticates(bank: Bank, client: Client, shown: Presented, method: str) -> bool:
    """Tell whether the certificate authenticates the client by this method of RFC 8705."""
    policy = bank.policy.authorization
    now = datetime.datetime.fromtimestamp(bank.now(), datetime.UTC)
    if policy.mtls_validity_checked and not shown.not_before <= now <= shown.not_after:
        return False
    if method == "self_signed_tls_client_auth":
        if not policy.mtls_self_signed_key_checked:
            return shown.subject == client.subject
        return any(compare_digest(shown.thumbprint, known) for known in client.certificates)
    if policy.mtls_chain_checked and not _issued_by(bank.authorization_fixture.client_ca, shown.certificate):
        return False
    return not policy.mtls_subject_checked or shown.subject == client.subject


def certificate_thumbprint(chain_entry: str) -> str:
    """Give the SHA-256 thumbprint of an `x5c` entry (base64 DER)."""
    return encoded(sha256(b64decode(chain_entry)).digest())
