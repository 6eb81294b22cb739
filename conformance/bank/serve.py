"""Serving a WSGI application on loopback, over TLS, mutual TLS or plain http."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
from types import TracebackType
from typing import Any
from wsgiref.types import WSGIApplication

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest
from cheroot.ssl import Adapter
from cheroot.wsgi import Server

from conformance.bank.tls import Tls

HANDSHAKE_SECONDS = 5.0
_log = logging.getLogger(__name__)


class serve:  # noqa: N801 - reads as a verb: `with serve(app, tls=Tls.fresh()) as url`
    """Serve an application until the block ends; entering gives the URL without a slash at its end.

    `port` 0 takes a free one. Without `tls` the server speaks plain http. With `tls` each request carries the
    client's certificate, when it sent one, as PEM in the environ under SSL_CLIENT_CERT.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        tls: Tls | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        threads: int = 16,
        idle: float = 30.0,
    ) -> None:
        self.context = tls.context() if tls else None
        self._scheme = "https" if tls else "http"
        self._server = _Server((host, port), app, numthreads=threads, server_name="bank", shutdown_timeout=1)
        self._server.request_queue_size = 512
        self._server.timeout = idle
        self._server.keep_alive_conn_limit = 1024
        # The selector looks for idle connections this often, and wakes on traffic at once.
        self._server.expiration_interval = 0.05
        self._server.ConnectionClass = _Connection
        if self.context:
            self._server.ssl_adapter = _Handshakes(self.context)
            self._server.ConnectionClass = _SecureConnection
        self._thread = threading.Thread(target=self._server.serve, name="bank", daemon=True)

    def __enter__(self) -> str:
        self._server.prepare()
        self._thread.start()
        return self.url

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address that is served, known once the block has begun."""
        host, port = self._server.bind_addr
        return f"{self._scheme}://{host}:{port}"

    def trust(self, certificate: str) -> None:
        """Accept one more client certificate or authority (PEM) from the next handshake on."""
        if self.context:
            self.context.load_verify_locations(cadata=certificate)


class _Server(Server):
    """Reports to the log of this module, where the original writes to stderr.

    A client that leaves in the middle of an answer is no fault of the bank, and not worth a word. One that
    connects and says nothing waits beside the connections that are kept, and holds no worker.
    """

    def process_conn(self, conn: _Connection) -> None:
        if conn.silent:
            conn.silent = False
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        left = isinstance(sys.exc_info()[1], OSError)
        _log.log(logging.DEBUG if left else level, "%s", msg, exc_info=traceback)


class _Handshakes(Adapter):
    """Wraps accepted sockets without shaking hands: that waits for the client and belongs in a worker."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        secure = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return secure, {}

    def get_environ(self) -> dict[str, str]:
        return {}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = 65536) -> Any:
        return (StreamReader if "r" in mode else StreamWriter)(sock, mode, bufsize)


class _Fields(dict[bytes, bytes]):
    """The header fields of a request, of which one tells its length, in digits, and no other differs."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if name == b"Content-Length" and (not value.isdigit() or self.get(name, value) != value):
            raise ValueError("Content-Length is one number.")
        super().__setitem__(name, value)


class _Reader(HeaderReader):
    """Takes no white space before the colon (RFC 9112, 5.1)."""

    def _transform_key(self, key_name: bytes) -> bytes:
        if key_name != key_name.strip():
            raise ValueError("White space stands before a colon.")
        return key_name.title()


class _Request(HTTPRequest):
    """Refuses what two servers could read in two ways, which the original lets pass.

    What a bank leaves unread of a body in chunks would be taken for the next request, so that there is none.
    """

    header_reader = _Reader()

    def read_request_headers(self) -> bool:
        self.inheaders = _Fields()
        good = bool(super().read_request_headers())  # type: ignore[no-untyped-call]
        self.close_connection = self.close_connection or bool(getattr(self, "chunked_read", False))
        return good


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request
    silent = True
    """Until its first byte has come."""


class _SecureConnection(_Connection):
    """Shakes hands before the first request and remembers the client's certificate."""

    def communicate(self) -> bool:
        if self.ssl_env == {}:
            try:
                self.socket.settimeout(HANDSHAKE_SECONDS)
                self.socket.do_handshake()
            except OSError as refused:
                _log.debug("handshake failed: %s", refused)
                return False
            self.socket.settimeout(self.server.timeout)
            self.ssl_env = _environ(self.socket)
            if not self.socket.pending():
                return True  # the first request may be long in coming
        try:
            return bool(super().communicate())  # type: ignore[no-untyped-call]
        except OSError as left:
            _log.debug("the client left: %s", left)
            return False


def _environ(secure: ssl.SSLSocket) -> dict[str, str]:
    found = {"wsgi.url_scheme": "https", "HTTPS": "on", "SSL_PROTOCOL": secure.version() or ""}
    certificate = secure.getpeercert(binary_form=True)
    if certificate:
        found["SSL_CLIENT_CERT"] = ssl.DER_cert_to_PEM_cert(certificate)
    return found
