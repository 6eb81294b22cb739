"""Servers of our own that go through whole handshakes, to be wrong in what no TLS library is wrong in.

They are canned servers up to the key exchange, which here is a real one, over X25519 with an RSA certificate.
"""

from __future__ import annotations

import hmac
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from conformance.tls import suites, wire
from conformance.tls.agreement import Agreement
from conformance.tls.codes import TLS12
from conformance.tls.line import Fault
from conformance.tls.secrets import (
    Aead13,
    Cbc12,
    Sealed,
    aead13,
    digest,
    expand,
    hash_name,
    prf,
    protection12,
)
from conformance.tls.wire import Messages, Reader, message, record, vector, words
from tests.tls.authority import NOW, ROOT
from tests.tls.canned import Canned, CannedServer, Offer, accepted, codes
from tests.tls.stacks import JSON

CBC = codes("ECDHE_RSA_WITH_AES_128_CBC_SHA256")


class Careless(Cbc12):
    """Reads records as SSL 3.0 did: the last byte says how much padding there is, whatever the rest is."""

    def open(self, kind: int, body: bytes) -> bytes:
        return self._checked(kind, body, padding_counts=False)

    def _checked(self, kind: int, body: bytes, *, padding_counts: bool) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        cipher = Cipher(algorithms.AES(self.key), modes.CBC(body[:16])).decryptor()
        padded = cipher.update(body[16:]) + cipher.finalize()
        pad, size = padded[-1], hashes.SHA256.digest_size
        end = len(padded) - pad - 1 - size
        if padding_counts and padded[-pad - 1 :] != bytes([pad]) * (pad + 1):
            raise Fault("padding")
        if end < 0 or padded[end : end + size] != self._tag(kind, padded[:end]):
            raise Fault("mac")
        return padded[:end]


class Talkative(Careless):
    """Checks both, and lets it be known which was wrong."""

    def open(self, kind: int, body: bytes) -> bytes:
        return self._checked(kind, body, padding_counts=True)


@dataclass
class Keys:
    """What a handshake has come to: the server's direction first."""

    out: Sealed
    incoming: Sealed


class Whole12(CannedServer):
    """A TLS 1.2 server with one GCM and one CBC suite; ``reader`` reads the client's CBC records."""

    def __init__(self, reader: type[Cbc12]) -> None:
        super().__init__(Canned(versions={0x0303: (0xC02F, *CBC)}))
        self.reader = reader

    def flight(
        self, connection: socket.socket, messages: Messages, offer: Offer, version: int, fitting: list[int]
    ) -> None:
        if wire.ENCRYPT_THEN_MAC in offer.extensions or wire.EXTENDED_SECRET not in offer.extensions:
            return super().flight(connection, messages, offer, version, fitting)
        groups = offer.extensions.get(wire.GROUPS, b"\0\0")[2:]
        if words((0x1D,)) not in [groups[at : at + 2] for at in range(0, len(groups), 2)]:
            return super().flight(connection, messages, offer, version, fitting)
        half, random, issued = Agreement(0x1D), os.urandom(32), self.canned.issued()
        assert isinstance(issued.key, rsa.RSAPrivateKey)
        share = b"\x03" + words((0x1D,)) + vector(half.public, 1)
        sign = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        signature = issued.key.sign(offer.random + random + share, sign, hashes.SHA256())
        extensions = b"".join(
            words((kind,)) + vector(body, 2)
            for kind, body in ((wire.EXTENDED_SECRET, b""), (wire.RENEGOTIATION, b"\0"))
        )
        hello = words((TLS12,)) + random + b"\0" + words((fitting[0],)) + b"\0" + vector(extensions, 2)
        chain = vector(issued.certificate.public_bytes(Encoding.DER), 3)
        flight = message(2, hello) + message(11, vector(chain, 3))
        flight += message(12, share + words((0x0804,)) + vector(signature, 2)) + message(14, b"")
        connection.sendall(record(wire.HANDSHAKE, TLS12, flight))
        kind, body = messages.next()
        if kind != 16:
            return None
        chosen = suites.suite(fitting[0])
        transcript = offer.message + flight + message(kind, body)
        name = hash_name(chosen)
        secret = half.secret(Reader(body).vector(1))
        master = prf(name, secret, b"extended master secret", digest(name, transcript), 48)
        theirs, ours = protection12(chosen, master, offer.random, random)
        if isinstance(theirs, Cbc12):
            theirs = self.reader(theirs.key, theirs.mac, theirs.name)
        return self._finish(connection, messages, Keys(ours, theirs), (name, master, transcript))

    def _finish(
        self, connection: socket.socket, messages: Messages, keys: Keys, state: tuple[str, bytes, bytes]
    ) -> None:
        name, master, transcript = state
        kind, body = messages.record()
        kind, body = messages.record()
        finished = keys.incoming.open(kind, body)
        verify = prf(name, master, b"server finished", digest(name, transcript + finished), 12)
        sealed = keys.out.seal(wire.HANDSHAKE, message(20, verify))
        connection.sendall(record(wire.CHANGE, TLS12, b"\x01") + record(wire.HANDSHAKE, TLS12, sealed))
        kind, body = messages.record()
        try:
            plain = keys.incoming.open(kind, body)
        except Fault as wrong:
            alert = b"\x02\x15" if wrong.kind == "padding" else b"\x02\x14"
            connection.sendall(record(wire.ALERT, TLS12, keys.out.seal(wire.ALERT, alert)))
            return
        if kind == wire.DATA and plain.startswith(b"GET"):
            connection.sendall(record(wire.DATA, TLS12, keys.out.seal(wire.DATA, JSON)))


