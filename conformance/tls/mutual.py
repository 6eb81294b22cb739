"""Mutual TLS as a client meets it: whom an endpoint lets in, judged by what the path answers.

A handshake that succeeds proves nothing: many servers take any certificate and refuse in HTTP. So each
attempt sends one GET and keeps the alert or the status. Source: RFC 8446 section 4.4.2.4, RFC 8705; for
handshakes that a server begins when it knows the path, RFC 5246 section 7.4.1.1 and RFC 5746.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.tls import wire
from conformance.tls.agreement import AGREED_GROUPS, finished
from conformance.tls.codes import TLS12, TLS13
from conformance.tls.early import unasked
from conformance.tls.enumerate import Caller, legacy_hello
from conformance.tls.facts import TlsFacts
from conformance.tls.forged import Fields, claims
from conformance.tls.identity import Identity
from conformance.tls.line import Dialler, Fault, Limits, Line, Meter
from conformance.tls.session12 import Connection12, Session12
from conformance.tls.session13 import Connection13, Session13
from conformance.tls.suites import TLS13 as TLS13_SUITES
from conformance.tls.suites import suite
from conformance.tls.wire import Alert, Flight, Hello, message

GOOD, AGAIN = "good", "good again"
HELLO_REQUEST = message(0, b"")
REFUSALS = (400, 401, 403, 404, 421, 495, 496)
"""Statuses that refuse a client; 495 and 496 are those of nginx."""
STRANGERS = 3
"""Endpoints whose sessions are tried at one that needs a client certificate."""
EARLY_PATIENCE = 0.5
"""Seconds in which data would come from a server that does not wait for the client's certificate."""
ALERT_PATIENCE = 1.0
"""Seconds that an alert gets where a connection ended without one."""
GIVEN = ("expired", "wrong_usage", "other_tsp", "other_name")
"""Identities that only the bank's own CA can issue, so that the target must supply them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one client got: an alert, a fault or an HTTP answer. ``early`` are the bytes of data that the
    server sent on a connection whose client it then refused."""

    who: str
    alert: str = ""
    fault: str = ""
    status: int = 0
    media_type: str = ""
    early: int = 0

    @property
    def admitted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused_cleanly(self) -> bool:
        return bool(self.alert) or self.status in REFUSALS

    def __str__(self) -> str:
        return f"HTTP {self.status}" if self.status else f"alert {self.alert}" if self.alert else self.fault


@dataclass(frozen=True, slots=True)
class MutualFacts:
    """All attempts at one path of one address. ``unasked`` is the number of bytes of data that the server
    sent to a client that had said nothing but hello. ``later`` is what a second handshake asked for, which
    the server began when it had seen the path."""

    facts: TlsFacts
    path: str
    attempts: Mapping[str, Attempt]
    unasked: int = 0
    later: Flight | None = None

    @property
    def asked(self) -> bool:
        return self.facts.asks_certificate or self.later is not None

    @property
    def names_authorities(self) -> bool:
        return bool(self.facts.authorities or (self.later and self.later.authorities))


def self_signed(subject: x509.Name | None = None) -> Identity:
    """A client that vouches for itself under the given subject."""
    return _issue(subject or _name("Conformance TSP"), None)


