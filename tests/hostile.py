"""A peer on loopback that does to each connection what a function says, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]


@contextmanager
def peer(behave: Behaviour, connections: int = 50) -> Iterator[str]:
    """The base URL of a server that hands each connection, its request read, to ``behave``."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def attend(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            connection.recv(65536)
            behave(connection)

    def accept() -> None:
        for _ in range(connections):
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            if stopped.is_set():
                connection.close()
                return
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        with suppress(OSError):
            socket.create_connection(listener.getsockname(), timeout=1).close()
        listener.close()
        thread.join(2)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> Behaviour:
    """Answers every request with these bytes, then closes."""
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""])

    def behave(connection: socket.socket) -> None:
        connection.sendall(head.encode("latin-1") + body)

    return behave