@contextmanager
def whole12(reader: type[Cbc12]) -> Iterator[int]:
    running = Whole12(reader)
    running.start()
    try:
        yield running.port
    finally:
        running.close()


class Whole13(CannedServer):
    """A TLS 1.3 server that asks for client certificates, and greets before it has seen one."""

    def __init__(self) -> None:
        super().__init__(Canned(versions={0x0304: (0x1301,)}, groups=(0x1D,)))

    def retry(self, connection: socket.socket, offer: Offer, chosen: int) -> None:
        share = offer.extensions[wire.KEY_SHARE][2:]
        if share[:2] != words((0x1D,)):
            return super().retry(connection, offer, chosen)
        half, name = Agreement(0x1D), "sha256"
        extensions = words((wire.SUPPORTED_VERSIONS,)) + vector(b"\x03\x04", 2)
        extensions += words((wire.KEY_SHARE,)) + vector(words((0x1D,)) + vector(half.public, 2), 2)
        hello = message(
            2,
            b"\x03\x03"
            + os.urandom(32)
            + vector(offer.session, 1)
            + words((chosen,))
            + b"\0"
            + vector(extensions, 2),
        )
        zero = bytes(32)
        early = hmac.digest(zero, zero, name)

        def derived(secret: bytes, label: str, transcript: bytes) -> bytes:
            return expand(name, secret, label, digest(name, transcript), 32)

        handshake = hmac.digest(derived(early, "derived", b""), half.secret(share[4:]), name)
        transcript = offer.message + hello
        theirs = derived(handshake, "c hs traffic", transcript)
        ours = derived(handshake, "s hs traffic", transcript)
        master = hmac.digest(derived(handshake, "derived", b""), zero, name)
        flight = self._flight(transcript, ours)
        sealed = aead13(suites.suite(chosen), ours).seal(wire.HANDSHAKE, flight)
        connection.sendall(record(wire.HANDSHAKE, TLS12, hello) + record(wire.DATA, TLS12, sealed))
        transcript += flight
        out = aead13(suites.suite(chosen), derived(master, "s ap traffic", transcript))
        greeting = out.seal(wire.DATA, b"welcome, customer 4711\r\n")
        connection.sendall(record(wire.DATA, TLS12, greeting))
        incoming = aead13(suites.suite(chosen), derived(master, "c ap traffic", transcript))
        client = aead13(suites.suite(chosen), theirs)
        messages = Messages(accepted(connection))
        shown = self._shown(messages, client)
        refused = not shown or not _vouched(shown)
        if refused:
            connection.sendall(record(wire.DATA, TLS12, out.seal(wire.ALERT, b"\x02\x2a")))
            return None
        while True:
            kind, body = messages.record()
            if incoming.open(kind, body).startswith(b"GET"):
                connection.sendall(record(wire.DATA, TLS12, out.seal(wire.DATA, JSON)))
                return None

    def _flight(self, transcript: bytes, ours: bytes) -> bytes:
        issued = self.canned.issued()
        assert isinstance(issued.key, rsa.RSAPrivateKey)
        named = vector(ROOT.certificate.subject.public_bytes(), 2)
        asked = words((wire.SCHEME_LIST,)) + vector(vector(words((0x0403, 0x0804)), 2), 2)
        asked += words((wire.AUTHORITIES,)) + vector(vector(named, 2), 2)
        entry = vector(issued.certificate.public_bytes(Encoding.DER), 3) + b"\0\0"
        flight = message(8, b"\0\0") + message(13, b"\0" + vector(asked, 2))
        flight += message(11, b"\0" + vector(entry, 3))
        signed = b" " * 64 + b"TLS 1.3, server CertificateVerify\0" + digest("sha256", transcript + flight)
        sign = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        signature = issued.key.sign(signed, sign, hashes.SHA256())
        flight += message(15, words((0x0804,)) + vector(signature, 2))
        key = expand("sha256", ours, "finished", b"", 32)
        return flight + message(20, hmac.digest(key, digest("sha256", transcript + flight), "sha256"))

    @staticmethod
    def _shown(messages: Messages, client: Aead13) -> bytes:
        """The client's certificate; empty for none."""
        while True:
            kind, body = messages.record()
            if kind != wire.DATA:
                continue
            reader = Reader(client.open(kind, body).rstrip(b"\0")[:-1])
            assert reader.number(1) == 11
            inner = Reader(reader.vector(3))
            inner.vector(1)
            entries = Reader(inner.vector(3))
            return entries.vector(3) if entries.left else b""


def _vouched(der: bytes) -> bool:
    """Whether the root has issued a client's certificate that is valid now."""
    certificate = x509.load_der_x509_certificate(der)
    try:
        certificate.verify_directly_issued_by(ROOT.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage and certificate.not_valid_after_utc > NOW


@contextmanager
def whole13() -> Iterator[int]:
    running = Whole13()
    running.start()
    try:
        yield running.port
    finally:
        running.close()
