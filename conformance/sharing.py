"""Equal values kept once: most of what a bank answers to a thousand requests, it has answered before."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, TypeVar

from conformance.model import Request

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]

MOST = 4096
"""Values that are known at once."""
LONGEST = 1 << 16
"""Characters of a text, and bytes of a body, that are compared with what is known."""
HELD = 1 << 21
"""Bytes of the bodies that are known at once."""


class Sharing:
    """Gives for a value one that is equal and was seen before, if there is one. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Any, Any] = {}
        self._bodies: dict[bytes, bytes] = {}
        self._held = 0

    def request(self, request: Request) -> Request:
        """The request with header fields that are shared."""
        return replace(request, headers=self.fields(request.headers))

    def fields(self, pairs: Pairs) -> Pairs:
        """Header fields, each of them and all of them together."""
        with self._lock:
            return self._one(tuple([self._one(pair) if len(pair[1]) <= LONGEST else pair for pair in pairs]))

    def body(self, body: bytes) -> bytes:
        """A body, unless it is long."""
        if len(body) > LONGEST:
            return body
        with self._lock:
            found = self._bodies.get(body)
            if found is not None:
                return found
            if self._held > HELD:
                self._bodies.clear()
                self._held = 0
            self._bodies[body] = body
            self._held += len(body)
            return body

    def _one(self, value: T) -> T:
        found: T | None = self._known.get(value)
        if found is not None:
            return found
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[value] = value
        return value
