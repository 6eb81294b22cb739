"""Connections: one bounded request and answer over TCP and TLS, or into a WSGI application in memory.

Whatever a peer does, ``send`` returns or raises ``Unreachable`` before its deadline and within its byte caps.
Nothing is retried, redirected, remembered or judged here; ``tsp.py`` decides what is sent.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO, StringIO
from typing import Any, Protocol

import httpcore

from conformance.errors import Dropped, Miscoded, NoConnection, Refused, Unreachable
from conformance.model import Request

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MEBIBYTE = 1 << 20
_CHUNK = 64 * 1024
_deadline = threading.local()


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came: header fields in order, the decoded body, the body's size on the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    http_version: str
    wire_bytes: int


@dataclass(frozen=True, slots=True)
class Certified:
    """A client certificate and its key, PEM, that a request is sent under; without both, none is shown."""

    name: str
    certificate: str = ""
    key: str = field(default="", repr=False)


UNCERTIFIED = Certified("no client certificate")


class Wire(Protocol):
    """Something that sends one request and brings the answer; raises ``Unreachable``."""

    def send(self, request: Request, seconds: float) -> Received: ...

    def close(self) -> None: ...


class _Bounded(httpcore.NetworkStream):
    """A stream whose every operation also ends at the deadline of the request in hand."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, _remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    """Opens streams that keep to the deadline, without Nagle's delay."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), *(socket_options or ())]
        return _Bounded(super().connect_tcp(host, port, _remaining(timeout), local_address, options))


def _remaining(timeout: float | None) -> float:
    left: float = _deadline.at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this request is spent")
    return left if timeout is None else min(left, timeout)


class NetworkWire:
    """Sends over the network.

    ``timeout`` bounds each wait in seconds, ``max_body`` the decoded body in bytes, ``connections`` how many
    stand open at once.
    """

    def __init__(
        self, context: ssl.SSLContext, *, timeout: float, max_body: int = 16 * MEBIBYTE, connections: int = 8
    ) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=_Backend(),
        )
        self._timeout = timeout
        self._max_body = max_body
        self.context = context

    def send(self, request: Request, seconds: float) -> Received:
        _deadline.at = time.monotonic() + seconds
        try:
            response = self._pool.handle_request(_outgoing(request, self._timeout))
            try:
                return self._receive(response)
            finally:
                response.close()
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise NoConnection(_words(error)) from error
        except httpcore.TimeoutException as error:
            raise Unreachable(f"no complete answer in time: {_words(error)}") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
            raise Dropped(_words(error)) from error
        except (httpcore.UnsupportedProtocol, UnicodeError) as error:
            raise Refused(f"{request.url!r} is no address that can be sent to: {error}") from error

    def _receive(self, response: httpcore.Response) -> Received:
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers)
        coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
        body, wire_bytes = decoded(response.iter_stream(), coding, self._max_body)
        version = bytes(response.extensions.get("http_version", b"HTTP/1.1")).decode("ascii", "replace")
        return Received(response.status, headers, body, version, wire_bytes)

    def close(self) -> None:
        self._pool.close()


class MemoryWire:
    """Calls a WSGI application in this process; ``environ`` is added to every call.

    ``clock`` is the application's own, where it has one that stands still until it is told to ``sleep``.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        environ: dict[str, str] | None = None,
        max_body: int = 16 * MEBIBYTE,
        clock: Any = None,
    ) -> None:
        self.clock = clock
        self.port = 49152
        """The client's port; another one stands for a new connection."""
        self.version = "1.1"
        """The version of HTTP that requests are said to be written in."""
        self._app = app
        self._environ = environ or {}
        self._max_body = max_body

    def showing(self, certified: Certified) -> MemoryWire:
        """A wire to the same application that shows another client certificate, or none."""
        shown = {k: v for k, v in self._environ.items() if k != "SSL_CLIENT_CERT"}
        if certified.certificate:
            shown["SSL_CLIENT_CERT"] = certified.certificate
        return MemoryWire(self._app, environ=shown, max_body=self._max_body)

    def send(self, request: Request, seconds: float) -> Received:
        _deadline.at = time.monotonic() + seconds
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            started.extend([status, headers])

        chunks = self._app(self._environment(request), start_response)
        try:
            pieces = iter(chunks)
            first = next(pieces, b"")
            status, headers = started[0], [(str(k), str(v)) for k, v in started[1]]
            coding = next((v for k, v in headers if k.lower() == "content-encoding"), "")
            body, size = decoded(_chained(first, pieces), coding, self._max_body)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return Received(int(status.split()[0]), tuple(headers), body, "HTTP/1.1", size)

    def _environment(self, request: Request) -> dict[str, Any]:
        parts = urllib.parse.urlsplit(request.url)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(parts.path or "/").decode("latin-1"),
            "RAW_URI": target(request.url).decode("latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": parts.hostname or "localhost",
            "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_PORT": str(self.port),
            "HTTP_HOST": parts.netloc,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": BytesIO(request.body),
            "wsgi.errors": StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **self._environ,
        }
        if request.header("Content-Length") is None:
            environ["CONTENT_LENGTH"] = str(len(request.body))
        for name, value in request.headers:
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ and key != "HTTP_HOST" else value
        if not request.body:
            environ.pop("CONTENT_LENGTH", None)
        return environ

    def close(self) -> None:
        """Nothing stays open."""


