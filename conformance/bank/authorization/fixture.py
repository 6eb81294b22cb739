"""The synthetic TSPs and customers: keys and certificates are made once per process and belong to nobody."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.bank.authorization import jws

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """One TSP: all that its side of a flow must know. PEM texts; keys are PKCS #8 and not encrypted.

    `authentication` is the client authentication method that the bank registered for it under its policy.
    `self_signed` tells which certificate belongs to that method; `certificate` and `certificate_key` are it.
    """

    client_id: str
    name: str
    authentication: str
    redirect_uris: tuple[str, ...]
    kid: str
    key: str = field(repr=False)
    rsa_kid: str = field(repr=False)
    rsa_key: str = field(repr=False)
    certificate: str = field(repr=False)
    certificate_key: str = field(repr=False)
    subject: str = field(repr=False)
    jwks: dict[str, Any] = field(repr=False, hash=False)

    @property
    def redirect_uri(self) -> str:
        """The redirect URI to use; the second one serves the check of the code's binding to it."""
        return self.redirect_uris[0]


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with a login at the bank."""

    customer_id: str
    username: str
    password: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class AuthorizationFixture:
    """Everything synthetic that a run against the reference bank is configured with.

    `client_trust` is the PEM bundle of client certificates' issuers for the TLS server: the client CA and the
    self-signed certificates. `other_certificate` is of a CA that the bank does not know, the expired one of
    the right CA; both have TSP one's subject. `registration_token` admits to dynamic registration; software
    statements are signed with `directory_key` (ES256).
    """

    tsps: tuple[Identity, Identity]
    customers: tuple[Customer, ...]
    client_trust: str
    client_ca: str
    registration_token: str = field(repr=False)
    directory_key: str = field(repr=False)
    directory_public: jws.Key = field(repr=False)
    other_certificate: str = field(repr=False)
    other_certificate_key: str = field(repr=False)
    expired_certificate: str = field(repr=False)
    expired_certificate_key: str = field(repr=False)


CUSTOMERS = (
    Customer("customer-1", "taiman.chan", "correct-Horse-7", "陳大文 Chan Tai Man"),
    Customer("customer-2", "siuming.lee", "battery-Staple-8", "李小明 Lee Siu Ming"),
    Customer("customer-3", "kafai.wong", "purple-Monkey-9", "黃家輝 Wong Ka Fai"),
)
REGISTRATION_TOKEN = "registration-of-synthetic-providers"


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _name(common_name: str) -> x509.Name:
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "HK")
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Synthetic Providers")
    return x509.Name([country, organisation, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass(frozen=True, slots=True)
class _Pair:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def _issue(common_name: str, issuer: _Pair | None, *, authority: bool = False, days: int = 365) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    starts, ends = (
        (now - _DAY, now + days * _DAY) if days > 0 else (now + (days - 1) * _DAY, now + days * _DAY)
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer.certificate.subject if issuer else _name(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(authority=authority), critical=True)
    )
    if issuer:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if not authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = builder.add_extension(purpose, critical=False)
    return _Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True, slots=True)
class _Keys:
    ec: ec.EllipticCurvePrivateKey
    rsa: rsa.RSAPrivateKey
    issued: _Pair
    self_signed: _Pair


@dataclass(frozen=True, slots=True)
class _Material:
    authority: _Pair
    stranger: _Pair
    expired: _Pair
    directory: ec.EllipticCurvePrivateKey
    tsps: tuple[_Keys, _Keys]


@cache
def _material() -> _Material:
    authority = _issue("Synthetic Client CA", None, authority=True, days=3650)
    one, two = (_keys(number, authority) for number in ("one", "two"))
    return _Material(
        authority=authority,
        stranger=_issue("tsp-one", _issue("Unknown CA", None, authority=True)),
        expired=_issue("tsp-one", authority, days=-1),
        directory=ec.generate_private_key(ec.SECP256R1()),
        tsps=(one, two),
    )


def _keys(number: str, authority: _Pair) -> _Keys:
    return _Keys(
        ec=ec.generate_private_key(ec.SECP256R1()),
        rsa=rsa.generate_private_key(public_exponent=65537, key_size=2048),
        issued=_issue(f"tsp-{number}", authority),
        self_signed=_issue(f"tsp-{number}", None),
    )


def _identity(number: str, keys: _Keys, authentication: str) -> Identity:
    pair = keys.self_signed if authentication == "self_signed_tls_client_auth" else keys.issued
    jwk = {**jws.jwk_of(keys.ec.public_key()), "kid": f"tsp-{number}-ec", "use": "sig"}
    rsa_jwk = {**jws.jwk_of(keys.rsa.public_key()), "kid": f"tsp-{number}-rsa", "use": "sig"}
    certificate = {
        **jws.jwk_of(keys.self_signed.key.public_key()),
        "kid": f"tsp-{number}-tls",
        "use": "tls",
        "x5c": [_der_text(keys.self_signed.certificate)],
    }
    return Identity(
        client_id=f"tsp-{number}",
        name=f"Synthetic Provider {number.capitalize()}",
        authentication=authentication,
        redirect_uris=(f"https://tsp-{number}.example/callback", f"https://tsp-{number}.example/other"),
        kid=f"tsp-{number}-ec",
        key=_pem(keys.ec),
        rsa_kid=f"tsp-{number}-rsa",
        rsa_key=_pem(keys.rsa),
        certificate=pair.pem,
        certificate_key=_pem(pair.key),
        subject=pair.certificate.subject.rfc4514_string(),
        jwks={"keys": [jwk, rsa_jwk, certificate]},
    )


def _der_text(certificate: x509.Certificate) -> str:
    return "".join(certificate.public_bytes(serialization.Encoding.PEM).decode().splitlines()[1:-1])


@cache
def authorization_fixture(authentication: tuple[str, ...]) -> AuthorizationFixture:
    """Give the fixture of a bank whose policy has this `client_authentication`."""
    made = _material()
    one, two = made.tsps
    public = made.directory.public_key()
    trust = [made.authority.pem, *(keys.self_signed.pem for keys in made.tsps)]
    return AuthorizationFixture(
        tsps=(_identity("one", one, authentication[0]), _identity("two", two, authentication[-1])),
        customers=CUSTOMERS,
        client_trust="".join(trust),
        client_ca=made.authority.pem,
        registration_token=REGISTRATION_TOKEN,
        directory_key=_pem(made.directory),
        directory_public=jws.Key({"kid": "directory"}, public),
        other_certificate=made.stranger.pem,
        other_certificate_key=_pem(made.stranger.key),
        expired_certificate=made.expired.pem,
        expired_certificate_key=_pem(made.expired.key),
    )
