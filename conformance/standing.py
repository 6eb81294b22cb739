"""Whether a bank still honours the token in hand: some revoke it, or let it end before the time they told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from conformance.answer import Answer
from conformance.authentication import Token
from conformance.model import Request

FUTILE = 2
"""Renewals that may change nothing before a refusal is taken for what it is."""
MOST = 20_000
"""Places that are known to be open."""


class Credentials(Protocol):
    """Adds to a request what identifies the TSP; fetches tokens through ``send`` when it must."""

    @property
    def kind(self) -> str:
        """The kind's name in the target file."""

    @property
    def token(self) -> Token | None:
        """The token in hand."""

    @property
    def expires_at(self) -> float:
        """When the token in hand ends, in seconds since the epoch."""

    def apply(self, request: Request, send: Callable[[Request], Answer], now: float) -> Request: ...

    def constants(self, now: float) -> tuple[tuple[str, str], ...]:
        """Header fields that it adds and that identify nobody."""

    def shown(self, request: Request) -> str:
        """The credentials that a request shows, where a token is one of them; else nothing."""

    def carried(self, request: Request) -> bool:
        """Whether a request shows the token in hand."""

    def forget(self) -> None:
        """Drops the token in hand."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A token that was refused so many seconds before the time that the bank had told, and where."""

    early: float
    exchange: int


class Standing:
    """What the tokens of a run have opened. For any thread."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.kind = credentials.kind
        self._lock = threading.Lock()
        self._opened: dict[tuple[str, str], tuple[str, str]] = {}
        self._futile = 0
        self._pending: Ended | None = None
        self.early: list[Ended] = []
        """Tokens that ended before their time, as a new one has shown."""

    @property
    def token(self) -> Token | None:
        """The token in hand."""
        return self._credentials.token

    def refused(self, answer: Answer) -> bool:
        """Whether a token may have ended: what is refused under it was served before.

        It was under this token or, where this is the one in hand, under one that was in hand before.
        """
        shown = self._credentials.shown(answer.request)
        if not shown:
            return False
        place = answer.request.method, answer.request.url.partition("?")[0]
        held = self.token
        worn = shown.replace(held.value, "*") if held else shown
        with self._lock:
            before, worn_before = self._opened.get(place, ("", ""))
            if answer.ok and len(self._opened) < MOST:
                self._opened[place] = shown, worn
            served = before == shown or (worn != shown and worn_before == worn)
            return answer.status == 401 and served and self._futile < FUTILE

    def ended(self, again: Answer, now: float) -> bool:
        """Whether it has, by the answer to the same request sent once more."""
        if not self.refused(again):
            return False
        with self._lock:
            if self._credentials.carried(again.request):
                self._pending = Ended(self._credentials.expires_at - now, again.exchange)
        return True

    def renewed(self, again: Answer) -> None:
        """Takes what came of the same request under a new token."""
        with self._lock:
            pending, self._pending = self._pending, None
            if again.status == 401:
                self._futile += 1
            elif pending is not None:
                self.early.append(pending)
                self._futile = 0
