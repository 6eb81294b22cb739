"""Peers that mean ill: each keeps a connection busy in its own way."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.tls.wire import message, record

HELLO = message(2, b"\x03\x03" + bytes(32) + b"\0\xc0\x2f\0")


def garbage(connection: socket.socket) -> None:
    connection.sendall(os.urandom(4096).replace(b"\x16", b"\x17"))


def random_records(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(record(22, 0x0303, os.urandom(200)))


def endless_handshake(connection: socket.socket) -> None:
    connection.sendall(record(22, 0x0303, HELLO))
    while True:
        connection.sendall(record(22, 0x0303, message(4, bytes(4000))))


def endless_warnings(connection: socket.socket) -> None:
    while True:
        connection.sendall(record(21, 0x0303, b"\x01\x5a") * 500)


def one_byte_a_second(connection: socket.socket) -> None:
    for byte in record(22, 0x0303, HELLO):
        connection.sendall(bytes([byte]))
        time.sleep(1)


def enormous_chain(connection: socket.socket) -> None:
    chain = b"".join((1 << 20).to_bytes(3, "big") + bytes(1 << 20) for _ in range(15))
    whole = HELLO + b"\x0b" + (len(chain) + 3).to_bytes(3, "big") + len(chain).to_bytes(3, "big") + chain
    for at in range(0, len(whole), 16000):
        connection.sendall(record(22, 0x0303, whole[at : at + 16000]))


def many_small_certificates(connection: socket.socket) -> None:
    chain = b"\0\0\x01A" * 60000
    whole = HELLO + b"\x0b" + (len(chain) + 3).to_bytes(3, "big") + len(chain).to_bytes(3, "big") + chain
    for at in range(0, len(whole), 16000):
        connection.sendall(record(22, 0x0303, whole[at : at + 16000]))
    connection.sendall(record(22, 0x0303, message(14, b"")))


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def closed_at_once(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def odd_lengths(connection: socket.socket) -> None:
    connection.sendall(record(22, 0x0303, message(2, b"\x03\x03" + bytes(32) + b"\xff\xc0\x2f\0")))


def nonsense_certificate(connection: socket.socket) -> None:
    der = os.urandom(500)
    chain = len(der).to_bytes(3, "big") + der
    sent = (
        HELLO
        + message(11, len(chain).to_bytes(3, "big") + chain)
        + message(12, b"\x03\0\x1d\x01a")
        + message(14, b"")
    )
    connection.sendall(record(22, 0x0303, sent))


def tls13_nonsense(connection: socket.socket) -> None:
    extensions = b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x24\x00\x1d\x00\x20" + os.urandom(32)
    body = b"\x03\x03" + bytes(range(32)) + b"\0\x13\x01\0" + len(extensions).to_bytes(2, "big") + extensions
    connection.sendall(record(22, 0x0303, message(2, body)) + record(23, 0x0303, os.urandom(300)))


PEERS: tuple[Callable[[socket.socket], None], ...] = (
    garbage, random_records, endless_handshake, endless_warnings, one_byte_a_second, enormous_chain,
    many_small_certificates, reset, silence, closed_at_once, odd_lengths, nonsense_certificate,
    tls13_nonsense,
)  # fmt: skip


@contextmanager
def serving(peer: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            if peer is not reset:
                connection.recv(4096)
            peer(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
