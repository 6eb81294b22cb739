"""Records and handshake messages of SSL 3.0 to TLS 1.3: hellos written, answers read.

Source: RFC 5246, RFC 8446 and the extensions they name. Reading is total: bytes that make no sense raise
``Fault`` garbage.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conformance.tls.codes import LEGACY_GROUPS, SCHEMES, SSL3, TLS10, TLS12, TLS13, alert_name
from conformance.tls.line import Fault, Line
from conformance.tls.suites import suite

ALERT, HANDSHAKE, CHANGE, DATA, HEARTBEAT = 21, 22, 20, 23, 24
HELLO_RETRY = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")

SERVER_NAME, STATUS_REQUEST, GROUPS, POINT_FORMATS, SCHEME_LIST, HEARTBEAT_MODE = 0, 5, 10, 11, 13, 15
ALPN = 16
TRUNCATED_HMAC, SCT, PADDING, ENCRYPT_THEN_MAC, EXTENDED_SECRET, TICKET = 4, 18, 21, 22, 23, 35
PSK, EARLY_DATA, SUPPORTED_VERSIONS, COOKIE, PSK_MODES, AUTHORITIES, KEY_SHARE = 41, 42, 43, 44, 45, 47, 51
RENEGOTIATION = 0xFF01


class Alert(Exception):
    """The server refused with an alert."""

    def __init__(self, level: int, code: int) -> None:
        super().__init__(alert_name(code))
        self.level = level
        self.code = code
        self.name = alert_name(code)


class Reader:
    """Takes fields off a message; running short raises ``Fault`` garbage."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise Fault("garbage", "a message ends within a field")
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """A field with its length before it, in ``size`` bytes."""
        return self.take(self.number(size))


def vector(data: bytes, size: int) -> bytes:
    return len(data).to_bytes(size, "big") + data


def words(codes: tuple[int, ...]) -> bytes:
    return struct.pack(f">{len(codes)}H", *codes)


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + vector(body, 3)


def record(kind: int, version: int, body: bytes) -> bytes:
    return struct.pack(">BHH", kind, version, len(body)) + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A ClientHello. ``version`` is the highest asked for. Without ``shares`` TLS 1.3 servers name the group
    and suite in a HelloRetryRequest. ``ticket`` None leaves the extension out."""

    version: int
    suites: tuple[int, ...]
    server_name: str = ""
    groups: tuple[int, ...] = LEGACY_GROUPS
    schemes: tuple[int, ...] = tuple(SCHEMES)
    alpn: tuple[str, ...] = ()
    compression: bytes = b"\0"
    session: bytes = b""
    ticket: bytes | None = b""
    staple: bool = True
    shares: tuple[tuple[int, bytes], ...] = ()
    cookie: bytes = b""
    versions: tuple[int, ...] = ()
    renegotiation: bytes = b""
    extra: tuple[tuple[int, bytes], ...] = ()
    random: bytes = field(default_factory=lambda: os.urandom(32))
    tail: tuple[tuple[int, bytes], ...] = ()

    def extensions(self) -> Iterator[tuple[int, bytes]]:
        if self.version == SSL3:
            return
        if self.server_name:
            yield SERVER_NAME, vector(b"\0" + vector(self.server_name.encode(), 2), 2)
        yield GROUPS, vector(words(self.groups), 2)
        yield POINT_FORMATS, b"\x01\x00"
        if self.version >= TLS12:
            yield SCHEME_LIST, vector(words(self.schemes), 2)
        if self.staple:
            yield STATUS_REQUEST, b"\x01\0\0\0\0"
        if self.alpn:
            yield ALPN, vector(b"".join(vector(name.encode(), 1) for name in self.alpn), 2)
        yield EXTENDED_SECRET, b""
        yield RENEGOTIATION, vector(self.renegotiation, 1)
        if self.ticket is not None and self.version < TLS13:
            yield TICKET, self.ticket
        if self.version >= TLS13 or self.versions:
            yield SUPPORTED_VERSIONS, vector(words(self.versions or (TLS13,)), 1)
            yield KEY_SHARE, vector(b"".join(words((g,)) + vector(key, 2) for g, key in self.shares), 2)
            yield PSK_MODES, b"\x01\x01"
            if self.cookie:
                yield COOKIE, vector(self.cookie, 2)
        yield from self.extra
        yield from self.tail

    def message(self) -> bytes:
        session = self.session or (os.urandom(32) if self.version >= TLS13 else b"")
        body = words((min(self.version, TLS12),)) + self.random + vector(session, 1)
        body += vector(words(self.suites), 2) + vector(self.compression, 1)
        extensions = b"".join(words((kind,)) + vector(data, 2) for kind, data in self.extensions())
        return message(1, body + (vector(extensions, 2) if extensions else b""))

    def record(self) -> bytes:
        return record(HANDSHAKE, min(self.version, TLS10), self.message())


@dataclass(frozen=True, slots=True)
class ServerHello:
    """The server's choice; ``retry`` when it is a HelloRetryRequest."""

    version: int
    random: bytes
    session: bytes
    suite: int
    compression: int
    extensions: Mapping[int, bytes]

    @property
    def retry(self) -> bool:
        return self.random == HELLO_RETRY


def read_extensions(reader: Reader) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    if reader.left:
        block = Reader(reader.vector(2))
        while block.left:
            kind = block.number(2)
            found[kind] = block.vector(2)
    return found


