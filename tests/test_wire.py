"""The wire survives whatever a peer does, within its caps of time and bytes."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Iterable

import pytest

from conformance.errors import Refused, Unreachable
from conformance.model import Request
from conformance.wire import MemoryWire, NetworkWire, Received, target
from tests.hostile import Behaviour, answer, peer


def ask(
    behave: Behaviour, *, seconds: float = 60.0, max_body: int = 100_000, timeout: float = 30.0
) -> Received:
    wire = NetworkWire(ssl.create_default_context(), timeout=timeout, max_body=max_body)
    with peer(behave) as url:
        try:
            return wire.send(Request("GET", f"{url}/a"), seconds)
        finally:
            wire.close()


def test_an_answer_arrives_whole_with_its_header_fields_in_order() -> None:
    received = ask(answer(b'{"a": 1}', "Content-Type: application/json", "X-A: 1", "X-A: 2"))
    assert (received.status, received.body) == (200, b'{"a": 1}')
    assert [value for name, value in received.headers if name == "X-A"] == ["1", "2"]


def test_a_gzip_body_is_decoded_and_its_size_on_the_wire_kept() -> None:
    packed = gzip.compress(b"x" * 5000)
    received = ask(answer(packed, "Content-Encoding: gzip"))
    assert (len(received.body), received.wire_bytes) == (5000, len(packed))


def test_a_deflate_body_is_decoded() -> None:
    assert ask(answer(zlib.compress(b"abc"), "Content-Encoding: deflate")).body == b"abc"


def test_a_decompression_bomb_stops_at_the_cap() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with pytest.raises(Unreachable, match="larger than the cap of 100000 bytes"):
        ask(answer(bomb, "Content-Encoding: gzip"))


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "x" * 500])
def test_a_content_coding_that_was_not_asked_for_is_not_decoded(coding: str) -> None:
    with pytest.raises(Unreachable, match="content coding"):
        ask(answer(b"abc", f"Content-Encoding: {coding}"))


def test_a_body_that_is_not_in_its_content_coding_is_no_answer() -> None:
    with pytest.raises(Unreachable, match="is not the gzip"):
        ask(answer(b"plain", "Content-Encoding: gzip"))


def test_an_endless_body_stops_at_the_cap() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"a" * 4096 + b"\r\n")

    with pytest.raises(Unreachable, match="larger than the cap"):
        ask(endless)


def dripping(head: bytes) -> Behaviour:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(200):
            time.sleep(0.1)
            connection.sendall(b"a")

    return drip


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"]
)
def test_a_slow_drip_ends_at_the_deadline_wherever_it_drips(head: bytes) -> None:
    clock = time.monotonic()
    with pytest.raises(Unreachable):
        ask(dripping(head), seconds=1.0)
    assert time.monotonic() - clock < 10


def silent(connection: socket.socket) -> None:
    """Says nothing until the other side hangs up."""
    connection.settimeout(60)
    connection.recv(1)


def test_silence_ends_at_the_time_out() -> None:
    clock = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        ask(silent, timeout=0.5)
    assert time.monotonic() - clock < 10


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
        b"\x16\x03\x01" * 50,
    ],
)
def test_what_is_not_http_is_no_answer(bytes_sent: bytes) -> None:
    with pytest.raises(Unreachable):
        ask(lambda connection: connection.sendall(bytes_sent))


def test_a_body_shorter_than_it_says_is_no_answer() -> None:
    with pytest.raises(Unreachable):
        ask(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))


def test_a_port_without_a_listener_is_unreachable() -> None:
    wire = NetworkWire(ssl.create_default_context(), timeout=30.0)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens
        with pytest.raises(Unreachable):
            wire.send(Request("GET", f"http://127.0.0.1:{held.getsockname()[1]}/"), 60.0)


def test_an_unknown_scheme_is_not_sent() -> None:
    wire = NetworkWire(ssl.create_default_context(), timeout=1.0)
    with pytest.raises(Refused):
        wire.send(Request("GET", "gopher://127.0.0.1/"), 2.0)


def test_the_request_target_is_sent_byte_for_byte() -> None:
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        import threading

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                seen.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        wire = NetworkWire(ssl.create_default_context(), timeout=30.0)
        wire.send(
            Request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/a/../b/%2e%2E//c;x?q=1%27&r"), 60.0
        )
        wire.close()
        thread.join()
    assert seen[0].startswith(b"GET /a/../b/%2e%2E//c;x?q=1%27&r HTTP/1.1\r\n")


def test_the_target_of_a_url_leaves_the_fragment_out() -> None:
    assert target("https://bank.example/a?b=1#c") == b"/a?b=1"


def test_a_wsgi_application_is_called_as_a_server_would() -> None:
    def app(environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        assert callable(start_response)
        start_response("201 Created", [("Content-Type", "text/plain")])
        return [str(environ["PATH_INFO"]).encode(), b"?", str(environ["QUERY_STRING"]).encode()]

    received = MemoryWire(app).send(Request("GET", "https://bank.example/x%20y?q=%20"), 1.0)
    assert (received.status, received.body) == (201, b"/x y?q=%20")
