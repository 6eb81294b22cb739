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
    """Has updated its exchange rates within the given age; the newest of them counts."""
    now = datetime.fromtimestamp(tsp.now(), UTC)
    dated = [(updated, row) for row in reading.rows() if (updated := row.instant("last_updated")) is not None]
    if not dated:
        return
    newest, row = max(dated, key=lambda pair: pair[0])
    if newest < now - max_age:
        yield Finding(
            f"rates updated within {max_age.total_seconds() / 3600:g} hours",
            f"the newest is of {newest.isoformat()}",
            row.place("last_updated"),
        )