def target(url: str) -> bytes:
    """The request target of a URL exactly as written: path and query, without the fragment."""
    parts = urllib.parse.urlsplit(url)
    text = (parts.path or "/") + (f"?{parts.query}" if parts.query or url.endswith("?") else "")
    return text.encode("utf-8")


def _outgoing(request: Request, timeout: float) -> httpcore.Request:
    """The request with its target byte for byte as written, and the framing that it does not bring itself."""
    parts = urllib.parse.urlsplit(request.url)
    authority = parts.netloc.rpartition("@")[2]
    headers = [(name.encode("utf-8"), value.encode("utf-8")) for name, value in request.headers]
    names = {name.lower() for name, _ in request.headers}
    if "host" not in names:
        headers.insert(0, (b"Host", authority.encode("idna" if authority.isascii() else "utf-8")))
    framed = "content-length" in names or "transfer-encoding" in names
    if not framed and (request.body or request.method in ("POST", "PUT", "PATCH")):
        headers.append((b"Content-Length", str(len(request.body)).encode()))
    scheme, host, port = _origin(f"{parts.scheme}://{authority}/")
    return httpcore.Request(
        method=request.method.encode("utf-8"),
        url=httpcore.URL(scheme=scheme, host=host, port=port, target=target(request.url)),
        headers=headers,
        content=(request.body,) if request.body else (),
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)},
    )


_PLAIN = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,4}|[1-5][0-9]{4}))?/")


@lru_cache(maxsize=256)
def _origin(url: str) -> tuple[bytes, bytes, int | None]:
    """Scheme, host and port as they are dialled. Raises ``Refused``."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None and "xn--" not in url and "." in plain[2]:
        return plain[1].encode(), plain[2].encode(), int(plain[3]) if plain[3] else None
    # Imported late: it costs a fifth of a second and eight megabytes, and few hosts have such names.
    import httpx

    try:
        origin = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Refused(f"{url!r} is no address that can be sent to: {error}") from error
    return origin.raw_scheme, origin.raw_host, origin.port


def decoded(pieces: Iterable[bytes], coding: str, limit: int) -> tuple[bytes, int]:
    """The body after its content coding, and its size before; raises ``Unreachable`` past ``limit`` bytes."""
    inflate = _inflater(coding)
    body = bytearray()
    size = 0
    for piece in pieces:
        size += len(piece)
        data = piece
        while data:
            if inflate is None:
                body += data
                data = b""
            else:
                try:
                    body += inflate.decompress(data, _CHUNK)
                except zlib.error as error:
                    raise Miscoded(f"the body is not the {coding} that its Content-Encoding says") from error
                data = inflate.unconsumed_tail
            if len(body) > limit or size > limit:
                raise Unreachable(f"the body is larger than the cap of {limit} bytes")
        if time.monotonic() > getattr(_deadline, "at", float("inf")):
            raise Unreachable("no complete answer in time: the body did not end")
    return bytes(body), size


def _inflater(coding: str) -> Any:
    name = coding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if name == "deflate":
        return zlib.decompressobj()
    raise Unreachable(f"the body has a content coding that was not asked for: {coding[:60]!r}")


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


_NUMBERED = re.compile(r"^\[Errno -?\d+\] ")


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return _NUMBERED.sub("", text)[:300]
