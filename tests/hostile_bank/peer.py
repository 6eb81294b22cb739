"""A bank on loopback that answers each request as a function says, and a port that must hear nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

CONNECTIONS = 2000


@dataclass(slots=True)
class Call:
    """One request that came in, and where everybody stands: ``trap`` is a port that nobody may ask."""

    connection: socket.socket
    head: str
    port: int
    trap: int
    number: int

    @property
    def path(self) -> str:
        return [*self.head.split(" ", 2), "", ""][1]

    def header(self, name: str) -> str:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.strip().lower() == name.lower():
                return value.strip()
        return ""

    def send(self, *pieces: bytes | str) -> None:
        for piece in pieces:
            self.connection.sendall(piece.encode("latin-1") if isinstance(piece, str) else piece)

    def answer(self, body: bytes | str, *headers: str, status: str = "200 OK") -> None:
        """One whole answer, as JSON unless a header says otherwise."""
        sent = body.encode() if isinstance(body, str) else body
        kind = (
            ()
            if any(h.lower().startswith("content-type") for h in headers)
            else ("Content-Type: application/json",)
        )
        lines = [
            f"HTTP/1.1 {status}",
            *kind,
            *headers,
            f"Content-Length: {len(sent)}",
            "Connection: close",
            "",
            "",
        ]
        self.send("\r\n".join(lines), sent)


Behaviour = Callable[[Call], None]


@contextmanager
def serving(behave: Behaviour, trap: int) -> Iterator[int]:
    """The port of a bank that hands each request to ``behave``."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = int(listener.getsockname()[1])
    counter = iter(range(CONNECTIONS))

    def attend(connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError, ValueError):
            connection.settimeout(8)
            head = b""
            while b"\r\n\r\n" not in head and len(head) < 1 << 20:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            behave(Call(connection, head.decode("latin-1"), port, trap, number))

    def accept() -> None:
        for number in counter:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=attend, args=(connection, number), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextmanager
def trapped() -> Iterator[tuple[int, list[object]]]:
    """A port of somebody else, and the connections that it has heard."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[object] = []

    def accept() -> None:
        while True:
            try:
                connection, address = listener.accept()
            except OSError:
                return
            heard.append(address)
            connection.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1]), heard
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
