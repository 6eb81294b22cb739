"""A box in front of a right server that leaks what it should not: Ticketbleed."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.tls.wire import message, record
from tests.tls.stacks import openssl


@contextmanager
def ticketbleed() -> Iterator[int]:
    """A right server behind a box that answers a short session id with a long one."""
    with openssl("-cipher", "ECDHE+AESGCM", "-tls1_2")() as behind:
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=_leaky_box, args=(listener, behind), daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(5)


def _leaky_box(listener: socket.socket, behind: int) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        client.settimeout(3)
        try:
            with client:
                _relay(client, behind)
        except OSError:
            continue


def _relay(client: socket.socket, behind: int) -> None:
    first = client.recv(65536)
    session = first[44 : 44 + first[43]] if len(first) > 44 else b""
    if 0 < len(session) < 32:
        body = b"\x03\x03" + bytes(32) + b"\x20" + session + b"\x7e" * (32 - len(session)) + b"\xc0\x30\0"
        client.sendall(record(22, 0x0303, message(2, body)))
        return
    with socket.create_connection(("127.0.0.1", behind), 3) as server:
        server.sendall(first)
        while True:
            ready, _, _ = select.select([client, server], [], [], 3)
            if not ready:
                return
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                (server if one is client else client).sendall(data)
