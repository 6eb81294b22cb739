"""A place on this machine that serves a key set and tells whether anybody came for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 0.2
"""Seconds in which a server comes that fetches after its answer."""


@dataclass(slots=True)
class Listener:
    """``url`` is where the key set lies; ``came`` are the paths that were asked for."""

    url: str
    came: list[str] = field(default_factory=list)

    def asked(self) -> bool:
        """Whether anybody came, if need be after a moment."""
        if not self.came:
            time.sleep(PATIENCE)
        return bool(self.came)


def reachable(url: str) -> bool:
    """Whether a bank at this address can reach loopback here: on this machine, or in this process."""
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith((".example", ".test", ".localhost"))


@contextmanager
def listening(keys: Mapping[str, Any]) -> Iterator[Listener]:
    """Serves a key set on loopback for as long as the block runs."""
    body = json.dumps(keys).encode()

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.came.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/jwk-set+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """What comes is told by ``came``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    found = Listener(f"http://127.0.0.1:{server.server_address[1]}/keys")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
