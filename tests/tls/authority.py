"""Certificates made for the tests: right ones, and ones with a single defect each."""

from __future__ import annotations

import atexit
import base64
import functools
import ipaddress
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.tls.certificate import Trust
from conformance.tls.identity import Identity

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
NOW = datetime.now(UTC).replace(microsecond=0)
FOLDER = Path(tempfile.mkdtemp(prefix="conformance-tls-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


@functools.cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    assert number >= 0
    return rsa.generate_private_key(65537, bits)


def named(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True)
class Issued:
    """A certificate with its key; ``chain`` is what a server sends after it."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain))

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @functools.cached_property
    def files(self) -> tuple[str, str]:
        place = Path(tempfile.mkdtemp(dir=FOLDER))
        (place / "cert.pem").write_bytes(self.pem)
        (place / "key.pem").write_bytes(self.key_pem)
        return str(place / "cert.pem"), str(place / "key.pem")

    @property
    def identity(self) -> Identity:
        return Identity.from_pem(self.pem, self.key_pem)


@dataclass
class Authority:
    """A root, or an intermediate of one."""

    name: str = "Test Root"
    parent: Authority | None = None
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        signer = self.parent or self
        builder = _builder(named(self.name), named(signer.name), self.key, NOW - timedelta(days=1), 3000)
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        builder = builder.add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @functools.cached_property
    def file(self) -> str:
        place = Path(tempfile.mkdtemp(dir=FOLDER)) / "ca.pem"
        place.write_bytes(self.pem)
        return str(place)

    @property
    def trust(self) -> Trust:
        return Trust((self.certificate,), private=True)

    def issue(
        self,
        *,
        names: tuple[str, ...] = ("localhost", "127.0.0.1", "127.0.0.2"),
        common: str = "localhost",
        key: Key | None = None,
        days: int = 90,
        starts: timedelta = timedelta(days=-1),
        hashed: Any = None,
        usages: tuple[str, ...] | None = ("digital_signature", "key_encipherment"),
        extended: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.SERVER_AUTH,),
        ca: bool = False,
        staple: bool = False,
        scts: int = 0,
        crl: bool = False,
        sends: tuple[x509.Certificate, ...] | None = None,
    ) -> Issued:
        own: Key = key or rsa_key()
        builder = _builder(named(common), named(self.name), own, NOW + starts, days)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general(one) for one in names]), critical=False
            )
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if usages is not None:
            builder = builder.add_extension(usage(*usages), critical=True)
        if extended:
            builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
        if staple:
            builder = builder.add_extension(
                x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False
            )
        if scts:
            oid = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
            builder = builder.add_extension(
                x509.UnrecognizedExtension(oid, _timestamps(scts)), critical=False
            )
        if crl:
            point = x509.DistributionPoint(
                [x509.UniformResourceIdentifier("http://crl.test/a.crl")], None, None, None
            )
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        certificate = builder.sign(self.key, hashed or hashes.SHA256())
        default = (self.certificate,) if self.parent else ()
        return Issued(certificate, own, default if sends is None else sends)

    def response(
        self,
        leaf: x509.Certificate,
        status: ocsp.OCSPCertStatus,
        ends: timedelta,
        begins: timedelta = timedelta(days=-3),
    ) -> str:
        """The file of an OCSP response for a leaf."""
        revoked = NOW - timedelta(days=2) if status is ocsp.OCSPCertStatus.REVOKED else None
        built = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                leaf,
                self.certificate,
                hashes.SHA256(),
                status,
                NOW + begins,
                NOW + ends,
                revoked,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
            .sign(self.key, hashes.SHA256())
        )
        place = Path(tempfile.mkdtemp(dir=FOLDER)) / "ocsp.der"
        place.write_bytes(built.public_bytes(Encoding.DER))
        return str(place)


def usage(*on: str) -> x509.KeyUsage:
    every = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{name: name in on for name in every})


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, start: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _timestamps(count: int) -> bytes:
    one = (
        b"\0"
        + bytes(range(32))
        + (1_700_000_000_000).to_bytes(8, "big")
        + b"\0\0"
        + b"\x04\x03\x00\x08"
        + bytes(8)
    )
    entries = b"".join(len(one).to_bytes(2, "big") + one for _ in range(count))
    listed = len(entries).to_bytes(2, "big") + entries
    return b"\x04" + (b"\x81" + bytes([len(listed)]) if len(listed) > 127 else bytes([len(listed)])) + listed


ROOT = Authority()
MIDDLE = Authority("Test Intermediate", ROOT)
STRANGER = Authority("Stranger Root")


@functools.cache
def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    assert number >= 0
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def good() -> Issued:
    return ROOT.issue()


@functools.cache
def good_ec() -> Issued:
    return ROOT.issue(key=ec_key())


@functools.cache
def client(kind: str = "good") -> Issued:
    """A TSP's certificate: good, expired, wrong_usage, other_tsp or other_name."""
    extended = (
        (ExtendedKeyUsageOID.SERVER_AUTH,) if kind == "wrong_usage" else (ExtendedKeyUsageOID.CLIENT_AUTH,)
    )
    starts = timedelta(days=-200) if kind == "expired" else timedelta(days=-1)
    common = {"other_tsp": "Other TSP", "other_name": "Nobody"}.get(kind, "Right TSP")
    return ROOT.issue(names=(), common=common, key=ec_key(7), extended=extended, starts=starts)


def self_made() -> Issued:
    """A server's certificate that nobody but its own key has signed."""
    alone = Authority("localhost", key=rsa_key())
    return alone.issue(key=rsa_key(), sends=())


def aged(old: Authority, shift: timedelta) -> Authority:
    """The same authority with a certificate of another time."""
    assert old.parent is not None
    builder = _builder(named(old.name), named(old.parent.name), old.key, NOW + shift, 90)
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    old.certificate = builder.sign(old.parent.key, hashes.SHA256())
    return old


@functools.cache
def dh_file(bits: int) -> str:
    """The file of Diffie-Hellman parameters with a prime of so many bits, which need not be a safe one."""
    prime = int.from_bytes(b"\xff" + bytes(range(bits // 8 - 2)) + b"\x01", "big")
    integers = [prime, 2]
    body = b"".join(_integer(one) for one in integers)
    der = b"\x30" + _length(len(body)) + body
    text = (
        "-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(der).decode() + "-----END DH PARAMETERS-----\n"
    )
    place = Path(tempfile.mkdtemp(dir=FOLDER)) / "dh.pem"
    place.write_text(text)
    return str(place)


def _integer(value: int) -> bytes:
    data = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(len(data)) + data


def _length(size: int) -> bytes:
    return bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")


@functools.cache
def signed_with_sha1() -> Issued:
    """A right certificate but for the hash of its signature, which only the openssl program still makes."""
    right, place = good(), Path(tempfile.mkdtemp(dir=FOLDER))
    authority = Issued(ROOT.certificate, ROOT.key).files
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(named("localhost"))
        .sign(right.key, hashes.SHA256())
    )
    (place / "r.pem").write_bytes(request.public_bytes(Encoding.PEM))
    (place / "e.cnf").write_text(
        "subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=serverAuth\n"
    )
    command = [
        "openssl",
        "x509",
        "-req",
        "-sha1",
        "-days",
        "90",
        "-in",
        "r.pem",
        "-out",
        "c.pem",
        "-extfile",
        "e.cnf",
    ]
    command += ["-CA", authority[0], "-CAkey", authority[1], "-set_serial", "77"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return Issued(x509.load_pem_x509_certificate((place / "c.pem").read_bytes()), right.key)
