"""When an exchange rate was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


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
    """Has updated its exchange rates in every language within the given age, each of them."""
    oldest = datetime.fromtimestamp(tsp.now(), UTC) - max_age
    within = f"rates updated within {max_age.total_seconds() / 3600:g} hours"
    for language in reading.languages:
        dated = [
            (updated, row)
            for row in reading.rows(language)
            if (updated := row.instant("last_updated")) is not None
        ]
        late = [(updated, row) for updated, row in dated if updated < oldest]
        if late:
            told, row = max(late, key=lambda pair: pair[0])
            newest = (
                "the newest is" if len(late) == len(dated) else f"{len(late)} of {len(dated)} are older, one"
            )
            yield Finding(within, f"{newest} of {told.isoformat()}", row.place("last_updated"))
            return
