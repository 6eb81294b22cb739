"""The times at which a bank is closed."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone
from typing import Any

from conformance.reference import Part

HONG_KONG = timezone(timedelta(hours=8), "HKT")

_WINDOW = re.compile(r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([0-2]?\d):([0-5]\d) ?- ?([0-2]?\d):([0-5]\d)")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Window(Part):
    """A daily or, with a day, weekly time of maintenance in Hong Kong; it may cross midnight.

    The day is that of its beginning. ``until`` itself is outside.
    """

    text: str
    day: int | None = None
    since: time
    until: time

    def __contains__(self, moment: datetime) -> bool:
        local = moment.astimezone(HONG_KONG)
        clock = local.time()
        if self.since < self.until:
            return self.since <= clock < self.until and self.day in (None, local.weekday())
        if clock >= self.since:
            return self.day in (None, local.weekday())
        return clock < self.until and self.day in (None, (local.weekday() - 1) % 7)


def read_window(value: Any) -> Any:
    """A window as a target file writes it; raises ValueError with an example."""
    if isinstance(value, Window):
        return value
    found = _WINDOW.fullmatch(value.strip()) if isinstance(value, str) else None
    hours = [int(found[2]), int(found[4])] if found else [99]
    if found is None or max(hours) > 24 or (24 in hours and int(found[3 if hours[0] == 24 else 5])):
        raise ValueError('expected a time such as "02:30-07:00" or "Sun 01:00-05:00", in Hong Kong time')
    since, until = time(hours[0] % 24, int(found[3])), time(hours[1] % 24, int(found[5]))
    return Window(text=value, day=_DAYS.index(found[1]) if found[1] else None, since=since, until=until)
