"""A place on this machine that hears whether a bank fetches an address that a request gave it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from conformance.address import LOOPBACK

PATIENCE = 0.2
"""Seconds in which a bank comes that fetches after its answer."""


def reachable(url: str) -> bool:
    """Whether a bank at this address can reach loopback here: on this machine, or in this process."""
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith((".example", ".test", ".localhost"))


class Listener:
    """Remembers the paths that were asked for, and answers each with the same content, or with none."""

    def __init__(self, content: bytes, media_type: str) -> None:
        came = self._came = set[str]()

        class Ear(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                came.add(self.path)
                self.send_response(200 if content else 204)
                if content:
                    self.send_header("Content-Type", media_type)
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_POST = do_HEAD = do_PUT = do_OPTIONS = do_GET  # noqa: N815 - the names are http.server's

            def log_message(self, format: str, *arguments: object) -> None:
                """What comes is told by ``heard``."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def url(self, name: str) -> str:
        """An address of this listener; each name is heard apart."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def heard(self, name: str, patience: float = 0.0) -> bool:
        """Whether the address of a name was asked for, if need be within so many seconds from now."""
        ends = time.monotonic() + patience
        while not (found := any(path.startswith(f"/{name}") for path in self._came)):
            if time.monotonic() >= ends:
                break
            time.sleep(0.01)
        return found

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def listening(content: bytes = b"", media_type: str = "application/json") -> Iterator[Listener]:
    """A listener for as long as the block lasts."""
    ear = Listener(content, media_type)
    ear.start()
    try:
        yield ear
    finally:
        ear.stop()
