"""What can go wrong, as one tree.

ConformanceError
├── ConfigurationError      a file, option or environment that the user can mend (exit code 2)
└── Outcome                 raised inside a check: the case ends with a verdict other than pass or fail
    ├── Inconclusive        it could not be shown, and why
    │   ├── Unreachable     no usable answer came back
    │   │   ├── NoConnection  not even a connection was had
    │   │   └── Dropped     the connection ended before the answer did
    │   └── Refused         the suite held a request back: a limit, a missing permission, a foreign host
    ├── NotApplicable       the requirement does not apply to this bank
    └── NeedsReview         a person must finish it
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ConformanceError(Exception):
    """Any error that the suite raises on purpose."""


class ConfigurationError(ConformanceError):
    """The user's input is wrong; each problem names a place and a remedy."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def meant(given: str, known: Iterable[str], otherwise: str, cutoff: float = 0.6) -> str:
    """The way out for a name that nothing bears: the nearest one that something does, else ``otherwise``."""
    near = get_close_matches(given, list(known), 1, cutoff)
    return f"did you mean {near[0]}?" if near else otherwise


class Outcome(ConformanceError):
    """Ends a case early; ``reason`` is printed beside the verdict."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Inconclusive(Outcome):
    """The requirement could not be shown to hold or not to hold."""


class Unreachable(Inconclusive):
    """The bank gave no usable answer: refused, reset, timed out, over a cap, throttled or in maintenance."""


class NoConnection(Unreachable):
    """No connection, or no TLS over it."""


class Dropped(Unreachable):
    """The bank closed the connection, or what it sent is not HTTP."""


class Miscoded(Unreachable):
    """The body is not in the content coding that the answer names."""


class Refused(Inconclusive):
    """The suite did not send a request that the target does not allow."""


class NotApplicable(Outcome):
    """The requirement does not apply, by declared capability or by what the bank offers."""


class NeedsReview(Outcome):
    """A person must look at what was found before there is a verdict."""
