"""What a bank sent back, complete and untrusted, as the checks see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.document import parse
from conformance.model import Request


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. ``body`` is decoded from its content coding; ``seconds`` runs to its last byte.

    ``exchange`` is the id of the redacted record; ``wire_bytes`` is the body's size before decoding.
    """

    request: Request
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float
    exchange: int
    http_version: str = "HTTP/1.1"
    wire_bytes: int = 0

    def header(self, name: str) -> str | None:
        """The first value of a header field, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a header field, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def media_type(self) -> str:
        """The media type in lower case without parameters; empty when there is none."""
        return (self.header("Content-Type") or "").split(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the media type is JSON or has the ``+json`` suffix (RFC 6839, 3.1)."""
        kind = self.media_type
        if kind in ("application/json", "text/json"):
            return True
        return kind.startswith("application/") and kind.endswith("+json")

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON with exact decimals; raises ``document.NotJson`` when it is not JSON."""
        return parse(self.body).value
