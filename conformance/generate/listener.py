"""A listener on loopback that hears whether a bank fetches an address that a request gave it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener:
    """Answers every request with 204 and remembers its path."""

    def __init__(self) -> None:
        heard = self._heard = set[str]()

        class Ear(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.add(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_HEAD = do_PUT = do_OPTIONS = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def url(self, name: str) -> str:
        """An address of this listener; each name is heard apart."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def heard(self, name: str) -> bool:
        """Whether the address of a name was asked for."""
        return any(path.startswith(f"/{name}") for path in self._heard)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener for as long as the block lasts."""
    ear = Listener()
    ear.start()
    try:
        yield ear
    finally:
        ear.stop()
