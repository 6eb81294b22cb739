"""By which ways a client may be let in, and by which not (RFC 6749, 2.3; RFC 8705, 2)."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance import jose
from conformance.checks.client.place import control, form_for, let_in, places, tried
from conformance.errors import NotApplicable, Unreachable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.client import BY_CERTIFICATE, asserted, assertion
from conformance.oauth.grant import told
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED, Certified

HEADERS = ("X-SSL-Client-Cert", "X-Client-Cert", "Client-Cert", "SSL-Client-Cert", "X-Forwarded-Client-Cert")


@check(requests=4)
def authentication_needed(access: Access) -> Findings:
    """Refuses a request for a token with nothing but a client's name."""
    if not access.acts_alone:
        raise NotApplicable("the TSP gets no token in its own name (grant type client_credentials)")
    place = "token_endpoint"
    control(access, place)
    form = {**form_for(access, place), "client_id": access.client.client_id}
    certified = UNCERTIFIED if access.client.method in BY_CERTIFICATE else None
    try:
        answer = access.post(place, form, authenticated=False, certified=certified)
    except Unreachable:
        return
    if let_in(answer):
        yield Finding("refused without client authentication", told(answer), place, answer.exchange)


@check(requests=6)
def secrets_refused(access: Access) -> Findings:
    """Refuses a made-up client secret, in the body and in the Authorization header field."""
    client = access.client
    if client.method.startswith("client_secret"):
        raise NotApplicable("the TSP authenticates by a client secret")
    for place in places(access):
        control(access, place)
        certified = UNCERTIFIED if client.method in BY_CERTIFICATE else None
        basic = "Basic " + b64encode(f"{client.client_id}:conformance".encode()).decode()
        tries: list[dict[str, Any]] = [
            {"form": {"client_id": client.client_id, "client_secret": "conformance"}},
            {"form": {}, "headers": (("Authorization", basic),)},
        ]
        for options in tries:
            form = {**form_for(access, place), **options.pop("form")}
            try:
                answer = access.post(place, form, authenticated=False, certified=certified, **options)
            except Unreachable:
                continue
            if let_in(answer):
                yield Finding("a made-up client secret refused", told(answer), place, answer.exchange)
                return


@check(requests=4)
def one_method_only(access: Access) -> Findings:
    """Refuses a request that authenticates its client in two ways at once."""
    client = access.client
    if client.method != "private_key_jwt":
        raise NotApplicable("the TSP does not authenticate by private_key_jwt")
    place = places(access)[0]
    control(access, place)
    # A secret in the form would be an unknown parameter, to be ignored, where the server takes none.
    basic = "Basic " + b64encode(f"{quote(client.client_id)}:conformance".encode()).decode()
    answer = tried(access, place, {}, headers=(("Authorization", basic),))
    if let_in(answer) and answer is not None:
        yield Finding("two authentications at once refused", told(answer), place, answer.exchange)


@check(requests=4)
def registered_method_only(access: Access) -> Findings:
    """Lets a client in only by the method that it is registered for."""
    client = access.client
    if client.method not in BY_CERTIFICATE or client.key is None:
        raise NotApplicable(
            "the TSP does not authenticate by certificate, or has no key to sign with instead"
        )
    for place in places(access):
        control(access, place)
        text = assertion(client, access.audience, access.now())
        try:
            form = {**form_for(access, place), "client_id": client.client_id, **asserted(text)}
            # With its certificate the client would be let in by that.
            answer = access.post(place, form, authenticated=False, certified=UNCERTIFIED)
        except Unreachable:
            continue
        if let_in(answer):
            yield Finding(
                "an assertion of a client of certificates refused", told(answer), place, answer.exchange
            )
            return


def _by_certificate(access: Access, method: str = "") -> Certified:
    client = access.client
    if client.method not in BY_CERTIFICATE or client.certified is None:
        raise NotApplicable("the TSP does not authenticate by certificate")
    if method and client.method != method:
        raise NotApplicable(f"the TSP does not authenticate by {method}")
    return client.certified


def _shown(access: Access, certified: Certified, what: str, headers: Any = ()) -> Findings:
    client = access.client
    for place in places(access):
        control(access, place)
        form = {**form_for(access, place), "client_id": client.client_id}
        try:
            answer = access.post(place, form, certified=certified, headers=headers)
        except Unreachable:
            continue
        if let_in(answer):
            yield Finding(f"{what} refused", told(answer), f"certificate at {place}", answer.exchange)
            return


@check(requests=4)
def other_certificate_refused(access: Access) -> Findings:
    """Refuses a client that shows another client's certificate."""
    _by_certificate(access)
    other = access.second.certified
    if other is None:
        raise NotApplicable("the second TSP has no certificate")
    yield from _shown(access, other, "another client's certificate")


@check(requests=4)
def forged_certificate_refused(access: Access) -> Findings:
    """Refuses a certificate with the right name that nobody the bank trusts has issued."""
    own = _by_certificate(access)
    yield from _shown(access, self_issued(own.certificate), "a self-made certificate with the right name")


@check(requests=4)
def certificate_header_ignored(access: Access) -> Findings:
    """Believes no header field that claims a client certificate."""
    own = _by_certificate(access)
    line = own.certificate.replace("\n", " ")
    for value in (quote(own.certificate, safe=""), line):
        headers = tuple((name, value) for name in HEADERS)
        found = list(_shown(access, UNCERTIFIED, "a certificate in a header field", headers))
        yield from found
        if found:
            return


@cache
def self_issued(pem: str) -> Certified:
    """A certificate with the subject of another, signed by nobody but itself."""
    model = x509.load_pem_x509_certificate(pem.encode())
    key = jose.fresh_key()
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certified("a self-made certificate", made.public_bytes(Encoding.PEM).decode(), secret.decode())
