"""How long a bank asks to be left alone before the same request may be sent again."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from conformance.answer import Answer


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
