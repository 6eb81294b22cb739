"""Durations as people write them in files and on command lines."""

from __future__ import annotations

import re
from datetime import timedelta

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def duration(text: str) -> timedelta:
    """``24h``, ``30d``, ``1h 30min``, ``250ms`` as a timedelta; raises ValueError on anything else."""
    found = _PART.findall(text)
    if not found or _PART.sub("", text).strip():
        raise ValueError(f"{text!r} is no duration; write for example 30s, 15min, 24h or 30d")
    try:
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in found))
    except OverflowError:
        raise ValueError(f"{text!r} is too long a duration") from None
