"""A TLS 1.3 connection, complete: key schedule, encrypted flight, client certificate, tickets, resumption.

Source: RFC 8446. Certificates are not judged here; facts are taken from any server.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.tls import wire
from conformance.tls.agreement import Agreement, first_agreed
from conformance.tls.codes import TLS12, TLS13
from conformance.tls.identity import Identity, choose
from conformance.tls.line import Fault, Line
from conformance.tls.secrets import Aead13, aead13, digest, expand, hash_name
from conformance.tls.suites import Suite, suite
from conformance.tls.wire import Hello, Messages, Reader, ServerHello, message, record, vector, words

TOGETHER = 0.25
"""Seconds in which further tickets follow the first: servers send them all at once."""


@dataclass(frozen=True, slots=True)
class Session13:
    """A ticket and the key behind it. ``lifetime`` in seconds, ``early_data`` in bytes."""

    suite: int
    ticket: bytes
    lifetime: int
    age_add: int
    early_data: int
    key: bytes = field(repr=False)
    issued: float = 0.0


@dataclass(slots=True)
class Flight13:
    """What a TLS 1.3 server sends under encryption before it says Finished."""

    hello: ServerHello
    extensions: Mapping[int, bytes] = field(default_factory=dict)
    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    scts: bool = False
    scheme: int = 0
    asks_certificate: bool = False
    authorities: tuple[bytes, ...] = ()
    request_schemes: tuple[int, ...] = ()
    request_context: bytes = b""
    resumed: bool = False


class Connection13:
    """A client's TLS 1.3 connection. ``open`` runs the whole handshake; raises ``Alert`` and ``Fault``.

    ``early_request`` is sent as early data with a session; ``repeats`` is a connection whose first bytes are
    sent once more.
    """

    def __init__(self, line: Line, identity: Identity | None = None) -> None:
        self.line = line
        self.identity = identity
        self.messages = Messages(line)
        self.flight: Flight13 | None = None
        self.early = 0
        self.early_request = b""
        self.repeats: Connection13 | None = None
        self.first = b""
        self._half: Agreement | None = None
        self.tickets: list[Session13] = []
        self._pending = bytearray()
        self._transcript = b""
        self._incoming: Aead13 | None = None
        self._outgoing: Aead13 | None = None
        self._suite: Suite = suite(0x1301)
        self._resumption = b""

    def open(self, hello: Hello, session: Session13 | None = None, *, only_flight: bool = False) -> Flight13:
        half = self.repeats._half if self.repeats else None
        if half is None:
            half = Agreement(first_agreed(hello.groups))
        self._half = half
        shares = ((half.group, half.public),) if half.group in hello.groups else ()
        hello = replace(hello, shares=shares, session=hello.session or b"\x5a" * 32)
        answer, half = self._greet(hello, half, session)
        self._suite, name = suite(answer.suite), hash_name(suite(answer.suite))
        resumed = wire.PSK in answer.extensions and session is not None
        zero = bytes(len(digest(name, b"")))
        early = hmac.digest(zero, session.key if session and resumed else zero, name)
        share = Reader(answer.extensions.get(wire.KEY_SHARE, b""))
        if share.number(2) != half.group:
            raise Fault("garbage", "a key share in a group that was not offered")
        shared = half.secret(share.vector(2))
        handshake = hmac.digest(self._derive(early, "derived", b""), shared, name)
        client = self._derive(handshake, "c hs traffic", self._transcript)
        server = self._derive(handshake, "s hs traffic", self._transcript)
        master = hmac.digest(self._derive(handshake, "derived", b""), zero, name)
        self._incoming = aead13(self._suite, server)
        flight = self.flight = Flight13(answer, resumed=resumed)
        self._read_flight(flight)
        after = self._transcript
        self._incoming = aead13(self._suite, self._derive(master, "s ap traffic", after))
        if only_flight:
            return flight
        out = aead13(self._suite, client)
        self.line.send(record(wire.CHANGE, TLS12, b"\x01") + self._reply(flight, out, client))
        self._outgoing = aead13(self._suite, self._derive(master, "c ap traffic", after))
        self._resumption = self._derive(master, "res master", self._transcript)
        self._pending.clear()
        return flight

    def _derive(self, secret: bytes, label: str, transcript: bytes) -> bytes:
        name = hash_name(self._suite)
        context = digest(name, transcript)
        return expand(name, secret, label, context, len(context))

    def _greet(
        self, hello: Hello, half: Agreement, session: Session13 | None
    ) -> tuple[ServerHello, Agreement]:
        if self.early_request and session is not None:
            hello = replace(hello, extra=(*hello.extra, (wire.EARLY_DATA, b"")))
        first = self.first = self.repeats.first if self.repeats else _bind(hello, session, b"")
        self.line.send(record(wire.HANDSHAKE, 0x301, first) + self._early_record(session))
        kind, body = self.messages.next()
        answer = self._server_hello(kind, body)
        self._transcript = first
        if answer.retry:
            name = hash_name(suite(answer.suite))
            group = int.from_bytes(answer.extensions.get(wire.KEY_SHARE, b"\0\0"), "big")
            half = Agreement(group) if group else half
            cookie = answer.extensions.get(wire.COOKIE, b"")
            hello = replace(
                hello, shares=((half.group, half.public),), cookie=Reader(cookie).vector(2) if cookie else b""
            )
            self.messages.skips_change = True
            self._transcript = message(254, digest(name, first)) + message(kind, body)
            second = _bind(hello, session, self._transcript)
            self.line.send(record(wire.HANDSHAKE, TLS12, second))
            self._transcript += second
            kind, body = self.messages.next()
            answer = self._server_hello(kind, body)
            if answer.retry:
                raise Fault("garbage", "a second HelloRetryRequest")
        self._transcript += message(kind, body)
        return answer, half

    def _early_record(self, session: Session13 | None) -> bytes:
        if session is None or not self.early_request:
            return b""
        name = hash_name(suite(session.suite))
        size = len(digest(name, b""))
        early = hmac.digest(bytes(size), session.key, name)
        secret = expand(name, early, "c e traffic", digest(name, self.first), size)
        sealed = aead13(suite(session.suite), secret).seal(wire.DATA, self.early_request)
        return record(wire.DATA, TLS12, sealed)

    @staticmethod
    def _server_hello(kind: int, body: bytes) -> ServerHello:
        if kind != 2:
            raise Fault("garbage", f"handshake message {kind} where a ServerHello belongs")
        answer = wire.read_server_hello(body)
        if answer.version != TLS13:
            raise Fault("unsupported", "the server chose a version other than TLS 1.3")
        return answer

    def _next(self) -> tuple[int, bytes]:
        while True:
            whole = wire.taken(self._pending)
            if whole is not None:
                return whole
            kind, plain = self.receive()
            if kind == wire.HANDSHAKE:
                self._pending += plain
            else:
                raise Fault("garbage", f"a record of type {kind} within the handshake")

    def _read_flight(self, flight: Flight13) -> None:
        while True:
            kind, body = self._next()
            if kind == 8:
                flight.extensions = wire.read_extensions(Reader(body))
            elif kind == 13:
                self._read_request(flight, body)
            elif kind == 11:
                self._read_chain(flight, body)
            elif kind == 15:
                flight.scheme = Reader(body).number(2)
            elif kind != 20:
                raise Fault("garbage", f"handshake message {kind} in the server's flight")
            self._transcript += message(kind, body)
            if kind == 20:
                return

    @staticmethod
    def _read_request(flight: Flight13, body: bytes) -> None:
        reader = Reader(body)
        flight.asks_certificate = True
        flight.request_context = reader.vector(1)
        asked = wire.read_extensions(reader)
        flight.authorities = wire.read_names(Reader(asked.get(wire.AUTHORITIES, b"\0\0")).vector(2))
        schemes = Reader(Reader(asked.get(wire.SCHEME_LIST, b"\0\0")).vector(2))
        flight.request_schemes = tuple(schemes.number(2) for _ in range(schemes.left // 2))

    @staticmethod
    def _read_chain(flight: Flight13, body: bytes) -> None:
        reader = Reader(body)
        reader.vector(1)
        entries, chain = Reader(reader.vector(3)), []
        while entries.left:
            chain.append(entries.vector(3))
            attached = wire.read_extensions(entries)
            if len(chain) == 1:
                flight.scts = wire.SCT in attached
                if wire.STATUS_REQUEST in attached:
                    flight.staple = Reader(attached[wire.STATUS_REQUEST][1:]).vector(3)
        flight.chain = tuple(chain)

    def _reply(self, flight: Flight13, out: Aead13, secret: bytes) -> bytes:
        name, sent = hash_name(self._suite), b""
        if flight.asks_certificate:
            chain = self.identity.chain if self.identity else ()
            entries = b"".join(vector(one, 3) + b"\0\0" for one in chain)
            sent = message(11, vector(flight.request_context, 1) + vector(entries, 3))
            self._transcript += sent
            if self.identity:
                scheme = choose(self.identity, flight.request_schemes, True)
                signed = b" " * 64 + b"TLS 1.3, client CertificateVerify\0" + digest(name, self._transcript)
                proof = message(15, words((scheme,)) + vector(self.identity.sign(scheme, signed), 2))
                self._transcript += proof
                sent += proof
        key = expand(name, secret, "finished", b"", len(digest(name, b"")))
        finished = message(20, hmac.digest(key, digest(name, self._transcript), name))
        self._transcript += finished
        sent += finished
        pieces = [sent[at : at + 16000] for at in range(0, len(sent), 16000)]
        return b"".join(record(wire.DATA, TLS12, out.seal(wire.HANDSHAKE, piece)) for piece in pieces)

    def send(self, kind: int, data: bytes) -> None:
        assert self._outgoing is not None
        self.line.send(record(wire.DATA, TLS12, self._outgoing.seal(kind, data)))

    def receive(self) -> tuple[int, bytes]:
        """The next record, decrypted; raises ``Alert`` for an alert, ``Fault`` closed at the end."""
        assert self._incoming is not None
        while True:
            kind, body = self.messages.record()
            if kind == wire.CHANGE:
                continue
            if kind == wire.DATA:
                plain = self._incoming.open(kind, body).rstrip(b"\0")
                if not plain:
                    raise Fault("garbage", "an empty inner record")
                kind, body = plain[-1], plain[:-1]
            if kind == wire.ALERT and len(body) == 2:
                raise wire.Alert(body[0], body[1])
            return kind, body

    def collect(self, kind: int, body: bytes) -> None:
        """Takes the tickets out of a handshake record that came after the handshake."""
        if kind == wire.HANDSHAKE:
            self._pending += body
            while len(self._pending) >= 4:
                length = int.from_bytes(self._pending[1:4], "big")
                if len(self._pending) < 4 + length:
                    return
                one = bytes(self._pending[4 : 4 + length])
                if self._pending[0] == 4:
                    self.tickets.append(self._ticket(one))
                del self._pending[: 4 + length]

    def _ticket(self, body: bytes) -> Session13:
        reader, name = Reader(body), hash_name(self._suite)
        lifetime, add, nonce, ticket = reader.number(4), reader.number(4), reader.vector(1), reader.vector(2)
        early = Reader(wire.read_extensions(reader).get(wire.EARLY_DATA, b"\0\0\0\0")).number(4)
        key = expand(name, self._resumption, "resumption", nonce, len(digest(name, b"")))
        return Session13(self._suite.code, ticket, lifetime, add, early, key, time.monotonic())

    def finish(self) -> None:
        """Says goodbye, hangs up and takes what tickets the server still sends; raises nothing."""
        try:
            self.send(wire.ALERT, b"\x01\x00")
            self.line.half_close()
            while True:
                self.collect(*self.receive())
                if self.tickets:
                    self.line.shorten(TOGETHER)
        except (wire.Alert, Fault):
            return


def _bind(hello: Hello, session: Session13 | None, before: bytes) -> bytes:
    """The hello's message, with the binder of the session that it offers to resume."""
    if session is None:
        return hello.message()
    name = hash_name(suite(session.suite))
    size = len(digest(name, b""))
    age = (int((time.monotonic() - session.issued) * 1000) + session.age_add) & 0xFFFFFFFF
    offer = vector(vector(session.ticket, 2) + age.to_bytes(4, "big"), 2)
    whole = replace(hello, tail=((wire.PSK, offer + vector(vector(bytes(size), 1), 2)),)).message()
    early = hmac.digest(bytes(size), session.key, name)
    binder_key = expand(name, early, "res binder", digest(name, b""), size)
    key = expand(name, binder_key, "finished", b"", size)
    binder = hmac.digest(key, digest(name, before + whole[: -size - 3]), name)
    return whole[:-size] + binder
