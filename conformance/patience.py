"""How long a bank asks to be left alone before the same request may be sent again."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from conformance.answer import Answer

ATTEMPTS = 3
LONGEST_WAIT = 60.0
"""Seconds that a Retry-After is waited for; a bank that asks for more is left alone."""
BLIP = 0.25
"""Seconds after which a request is sent again for which a gateway got no answer of the bank."""


def fell(answer: Answer) -> bool:
    """Whether a gateway says that what lies behind it gave no answer, and does not ask to come back later.

    That is how a crash of the bank's own looks through a gateway (RFC 9110, 15.6.3 to 15.6.5).
    """
    return answer.status in (502, 503, 504) and answer.header("Retry-After") is None


def asked_wait(answer: Answer, attempt: int, now: float) -> float | None:
    """Seconds to wait before the same request may be sent again; None when the answer stands."""
    if answer.status not in (429, 502, 503, 504):
        return None
    asked = answer.header("Retry-After")
    if asked is None:
        return float(2 ** (attempt - 1))
    if asked.strip().isascii() and asked.strip().isdigit():
        return float(asked.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return 1.0
