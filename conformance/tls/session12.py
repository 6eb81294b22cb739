"""A TLS 1.2 connection, complete: key exchange, Finished, tickets, renegotiation, application data.

Source: RFC 5246, RFC 7627, RFC 5077. Certificates are not judged here; facts are taken from any server.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from conformance.tls import wire
from conformance.tls.agreement import Agreement
from conformance.tls.codes import TLS12
from conformance.tls.identity import Identity, choose
from conformance.tls.line import Fault, Line
from conformance.tls.secrets import Sealed, digest, hash_name, prf, protection12
from conformance.tls.suites import suite
from conformance.tls.wire import Flight, Hello, Messages, Reader, message, record, vector, words


@dataclass(frozen=True, slots=True)
class Session12:
    """What is needed to resume: the ticket, the id, and the secret behind them. ``lifetime`` in seconds."""

    suite: int
    session: bytes
    ticket: bytes
    lifetime: int
    master: bytes
    extended: bool


class Shielded(Messages):
    """The records of a line, decrypted once there are keys."""

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self.incoming: Sealed | None = None

    def record(self) -> tuple[int, bytes]:
        kind, body = super().record()
        return kind, self.incoming.open(kind, body) if self.incoming else body


class Connection12:
    """A client's TLS 1.2 connection. ``open`` runs the whole handshake, and another within the first when it
    is called again; raises ``Alert`` and ``Fault``."""

    def __init__(self, line: Line, identity: Identity | None = None) -> None:
        self.line = line
        self.identity = identity
        self.messages = Shielded(line)
        self.flight: Flight | None = None
        self.early = 0
        self._ticket = b""
        self._lifetime = 0
        self.outgoing: Sealed | None = None
        """What protects our records, once the handshake is through."""
        self.session: Session12 | None = None
        self.verify = b""

    def open(self, hello: Hello) -> Session12:
        before = self.outgoing
        self.line.send(self._sealed(hello) if before else hello.record())
        flight = self.flight = wire.read_flight(self.messages)
        if flight.hello.version != TLS12:
            raise Fault("unsupported", "the server chose a version other than TLS 1.2")
        chosen, name = suite(flight.hello.suite), hash_name(suite(flight.hello.suite))
        transcript = hello.message() + flight.transcript
        body, premaster = self._exchange(flight)
        ours = b""
        if flight.asks_certificate:
            chain = self.identity.chain if self.identity else ()
            ours += message(11, vector(b"".join(vector(one, 3) for one in chain), 3))
        ours += message(16, body)
        transcript += ours
        extended = wire.EXTENDED_SECRET in flight.hello.extensions
        if extended:
            master = prf(name, premaster, b"extended master secret", digest(name, transcript), 48)
        else:
            master = prf(name, premaster, b"master secret", hello.random + flight.hello.random, 48)
        if flight.asks_certificate and self.identity:
            scheme = choose(self.identity, (), False)
            proof = message(15, words((scheme,)) + vector(self.identity.sign(scheme, transcript), 2))
            ours += proof
            transcript += proof
        self.outgoing, incoming = protection12(chosen, master, hello.random, flight.hello.random)
        self.verify = prf(name, master, b"client finished", digest(name, transcript), 12)
        finished = message(20, self.verify)
        change = b"\x01"
        if before:
            ours, change = before.seal(wire.HANDSHAKE, ours), before.seal(wire.CHANGE, change)
        self.line.send(
            record(wire.HANDSHAKE, TLS12, ours)
            + record(wire.CHANGE, TLS12, change)
            + record(wire.HANDSHAKE, TLS12, self.outgoing.seal(wire.HANDSHAKE, finished))
        )
        self._finish(incoming)
        self.session = Session12(
            flight.hello.suite, flight.hello.session, self._ticket, self._lifetime, master, extended
        )
        return self.session

    def resume(self, hello: Hello, session: Session12) -> bool:
        """Offers a session; whether the server takes it up. The connection is ready for data when it does.

        A server that does repeats the session id of the hello, with a ticket too (RFC 5077 section 3.4).
        """
        self.line.send(hello.record())
        kind, body = self.messages.next()
        if kind != 2:
            raise Fault("garbage", f"handshake message {kind} where a ServerHello belongs")
        answer = wire.read_server_hello(body)
        if answer.version != TLS12 or answer.suite != session.suite or answer.session != hello.session:
            return False
        transcript = hello.message() + message(kind, body)
        while True:
            kind, body = self.messages.record()
            if kind == wire.CHANGE:
                break
            if kind != wire.HANDSHAKE or body[:1] != b"\x04":
                return False
            transcript += body
        chosen, name = suite(answer.suite), hash_name(suite(answer.suite))
        out, incoming = protection12(chosen, session.master, hello.random, answer.random)
        kind, body = self.messages.record()
        finished = incoming.open(kind, body)
        self.messages.incoming, self.outgoing = incoming, out
        self.verify = prf(name, session.master, b"client finished", digest(name, transcript + finished), 12)
        self.line.send(
            record(wire.CHANGE, TLS12, b"\x01")
            + record(wire.HANDSHAKE, TLS12, out.seal(wire.HANDSHAKE, message(20, self.verify)))
        )
        return True

    def _exchange(self, flight: Flight) -> tuple[bytes, bytes]:
        chosen = suite(flight.hello.suite)
        if chosen.key_exchange == "ECDHE":
            reader = Reader(flight.key_exchange)
            reader.take(3)
            half = Agreement(flight.group)
            return vector(half.public, 1), half.secret(reader.vector(1))
        if chosen.key_exchange in ("DHE", "DH"):
            reader = Reader(flight.key_exchange)
            prime, base, theirs = (int.from_bytes(reader.vector(2), "big") for _ in range(3))
            if not 256 <= prime.bit_length() <= 8192 or not 1 < theirs < prime:
                raise Fault("garbage", "the server's Diffie-Hellman parameters")
            ours = int.from_bytes(os.urandom(32), "big")
            secret = pow(theirs, ours, prime)
            return vector(_number(pow(base, ours, prime)), 2), _number(secret)
        if chosen.key_exchange == "RSA" and flight.chain:
            premaster = words((TLS12,)) + os.urandom(46)
            return vector(encrypt(flight.chain[0], premaster), 2), premaster
        raise Fault("unsupported", f"{chosen} is not spoken to the end")

    def _finish(self, incoming: Sealed) -> None:
        while True:
            kind, body = self.messages.record()
            if kind == wire.ALERT and len(body) == 2:
                raise wire.Alert(body[0], body[1])
            if kind == wire.CHANGE:
                break
            if kind == wire.DATA:
                self.early += len(body)
            if kind == wire.HANDSHAKE and body[:1] == b"\x04":
                reader = Reader(body[4:])
                self._lifetime = reader.number(4)
                self._ticket = reader.vector(2)
        self.messages.incoming = incoming
        kind, body = self.receive()
        if kind != wire.HANDSHAKE or body[:1] != b"\x14":
            raise Fault("garbage", "no Finished message")

    def send(self, kind: int, data: bytes) -> None:
        assert self.outgoing is not None
        self.line.send(record(kind, TLS12, self.outgoing.seal(kind, data)))

    def receive(self) -> tuple[int, bytes]:
        """The next record, decrypted; raises ``Alert`` for a fatal one, ``Fault`` closed at the end."""
        kind, body = self.messages.record()
        if kind == wire.ALERT and len(body) == 2 and (body[0] == 2 or body[1] == 0):
            raise wire.Alert(body[0], body[1])
        return kind, body

    def leave(self) -> None:
        """Says goodbye, which some servers wait for; raises nothing."""
        try:
            self.send(wire.ALERT, b"\x01\x00")
        except Fault:
            return

    def part(self, patience: float) -> None:
        """Says goodbye and waits at most so many seconds until the server has hung up; raises nothing.

        A server that is cut off in the middle of its own goodbye forgets the session, and one that has not
        come to its end may not have stored it yet.
        """
        self.leave()
        self.line.shorten(patience)
        try:
            self.line.hang_up()
        except Fault:
            return

    def _sealed(self, hello: Hello) -> bytes:
        assert self.outgoing is not None
        return record(wire.HANDSHAKE, TLS12, self.outgoing.seal(wire.HANDSHAKE, hello.message()))

    def renegotiates(self, hello: Hello) -> bool:
        """Whether the server begins a second handshake when the client asks for one within the connection."""
        assert self.outgoing is not None
        self.line.send(
            self._sealed(hello) + record(wire.ALERT, TLS12, self.outgoing.seal(wire.ALERT, b"\x01\x00"))
        )
        try:
            while True:
                kind, body = self.receive()
                if kind == wire.ALERT:
                    return False
                if kind == wire.HANDSHAKE:
                    return body[:1] == b"\x02"
        except (wire.Alert, Fault):
            return False


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8 or 1, "big")


def encrypt(certificate: bytes, data: bytes) -> bytes:
    """``data`` under the RSA key of a certificate; raises ``Fault`` unsupported when it has none."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise Fault("garbage", f"the server's certificate: {error}") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise Fault("unsupported", "the certificate has no RSA key")
    return key.encrypt(data, padding.PKCS1v15())
