"""Certificates as facts: what a leaf says, whether its chain leads to a trusted root, what a staple says.

Source: RFC 5280, RFC 6960, RFC 6962, RFC 7633. Hostile bytes give a chain that is ``unreadable``.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import ssl
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from conformance.tls.facts import CertificateFacts, ChainFacts, StapleFacts

UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates taken as the end of a path: those of the system, or the target's own."""

    roots: tuple[x509.Certificate, ...]
    private: bool = False

    @classmethod
    def from_pem(cls, text: bytes) -> Trust:
        return cls(tuple(x509.load_pem_x509_certificates(text)), private=True)

    @classmethod
    @functools.cache
    def system(cls) -> Trust:
        """The trust store of the operating system; empty when there is none."""
        place = ssl.get_default_verify_paths().cafile
        found: list[x509.Certificate] = []
        if place and Path(place).is_file():
            with _quietly():
                found = x509.load_pem_x509_certificates(Path(place).read_bytes())
        return cls(tuple(found))

    def issuers(self, certificate: x509.Certificate) -> list[x509.Certificate]:
        return [root for root in self.roots if root.subject == certificate.issuer]


_QUIET = threading.Lock()


@contextmanager
def _quietly() -> Iterator[None]:
    """Keeps the library's warnings about odd certificates away from the user: they are facts, not advice."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_name(der: bytes) -> str:
    """A distinguished name as text; hexadecimal when it cannot be read."""
    try:
        return _name_text(der)
    except UNREADABLE:
        return der.hex()


def _name_text(der: bytes) -> str:
    parts: list[str] = []
    for whole in _items(_content(der)):
        for pair in _items(_content(whole)):
            kind, value = [*_items(_content(pair))][:2]
            parts.append(
                f"{_OIDS.get(_content(kind).hex(), _content(kind).hex())}={_content(value).decode()}"
            )
    return ",".join(reversed(parts))


_OIDS = {
    "550403": "CN",
    "55040a": "O",
    "55040b": "OU",
    "550406": "C",
    "550407": "L",
    "550408": "ST",
    "550405": "SN",
}


def _header(der: bytes) -> tuple[int, int]:
    if len(der) < 2:
        raise ValueError("no DER")
    if der[1] < 0x80:
        return 2, der[1]
    size = der[1] & 0x7F
    return 2 + size, int.from_bytes(der[2 : 2 + size], "big")


def _content(der: bytes) -> bytes:
    start, length = _header(der)
    return der[start : start + length]


def _items(data: bytes) -> list[bytes]:
    found = []
    while data:
        start, length = _header(data)
        found.append(data[: start + length])
        data = data[start + length :]
    return found


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    return ("Ed448", 456) if isinstance(key, ed448.Ed448PublicKey) else (type(key).__name__, 0)


def _signature_hash(certificate: x509.Certificate) -> str:
    try:
        used = certificate.signature_hash_algorithm
    except Exception:  # the library raises its own error for a hash it does not know
        return "unknown"
    return used.name if used else "none"


E = TypeVar("E", bound=x509.ExtensionType)


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """The value of an extension; None when it is absent."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _usages(certificate: x509.Certificate) -> tuple[str, ...] | None:
    usage = extension(certificate, x509.KeyUsage)
    if usage is None:
        return None
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign"
    )
    return tuple(name for name in names.split() if getattr(usage, name))


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    names = extension(certificate, x509.SubjectAlternativeName)
    if names is None:
        return ()
    return (
        *names.get_values_for_type(x509.DNSName),
        *(str(one) for one in names.get_values_for_type(x509.IPAddress)),
    )


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """The facts of one certificate; raises one of ``UNREADABLE`` for a malformed extension."""
    extended = extension(certificate, x509.ExtendedKeyUsage)
    basic = extension(certificate, x509.BasicConstraints)
    access = extension(certificate, x509.AuthorityInformationAccess)
    points = extension(certificate, x509.CRLDistributionPoints)
    scts = extension(certificate, x509.PrecertificateSignedCertificateTimestamps)
    feature = extension(certificate, x509.TLSFeature)
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    kind, bits = _key(certificate)
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return CertificateFacts(
        sha256=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        names=_names(certificate),
        common_name=str(common[0].value) if common else "",
        key_type=kind,
        key_bits=bits,
        key_sha256=hashlib.sha256(info).hexdigest(),
        signature_hash=_signature_hash(certificate),
        is_ca=bool(basic and basic.ca),
        key_usage=_usages(certificate),
        extended_usage=tuple(one.dotted_string for one in extended) if extended else None,
        scts=len(scts) if scts else 0,
        ocsp=tuple(
            one.access_location.value
            for one in access or ()
            if one.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(one.access_location, x509.UniformResourceIdentifier)
        ),
        crls=tuple(
            name.value
            for point in points or ()
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier)
        ),
        must_staple=bool(feature and x509.TLSFeatureType.status_request in feature),
        self_signed=certificate.subject == certificate.issuer and signed_by(certificate, certificate),
    )


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key made the certificate's signature, whatever the hash."""
    key = issuer.public_key()
    try:
        hashed = certificate.signature_hash_algorithm
        signature, body = certificate.signature, certificate.tbs_certificate_bytes
        if isinstance(key, rsa.RSAPublicKey) and hashed:
            scheme = certificate.signature_algorithm_parameters
            key.verify(
                signature, body, scheme if isinstance(scheme, padding.PSS) else padding.PKCS1v15(), hashed
            )
        elif isinstance(key, ec.EllipticCurvePublicKey) and hashed:
            key.verify(signature, body, ec.ECDSA(hashed))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, body)
        else:
            return False
    except (InvalidSignature, *UNREADABLE):
        return False
    except Exception:  # an algorithm that the library refuses to check proves nothing
        return False
    return True


