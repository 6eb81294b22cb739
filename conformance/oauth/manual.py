"""A login by a person: the suite prints an address and waits for the customer's return to loopback."""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from conformance.address import LOOPBACK
from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.login import Landing, landed_at, same_place

BACK = b"<!DOCTYPE html><title>Done</title><p>Thank you. This window can be closed.</p>"
_one_at_a_time = threading.Lock()


def landed(url: str, redirect_uri: str, customer: str, decision: str, patience: float) -> Landing:
    """Where a person's way through the pages ends. ``patience`` is in seconds.

    The redirect URI must be on loopback, or nobody can catch the answer; raises ``Inconclusive`` otherwise,
    and when nobody comes back in time.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or not parts.port:
        raise Inconclusive(
            "login.strategy manual needs a redirect_uri such as http://127.0.0.1:8765/callback, "
            f"not {redirect_uri}"
        )
    came: list[str] = []

    class Catcher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = f"http://{parts.netloc}{self.path}"
            if same_place(place, redirect_uri):
                came.append(place)
            self.send_response(200 if came else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(BACK if came else b"")

        def log_message(self, format: str, *arguments: object) -> None:
            """The address holds a code: it is written nowhere."""

    with _one_at_a_time:
        try:
            server = HTTPServer((parts.hostname, parts.port), Catcher)
        except OSError as error:
            raise Inconclusive(
                f"nothing can be caught at {redirect_uri}: {error.strerror or error}"
            ) from error
        with server:
            word = "approve" if decision == "approve" else "refuse"
            sys.stderr.write(f"Log in as {customer} and {word}, at:\n{url}\n")
            sys.stderr.flush()
            ends = time.monotonic() + patience
            while not came and time.monotonic() < ends:
                server.timeout = min(1.0, max(0.01, ends - time.monotonic()))
                server.handle_request()
    if not came:
        raise Inconclusive(f"nobody came back to {redirect_uri} within {patience:.0f} s")
    return landed_at(came[0], Answer(Request("GET", url), 302, (), b"", 0.0, 0))