def other_ca(issuer: x509.Name | None = None, subject: x509.Name | None = None) -> Identity:
    """A client whose issuer has the name of the bank's CA but another key."""
    authority = ec.generate_private_key(ec.SECP256R1())
    return _issue(subject or _name("Conformance TSP"), (issuer or _name("Conformance CA"), authority))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _issue(subject: x509.Name, authority: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, signer = authority or (subject, key)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return Identity((certificate.public_bytes(Encoding.DER),), key)


@dataclass(slots=True)
class Client:
    """Makes attempts at one path of one address, in the newest version that it speaks; or in TLS 1.2 where
    it asks for certificates by a ``later`` handshake."""

    caller: Caller
    facts: TlsFacts
    server_name: str
    path: str
    later: Flight | None = None
    legacy: bool = False

    def meets_later(self, identity: Identity) -> None:
        """Sees whether a server that asks for no certificate at first does so for the path, in TLS 1.2.

        Apache with its demand within a Location does so, and IIS. (In TLS 1.3 it takes an extension that
        few clients have.)
        """
        if self.facts.asks_certificate or not self.facts.version(TLS12):
            return
        self.legacy = True
        self.attempt(GOOD, identity)
        self.legacy = self.later is not None

    @property
    def hello(self) -> Hello:
        if self.facts.version(TLS13) and not self.legacy:
            groups = finished(self.facts.groups)
            return Hello(version=TLS13, suites=TLS13_SUITES, server_name=self.server_name, groups=groups)
        version = self.facts.version(TLS12)
        suites = tuple(
            one for one in version.suites if suite(one).cipher.startswith(("AES", "CHACHA20"))
        ) if version else ()  # fmt: skip
        base = legacy_hello(TLS12, self.server_name, suites)
        return replace(base, extra=(), compression=b"\0", groups=AGREED_GROUPS)

    def attempt(
        self, who: str, identity: Identity | None, fields: Fields = ()
    ) -> tuple[Attempt, Session12 | Session13 | None]:
        """One connection, one GET; and a session to resume, if the server gave one."""
        hello, early = self.hello, 0
        connection: Connection12 | Connection13 | None = None
        try:
            with self.caller.line() as line:
                if hello.version == TLS13:
                    new = connection = Connection13(line, identity)
                    new.open(hello)
                    got = self._get(line, new, fields)
                    session: Session12 | Session13 | None = new.tickets[0] if new.tickets else None
                else:
                    old = connection = Connection12(line, identity)
                    session = old.open(hello)
                    early = old.early
                    got = self._get(line, old, fields)
        except Alert as alert:
            return Attempt(who, alert=alert.name, early=early + (connection.early if connection else 0)), None
        except Fault as fault:
            early += connection.early if connection else 0
            told = self._listened(identity) if fault.kind in ("closed", "reset") else ""
            return Attempt(who, alert=told, fault="" if told else str(fault), early=early), None
        return replace(got, who=who), session

    def unasked(self) -> int:
        """The bytes of data that come before the client could show a certificate (RFC 8446 section 4.4.4)."""
        if self.hello.version != TLS13:
            return 0
        try:
            with self.caller.line() as line:
                connection = Connection13(line)
                connection.open(self.hello, only_flight=True)
                line.shorten(EARLY_PATIENCE)
                return len(unasked(connection))
        except (Alert, Fault):
            return 0

    def _listened(self, identity: Identity | None) -> str:
        """The alert that a server sends to a client who has asked for nothing yet; empty for none.

        A request that is never read resets the connection, and the reset may overtake the alert.
        """
        try:
            with self.caller.line() as line:
                line.shorten(ALERT_PATIENCE)
                if self.hello.version == TLS13:
                    new = Connection13(line, identity)
                    new.open(self.hello)
                    new.receive()
                else:
                    Connection12(line, identity).open(self.hello)
        except Alert as alert:
            return alert.name if alert.level == 2 else ""
        except Fault:
            return ""
        return ""

    def resume(self, who: str, session: Session12 | Session13) -> Attempt:
        """One GET on a resumed session, without a certificate; fault ``not resumed`` if not taken up."""
        hello = self.hello
        try:
            with self.caller.line() as line:
                if isinstance(session, Session13):
                    new = Connection13(line)
                    if not new.open(replace(hello, suites=(session.suite,)), session).resumed:
                        return Attempt(who, fault="not resumed")
                    return replace(self._get(line, new), who=who)
                old = Connection12(line)
                offer = replace(
                    hello,
                    suites=(session.suite,),
                    session=session.session or b"\xa5" * 32,
                    ticket=session.ticket,
                )
                if not old.resume(offer, session):
                    return Attempt(who, fault="not resumed")
                return replace(self._get(line, old), who=who)
        except Alert as alert:
            return Attempt(who, alert=alert.name)
        except Fault as fault:
            return Attempt(who, fault=str(fault))

    def _get(self, line: Line, connection: Connection12 | Connection13, fields: Fields = ()) -> Attempt:
        host = self.facts.endpoint.host
        more = "".join(f"{name}: {value}\r\n" for name, value in fields)
        request = (
            f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n{more}Connection: close\r\n\r\n"
        )
        data = b""
        try:
            connection.send(wire.DATA, request.encode())
            while b"\r\n\r\n" not in data and len(data) < 65536:
                kind, body = connection.receive()
                if kind == wire.DATA:
                    data += body
                elif isinstance(connection, Connection13):
                    connection.collect(kind, body)
                elif (kind, body) == (wire.HANDSHAKE, HELLO_REQUEST):
                    again = replace(self.hello, random=os.urandom(32), renegotiation=connection.verify)
                    connection.open(again)
                    asks = connection.flight is not None and connection.flight.asks_certificate
                    self.later = connection.flight if asks else self.later
        except Alert:
            if not data.startswith(b"HTTP/"):
                connection.early += len(data)
                raise
        except Fault:
            if not data:
                raise
        return _read_head(data)


def _read_head(data: bytes) -> Attempt:
    """The head of the first HTTP answer; what came before it answers nothing, and is counted as early."""
    before = max(0, data.find(b"HTTP/"))
    head = data[before:].partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = head[0].split(" ")
    if not words[0].startswith("HTTP/") or len(words) < 2 or not words[1].isdigit():
        return Attempt("", fault="no HTTP answer", early=len(data))
    fields = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
    }
    media_type = fields.get("content-type", "").split(";")[0].lower()
    return Attempt("", status=int(words[1]), media_type=media_type, early=before)