def read_chain(chain: Sequence[bytes], trust: Trust) -> ChainFacts:
    """A chain as sent by a server, judged only by its links: order, completeness, trusted end.

    A root that was left out is not missed. Dates and names are facts of the certificates, judged elsewhere.
    """
    with _quietly():
        return _chain(chain, trust)


def _chain(chain: Sequence[bytes], trust: Trust) -> ChainFacts:
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in chain]
        described = tuple(facts(one) for one in certificates)
    except UNREADABLE as error:
        return ChainFacts((), False, False, False, "invalid", trust.private, str(error)[:200])
    if not certificates:
        return ChainFacts((), True, False, False, "incomplete", trust.private, "no certificate was sent")
    ordered = all(a.issuer == b.subject for a, b in itertools.pairwise(certificates))
    path = _path(certificates, trust)
    anchored = _anchor(path[-1], trust)
    top = path[-1]
    complete = anchored or (top.subject == top.issuer)
    problem = "" if anchored else "untrusted" if complete else "incomplete"
    if anchored and not all(_may_issue(one) for one in path[1:]):
        anchored, problem = False, "invalid"
    return ChainFacts(described, ordered, complete, anchored, problem, trust.private)


def _path(certificates: list[x509.Certificate], trust: Trust) -> list[x509.Certificate]:
    path = [certificates[0]]
    while len(path) <= len(certificates) and not _anchor(path[-1], trust):
        issuer = next(
            (
                one
                for one in certificates
                if one not in path and one.subject == path[-1].issuer and signed_by(path[-1], one)
            ),
            None,
        )
        if issuer is None:
            break
        path.append(issuer)
    return path


def _anchor(certificate: x509.Certificate, trust: Trust) -> bool:
    return certificate in trust.roots or any(
        signed_by(certificate, root) for root in trust.issuers(certificate)
    )


def _may_issue(certificate: x509.Certificate) -> bool:
    basic = extension(certificate, x509.BasicConstraints)
    usage = extension(certificate, x509.KeyUsage)
    return bool(basic and basic.ca) and (usage is None or usage.key_cert_sign)


def read_staple(der: bytes, chain: Sequence[bytes], trust: Trust) -> StapleFacts:
    """A stapled OCSP response: of which certificate, signed by whom, saying what, valid from when to when."""
    try:
        with _quietly():
            return _staple(der, chain, trust)
    except UNREADABLE as error:
        return StapleFacts(f"unreadable: {error}"[:120], for_leaf=False, signed=False)


def _staple(der: bytes, chain: Sequence[bytes], trust: Trust) -> StapleFacts:
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return StapleFacts(response.response_status.name.lower(), for_leaf=False, signed=False)
    leaf = x509.load_der_x509_certificate(chain[0])
    issuers = [*(x509.load_der_x509_certificate(one) for one in chain[1:]), *trust.issuers(leaf)]
    return StapleFacts(
        status=response.certificate_status.name.lower(),
        this_update=response.this_update_utc,
        next_update=response.next_update_utc,
        for_leaf=response.serial_number == leaf.serial_number,
        signed=any(_signed_response(response, one) for one in issuers if one.subject == leaf.issuer),
    )


def _signed_response(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    signers = [one for one in response.certificates if signed_by(one, issuer)]
    for signer in [issuer, *signers]:
        key, hashed = signer.public_key(), response.signature_hash_algorithm
        try:
            if isinstance(key, rsa.RSAPublicKey) and hashed:
                key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), hashed)
                return True
            if isinstance(key, ec.EllipticCurvePublicKey) and hashed:
                key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(hashed))
                return True
        except InvalidSignature:
            continue
    return False


def names_host(names: Sequence[str], host: str) -> bool:
    """Whether a certificate's alternative names hold a host (RFC 9525: one wildcard, alone in its label)."""
    host = host.rstrip(".").lower()
    for name in names:
        name = name.rstrip(".").lower()
        if name == host:
            return True
        if (
            name.startswith("*.")
            and host.count(".") >= 1
            and "." in name[2:]
            and host.split(".", 1)[1] == name[2:]
        ):
            return True
    return False
