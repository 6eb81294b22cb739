"""When an exchange rate was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

LEFT = 3
"""How many times the age longer a single rate may be left as it is: what floats moves in that time."""
PEGGED = frozenset({"USD", "MOP", "AED", "SAR", "QAR", "OMR", "BHD"})
"""Currencies that may stand still against the Hong Kong dollar."""


@check()
def timestamp_present(reading: Reading) -> Findings:
    """Carries with every exchange rate the time of its last update."""
    rows = reading.rows().rows
    missing = [row for row in rows if not row.has("last_updated") and "/last_updated" not in row.unread]
    if missing:
        yield Finding(
            "the time of the last update", f"none in {len(missing)} of {len(rows)} rates", missing[0].place()
        )


@check()
def timestamp_fresh(tsp: Tsp, reading: Reading, *, max_age: timedelta) -> Findings:
    """Has updated its exchange rates within the given age in every language; the newest of them counts,
    and none is left far behind it."""
    oldest = datetime.fromtimestamp(tsp.now(), UTC) - max_age
    within = f"rates updated within {max_age.total_seconds() / 3600:g} hours"
    for language in reading.languages:
        dated = [
            (updated, row)
            for row in reading.rows(language)
            if (updated := row.instant("last_updated")) is not None
        ]
        newest, row = max(dated, key=lambda pair: pair[0], default=(oldest, None))
        if row is not None and newest < oldest:
            yield Finding(within, f"the newest is of {newest.isoformat()}", row.place("last_updated"))
            return
        for updated, row in dated:
            if updated < oldest - LEFT * max_age and row.text("currency") not in PEGGED:
                yield Finding(
                    within,
                    f"one of {updated.isoformat()} beside one of {newest.isoformat()}",
                    row.place("last_updated"),
                )
                return
