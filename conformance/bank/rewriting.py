"""Faults of the wire: answers of an application, changed after the application has made them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer as it goes on the wire. `dataclasses.replace` changes the body and leaves Content-Length."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Give a header, or "" where it is not sent."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), "")

    def with_header(self, name: str, value: str) -> Sent:
        """Set a header; "" takes it away."""
        others = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*others, (name, value)) if value else others)

    def with_body(self, body: bytes) -> Sent:
        """Set the body, with its length."""
        return replace(self, body=body).with_header("Content-Length", str(len(body)))

    @property
    def has_data(self) -> bool:
        """Whether this is a good answer in JSON with a body."""
        return self.status == HTTPStatus.OK and bool(self.body) and "json" in self.header("Content-Type")


def rewritten(app: WSGIApplication, change: Callable[[Sent, WSGIEnvironment], Sent]) -> WSGIApplication:
    """Wrap an application so that every answer passes `change(sent, environ) -> sent`."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: list[tuple[int, Headers]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            told.append((int(status.split()[0]), tuple(headers)))
            return lambda _: None

        answer = app(environ, start)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        sent = change(Sent(*told[-1], body), environ)
        phrase = HTTPStatus(sent.status).phrase if sent.status in set(HTTPStatus) else "Unknown"
        start_response(f"{sent.status} {phrase}", list(sent.headers))
        return [sent.body]

    return wrapped
