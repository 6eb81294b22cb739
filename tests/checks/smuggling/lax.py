"""A server of HTTP/1.1 that refuses whatever could be read in two ways, but for one thing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

DEFECTS = {
    "last length wins": "repeated_lengths_refused",
    "first length wins": "repeated_lengths_refused",
    "signed length": "repeated_lengths_refused",
    "unknown coding ignored": "obscured_coding_refused",
    "folded line ignored": "folded_coding_refused",
    "line feed in a value": "line_feed_refused",
    "field with a space ignored": "space_before_colon_refused",
    "chunk size as in a program": "chunk_sizes_exact",
    "chunk size wraps": "chunk_sizes_exact",
    "body in chunks left": "bodies_not_left_over",
}
"""What the server lets pass, and the check that must say so."""


class Refusal(Exception):
    """The request is answered 400, and the connection ends."""


@contextmanager
def lax(defect: str = "") -> Iterator[str]:
    """Serves on loopback until the block ends; gives the URL."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=_accept, args=(listening, defect), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def _accept(listening: socket.socket, defect: str) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, defect), daemon=True).start()


def _serve(connection: socket.socket, defect: str) -> None:
    with connection, suppress(OSError, EOFError):
        stream = _Stream(connection)
        while True:
            try:
                method = _request(stream, defect)
            except (Refusal, ValueError):
                connection.sendall(
                    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            status = b"200 OK" if method == "GET" else b"404 Not Found"
            connection.sendall(
                b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            )


class _Stream:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.kept = b""

    def until(self, mark: bytes) -> bytes:
        while mark not in self.kept:
            self._more()
        found, _, self.kept = self.kept.partition(mark)
        return found

    def exactly(self, count: int) -> bytes:
        while len(self.kept) < count:
            self._more()
        found, self.kept = self.kept[:count], self.kept[count:]
        return found

    def _more(self) -> None:
        data = self.connection.recv(65536)
        if not data:
            raise EOFError
        self.kept += data


def _request(stream: _Stream, defect: str) -> str:
    """Reads one request to its end; gives its method."""
    line = stream.until(b"\r\n")
    while not line:
        line = stream.until(b"\r\n")
    if line.count(b" ") != 2:
        raise Refusal
    lengths, codings = _fields(stream, defect)
    if codings:
        if lengths or codings != [b"chunked"]:
            raise Refusal
        if defect != "body in chunks left":
            _chunks(stream, defect)
    elif lengths:
        stream.exactly(_length(lengths, defect))
    return line.partition(b" ")[0].decode()


def _fields(stream: _Stream, defect: str) -> tuple[list[bytes], list[bytes]]:
    """The values of the fields that tell where the request ends."""
    lengths: list[bytes] = []
    codings: list[bytes] = []
    while line := stream.until(b"\r\n"):
        name, _, value = line.partition(b":")
        if b"\n" in line and defect != "line feed in a value":
            raise Refusal
        if {0, 11} & set(line) and defect != "unknown coding ignored":
            raise Refusal
        if line[:1] in b" \t":
            if defect != "folded line ignored":
                raise Refusal
            codings = [coding for coding in codings if coding]
            continue
        if name != name.strip():
            if defect != "field with a space ignored":
                raise Refusal
            continue
        value = value.strip(b" \t")
        if name.lower() == b"content-length":
            lengths.append(value)
        elif name.lower() == b"transfer-encoding" and not (
            defect == "unknown coding ignored" and value != b"chunked"
        ):
            codings.append(value)
    return lengths, codings


def _length(values: list[bytes], defect: str) -> int:
    if defect == "last length wins":
        return _digits(values[-1])
    if defect == "first length wins":
        return _digits(values[0])
    if len(set(values)) > 1:
        raise Refusal
    return int(values[0]) if defect == "signed length" else _digits(values[0])


def _digits(value: bytes) -> int:
    if not value.isdigit():
        raise Refusal
    return int(value)


def _chunks(stream: _Stream, defect: str) -> None:
    while size := _size(stream.until(b"\r\n"), defect):
        stream.exactly(size)
        if stream.exactly(2) != b"\r\n":
            raise Refusal
    if stream.until(b"\r\n"):
        raise Refusal


def _size(text: bytes, defect: str) -> int:
    if defect == "chunk size as in a program":
        return int(text, 16) if len(text) < 16 else int(_refuse())
    if not all(letter in b"0123456789abcdefABCDEF" for letter in text) or not text:
        raise Refusal
    size = int(text, 16)
    if defect == "chunk size wraps":
        return size % (1 << 64)
    return size if size < 1 << 20 else int(_refuse())


def _refuse() -> int:
    raise Refusal