def read_server_hello(body: bytes) -> ServerHello:
    reader = Reader(body)
    version, random, session = reader.number(2), reader.take(32), reader.vector(1)
    suite, compression = reader.number(2), reader.number(1)
    extensions = read_extensions(reader)
    if len(extensions.get(SUPPORTED_VERSIONS, b"")) == 2:
        version = int.from_bytes(extensions[SUPPORTED_VERSIONS], "big")
    return ServerHello(version, random, session, suite, compression, extensions)


def taken(pending: bytearray) -> tuple[int, bytes] | None:
    """Takes a whole handshake message from what has come: its type and body; None while it is not whole."""
    if len(pending) < 4:
        return None
    length = int.from_bytes(pending[1:4], "big")
    if length > 1 << 18:
        raise Fault("oversize", f"a handshake message of {length} bytes")
    if len(pending) < 4 + length:
        return None
    whole = bytes(pending[: 4 + length])
    del pending[: 4 + length]
    return whole[0], whole[4:]


class Messages:
    """The plain records and handshake messages that come in on a line."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._pending = bytearray()
        self.skips_change = False
        """Whether a ChangeCipherSpec means nothing, as after a HelloRetryRequest (RFC 8446 appendix D.4)."""

    def record(self) -> tuple[int, bytes]:
        """The type and body of the next record; an alert is returned like any other."""
        head = self.line.peek(5)
        if head[:4] == b"HTTP" or head[:1] == b"<":
            raise Fault("plain", "the port answers in plain text, without TLS")
        kind, version, length = struct.unpack(">BHH", head)
        if not CHANGE <= kind <= HEARTBEAT or version >> 8 != 3 or length > 18432:
            raise Fault("garbage", f"no TLS record: {head.hex()}")
        self.line.exactly(5)
        return kind, self.line.exactly(length)

    def next(self) -> tuple[int, bytes]:
        """The next handshake message: its type and its body; raises ``Alert`` for a fatal one."""
        while True:
            whole = taken(self._pending)
            if whole is not None:
                return whole
            kind, body = self.record()
            if kind == ALERT:
                if len(body) != 2:
                    raise Fault("garbage", "an alert of odd length")
                if body[0] == 2 or body[1] == 0:
                    raise Alert(body[0], body[1])
            elif kind == HANDSHAKE:
                self._pending += body
            elif kind != CHANGE or body != b"\x01" or not self.skips_change:
                raise Fault("garbage", f"a record of type {kind} within the handshake")


@dataclass(slots=True)
class Flight:
    """What a server of SSL 3.0 to TLS 1.2 sends in the clear, from ServerHello to ServerHelloDone."""

    hello: ServerHello
    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    key_exchange: bytes = b""
    group: int = 0
    dh_bits: int = 0
    scheme: int = 0
    asks_certificate: bool = False
    authorities: tuple[bytes, ...] = ()
    transcript: bytes = b""
    offered: frozenset[int] = frozenset()
    named: bool = True


def read_certificates(body: bytes) -> tuple[bytes, ...]:
    block = Reader(Reader(body).vector(3))
    found = []
    while block.left:
        found.append(block.vector(3))
    return tuple(found)


def _read_key_exchange(flight: Flight, body: bytes) -> None:
    flight.key_exchange = body
    reader = Reader(body)
    chosen = suite(flight.hello.suite)
    if chosen.key_exchange in ("ECDHE", "ECDH"):
        if reader.number(1) != 3:
            return
        flight.group = reader.number(2)
        reader.vector(1)
    elif chosen.key_exchange in ("DHE", "DH"):
        flight.dh_bits = int.from_bytes(reader.vector(2), "big").bit_length()
        reader.vector(2)
        reader.vector(2)
    elif chosen.key_exchange == "RSA":  # the temporary key of an export suite
        flight.dh_bits = 0
        return
    else:
        return
    if flight.hello.version == TLS12 and chosen.authentication != "anon" and reader.left > 2:
        flight.scheme = reader.number(2)


def _read_request(flight: Flight, body: bytes) -> None:
    flight.asks_certificate = True
    reader = Reader(body)
    reader.vector(1)
    if flight.hello.version == TLS12:
        reader.vector(2)
    flight.authorities = read_names(reader.vector(2))


def read_names(block: bytes) -> tuple[bytes, ...]:
    """Distinguished names, each with two bytes of length."""
    reader = Reader(block)
    found = []
    while reader.left:
        found.append(reader.vector(2))
    return tuple(found)


def read_flight(messages: Messages) -> Flight:
    """Everything up to ServerHelloDone; up to the HelloRetryRequest or ServerHello alone in TLS 1.3.

    Raises ``Alert`` and ``Fault``.
    """
    kind, body = messages.next()
    if kind != 2:
        raise Fault("garbage", f"handshake message {kind} where a ServerHello belongs")
    flight = Flight(read_server_hello(body), transcript=message(kind, body))
    if flight.hello.version >= TLS13:
        return flight
    while kind != 14:
        kind, body = messages.next()
        flight.transcript += message(kind, body)
        if kind == 11:
            flight.chain = read_certificates(body)
        elif kind == 22:
            flight.staple = Reader(body[1:]).vector(3)
        elif kind == 12:
            _read_key_exchange(flight, body)
        elif kind == 13:
            _read_request(flight, body)
        elif kind != 14:
            raise Fault("garbage", f"handshake message {kind} in the server's first flight")
    return flight
