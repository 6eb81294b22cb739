"""Shots: requests with a due time, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from conformance.model import Request

EXCERPT = 4096
"""Bytes of a body that are kept."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A request, due ``at`` seconds after its volley begins; ``fresh`` wants a connection of its own.

    ``version`` is that of HTTP which it is written in: 1.0, 1.1, or for all shots of a volley 2.
    """

    at: float
    request: Request
    fresh: bool = False
    version: str = "1.1"


@dataclass(frozen=True, slots=True)
class Hit:
    """What came of a shot: when it was due, sent and answered, in seconds by the path's clock.

    ``status`` is 0, and ``fault`` says why, when no answer came. ``body`` is an excerpt, ``size`` the body's
    length on the wire; ``exchange`` is the id of a recorded exchange of the same volley with the same status.
    """

    shot: Shot
    due: float
    sent: float
    ended: float
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    size: int = 0
    fault: str = ""
    exchange: int = 0

    @property
    def ok(self) -> bool:
        """Whether the request was served."""
        return 200 <= self.status < 400

    @property
    def seconds(self) -> float:
        """From sending to the last byte."""
        return self.ended - self.sent

    @property
    def lag(self) -> float:
        """Seconds that it was sent later than it was due."""
        return self.sent - self.due

    @property
    def arrived(self) -> float:
        """About when the bank saw it: half way between sending and the answer."""
        return (self.sent + self.ended) / 2

    def header(self, name: str) -> str | None:
        """The first value of a header field, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Talk:
    """What came back on one connection: a status for each answer, in order, and whether it was closed.

    ``fault`` says why nothing could be sent at all; ``exchange`` is the id under which it is recorded.
    """

    statuses: tuple[int, ...] = ()
    closed: bool = False
    fault: str = ""
    exchange: int = 0


Until = Callable[[Hit], bool]
"""Called with each hit as it comes; true ends the volley: what is not sent yet stays unsent."""


class Path(Protocol):
    """A way to a bank on which requests leave when they are due, whatever has come of those before."""

    def now(self) -> float:
        """Seconds by the path's clock."""
        ...

    def rest(self, seconds: float) -> None:
        """Lets time pass."""
        ...

    def fire(self, shots: Sequence[Shot], until: Until | None = None) -> list[Hit]:
        """Sends each shot at its time and gives what came, by due time. Never raises for a peer."""
        ...

    def cut(self, request: Request, sent: int) -> None:
        """Sends a request's head and ``sent`` bytes of its body, and closes the connection."""
        ...

    def converse(self, request: Request, pieces: Sequence[bytes], patience: float) -> Talk | None:
        """Sends bytes as they are over a connection of its own to where a request goes.

        Each piece follows the answer to the one before, or ``patience`` seconds of silence. None where there
        is no connection that bytes could be sent over. Never raises for a peer.
        """
        ...

    def beside(self, pieces: Sequence[bytes], shots: Sequence[Shot]) -> list[Hit] | None:
        """Shots while other connections stand open, on each of which bytes were sent and nothing is read.

        None where there are no real connections.
        """
        ...

    def close(self) -> None: ...
