"""A server that speaks only the opening of SSL 2.0 to TLS 1.3, from canned bytes, with any defect one likes.

It serves what no TLS library serves any more. In TLS 1.3 it stops at HelloRetryRequest.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.tls import suites, wire
from conformance.tls.line import Fault, Line
from conformance.tls.wire import Messages, Reader, message, record, vector, words
from tests.tls.authority import Issued, good

GCM = (0xC02F, 0xC030)
DOWNGRADE = {0x0303: b"DOWNGRD\x01"}


def codes(*names: str) -> tuple[int, ...]:
    return tuple(suites.by_name()[name] for name in names)


@dataclass(frozen=True)
class Canned:
    """What the server does. Right by default: TLS 1.2 with two suites."""

    versions: dict[int, tuple[int, ...]] = field(default_factory=lambda: {0x0303: GCM})
    groups: tuple[int, ...] = (0x1D, 0x17)
    schemes: tuple[int, ...] = (0x0804, 0x0401)
    prime_bits: int = 2048
    compression: int = 0
    extended_secret: bool = True
    renegotiation_info: bool = True
    encrypt_then_mac: bool = True
    truncated_mac: bool = False
    heartbeat: bool = False
    bleeds: bool = False
    early_ccs: bool = False
    oracle: bool = False
    signals_fallback: bool = True
    sentinel: bool = True
    prefers_old: bool = False
    takes_any_protocol: bool = False
    refuses: Callable[[Offer], bool] = lambda _: False
    ssl2: bool = False
    client_order: bool = False
    issued: Callable[[], Issued] = good


@dataclass
class Offer:
    """A ClientHello as read by the server."""

    version: int
    session: bytes
    suites: tuple[int, ...]
    compression: bytes
    extensions: dict[int, bytes]
    random: bytes
    message: bytes

    @property
    def size(self) -> int:
        return len(self.message) - 4

    @property
    def versions(self) -> list[int]:
        listed = self.extensions.get(wire.SUPPORTED_VERSIONS)
        return (
            _pairs(listed[1:]) if listed else [v for v in (0x300, 0x301, 0x302, 0x303) if v <= self.version]
        )


def _pairs(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def read_offer(body: bytes) -> Offer:
    reader = Reader(body)
    version = reader.number(2)
    random = reader.take(32)
    session, offered, compression = reader.vector(1), tuple(_pairs(reader.vector(2))), reader.vector(1)
    extensions = wire.read_extensions(reader)
    return Offer(version, session, offered, compression, extensions, random, message(1, body))


class CannedServer(threading.Thread):
    """Serves a ``Canned`` on loopback until closed."""

    def __init__(self, canned: Canned) -> None:
        super().__init__(daemon=True)
        self.canned = canned
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self.serve(connection)
                except (OSError, Fault, wire.Alert):
                    continue

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(5)

    def serve(self, connection: socket.socket) -> None:
        line = accepted(connection)
        if line.peek(1)[0] & 0x80:
            self.ssl2(connection)
            return None
        messages = Messages(line)
        kind, body = messages.next()
        assert kind == 1
        offer, canned = read_offer(body), self.canned

        def alert(code: int) -> None:
            connection.sendall(record(wire.ALERT, 0x0303, bytes([2, code])))

        if canned.refuses(offer):
            return alert(40)
        both = [one for one in offer.versions if one in canned.versions]
        if not both:
            return alert(70)
        version = min(both) if canned.prefers_old and 0x0303 in both else max(both)
        if (
            canned.signals_fallback
            and suites.FALLBACK_SCSV in offer.suites
            and version < max(canned.versions)
        ):
            return alert(86)
        own = canned.versions[version]
        fitting = [one for one in own if one in offer.suites]
        if canned.client_order:
            fitting = [one for one in offer.suites if one in own]
        if not fitting:
            return alert(40)
        if version == 0x0304:
            return self.retry(connection, offer, fitting[0])
        return self.flight(connection, messages, offer, version, fitting)

    def ssl2(self, connection: socket.socket) -> None:
        if self.canned.ssl2:
            specs = b"".join(code.to_bytes(3, "big") for code in suites.SSL2_SPECS[:3])
            der = self.canned.issued().certificate.public_bytes(Encoding.DER)
            body = (
                b"\x04\x00\x01\x00\x02"
                + struct.pack(">HHH", len(der), len(specs), 16)
                + der
                + specs
                + bytes(16)
            )
            head = vector(body, 2)
            connection.sendall(bytes([head[0] | 0x80]) + head[1:])

    def retry(self, connection: socket.socket, offer: Offer, chosen: int) -> None:
        groups = [one for one in self.canned.groups if one in _pairs(offer.extensions[wire.GROUPS][2:])]
        if not groups or any(share for share in offer.extensions[wire.KEY_SHARE][2:]):
            connection.sendall(record(wire.ALERT, 0x0303, b"\x02\x28"))
            return
        extensions = words((wire.SUPPORTED_VERSIONS,)) + vector(b"\x03\x04", 2)
        extensions += words((wire.KEY_SHARE,)) + vector(words((groups[0],)), 2)
        body = (
            b"\x03\x03"
            + wire.HELLO_RETRY
            + vector(offer.session, 1)
            + words((chosen,))
            + b"\0"
            + vector(extensions, 2)
        )
        connection.sendall(record(wire.HANDSHAKE, 0x0303, message(2, body)))

    def exchange(self, offer: Offer, version: int, fitting: list[int]) -> tuple[int, bytes] | None:
        """The first suite that has what it needs, with its ServerKeyExchange."""
        canned = self.canned
        for code in fitting:
            one, body = suites.suite(code), b""
            if one.key_exchange == "ECDHE":
                theirs = _pairs(offer.extensions.get(wire.GROUPS, b"\0\0")[2:])
                group = next((group for group in canned.groups if group in theirs), None)
                if group is None:
                    continue
                body = b"\x03" + words((group,)) + vector(bytes(range(32)), 1)
            elif one.key_exchange in ("DHE", "DH"):
                size = canned.prime_bits // 8
                body = (
                    vector(b"\xff" + os.urandom(size - 1), 2)
                    + vector(b"\x02", 2)
                    + vector(b"\x7f" + os.urandom(size - 1), 2)
                )
            if body and one.authentication != "anon":
                if version == 0x0303:
                    theirs = _pairs(offer.extensions.get(wire.SCHEME_LIST, b"\0\0")[2:])
                    scheme = next((scheme for scheme in canned.schemes if scheme in theirs), None)
                    if scheme is None:
                        continue
                    body += words((scheme,))
                body += vector(os.urandom(256), 2)
            return code, body
        return None

    def flight(
        self, connection: socket.socket, messages: Messages, offer: Offer, version: int, fitting: list[int]
    ) -> None:
        canned = self.canned
        found = self.exchange(offer, version, fitting)
        if found is None:
            connection.sendall(record(wire.ALERT, 0x0303, b"\x02\x28"))
            return
        chosen, exchange = found
        random = os.urandom(24) + (
            DOWNGRADE.get(version, b"DOWNGRD\x00")
            if 0x0304 in canned.versions and canned.sentinel
            else os.urandom(8)
        )
        answers = {
            wire.EXTENDED_SECRET: canned.extended_secret, wire.RENEGOTIATION: canned.renegotiation_info,
            wire.ENCRYPT_THEN_MAC: canned.encrypt_then_mac and suites.suite(chosen).mode == "CBC",
            wire.TRUNCATED_HMAC: canned.truncated_mac, wire.HEARTBEAT_MODE: canned.heartbeat,
        }  # fmt: skip
        bodies = {wire.RENEGOTIATION: b"\0", wire.HEARTBEAT_MODE: b"\x01"}
        extensions = b"".join(
            words((kind,)) + vector(bodies.get(kind, b""), 2)
            for kind, on in answers.items() if on and kind in offer.extensions
        )  # fmt: skip
        if canned.takes_any_protocol and wire.ALPN in offer.extensions:
            extensions += words((wire.ALPN,)) + vector(offer.extensions[wire.ALPN], 2)
        compression = canned.compression if canned.compression in offer.compression else 0
        hello = struct.pack(">H", version) + random + vector(b"", 1) + words((chosen,)) + bytes([compression])
        flight = message(2, hello + (vector(extensions, 2) if version > 0x0300 and extensions else b""))
        one = suites.suite(chosen)
        if one.authentication != "anon":
            issued = canned.issued()
            chain = (issued.certificate, *issued.chain)
            flight += message(11, vector(b"".join(vector(c.public_bytes(Encoding.DER), 3) for c in chain), 3))
        if exchange:
            flight += message(12, exchange)
        connection.sendall(record(wire.HANDSHAKE, version, flight + message(14, b"")))
        self.after(connection, messages, version)

    def after(self, connection: socket.socket, messages: Messages, version: int) -> None:
        """What follows the server's flight: a heartbeat, an early ChangeCipherSpec, an RSA secret."""
        canned, exchanged = self.canned, b""
        alert = 10
        while True:
            kind, body = messages.record()
            if kind == wire.HEARTBEAT and canned.bleeds:
                connection.sendall(record(wire.HEARTBEAT, version, b"\x02\x40\x00" + bytes(1000)))
            elif kind == wire.ALERT:
                return
            elif kind == wire.HANDSHAKE and not exchanged and body[:1] == b"\x10":
                exchanged = body[6:]
            elif kind == wire.CHANGE and exchanged:
                alert = 51 if canned.oracle and not _padded(canned.issued().key, exchanged) else 20
            elif kind == wire.CHANGE and canned.early_ccs:
                alert, exchanged = 20, b"-"
            elif kind in (wire.CHANGE, wire.HANDSHAKE):
                connection.sendall(record(wire.ALERT, version, bytes([2, alert])))
                return


def _padded(key: object, secret: bytes) -> bool:
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    plain = pow(int.from_bytes(secret, "big"), numbers.d, numbers.public_numbers.n).to_bytes(
        key.key_size // 8, "big"
    )
    return plain[:2] == b"\x00\x02" and plain[-49:-48] == b"\x00"


def accepted(connection: socket.socket) -> Line:
    from conformance.tls.line import Direct, Meter

    class Handed(Direct):
        def dial(self, host: str, port: int, timeout: float) -> socket.socket:
            assert (host, port, bool(timeout)) == ("", 0, True)
            return connection

    return Line(Handed(), "", 0, Meter(), 5)