def _forged(client: Client, good: Identity, who: str, plain: Attempt | None = None) -> Mapping[str, Attempt]:
    """What a client got that claims a certificate in a header, at a path that refuses it in HTTP without."""
    if (plain or client.attempt(who, None)[0]).status not in (400, 401, 403, 421, 495, 496):
        return {}
    found: dict[str, Attempt] = {}
    for fields in claims(good):
        found[who], _ = client.attempt(who, None, fields)
        if found[who].admitted:
            break
    return found


def try_all(
    facts: TlsFacts,
    dialler: Dialler,
    server_name: str,
    path: str,
    identities: Mapping[str, Identity],
    limits: Limits | None = None,
    elsewhere: Sequence[TlsFacts] = (),
) -> MutualFacts:
    """Every client at one path: those given, the two that we make, strangers' resumed sessions, and a client
    without a certificate that claims one in a header.

    ``elsewhere`` are endpoints without such a path. Their sessions are tried here, and claims at them.
    """
    meter = Meter(limits or Limits())
    caller = Caller(dialler, facts.endpoint, meter, meter.limits.handshake, [], [])
    client = Client(caller, facts, server_name, path)
    good = identities.get(GOOD)
    subject = good.certificate.subject if good else None
    clients: dict[str, Identity | None] = {"none": None, **identities}
    clients["self_signed"] = self_signed(subject)
    clients["other_ca"] = other_ca(good.certificate.issuer if good else None, subject)
    attempts: dict[str, Attempt] = {}
    if good:
        client.meets_later(good)
    for who, identity in clients.items():
        attempts[who], session = client.attempt(who, identity)
        if session is not None and who != GOOD and not attempts[who].admitted:
            attempts[f"resumed_{who}"] = client.resume(f"resumed_{who}", session)
    for other in elsewhere[:STRANGERS]:
        who = f"resumed_from {other.endpoint}"
        visitor = Client(replace(caller, endpoint=other.endpoint), other, other.endpoint.server_name, "/")
        _, session = visitor.attempt(who, None)
        if session is not None:
            attempts[who] = client.resume(who, session)
        if good:
            attempts |= _forged(replace(visitor, path=path), good, f"forged at {other.endpoint}")
    if good:
        attempts |= _forged(client, good, "forged", attempts["none"])
    unasked_for = client.unasked()
    if good:
        attempts[AGAIN], _ = client.attempt(AGAIN, good)
    return MutualFacts(facts, path, attempts, unasked_for, client.later)
