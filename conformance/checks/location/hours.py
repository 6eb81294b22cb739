"""When a place is open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

MIDNIGHT = frozenset({"00:00", "24:00"})
MORNING = "06:00"
"""A place that closes by then has been open over midnight; later, its hours have changed places."""


@check()
def opens_before_it_closes(reading: Reading) -> Findings:
    """Opens every place before it closes, or over midnight where a note or an early closing time says so."""
    for row in reading.rows():
        for entry in row.items("opening_hours"):
            opens, closes = entry.text("open"), entry.text("close")
            if opens is None or closes is None or entry.get("closed") is True:
                continue
            if (
                opens < closes
                or closes in MIDNIGHT
                or (opens > closes and _over_midnight(row, opens, closes))
            ):
                continue
            yield Finding(
                "an opening time before the closing time", f"{opens} to {closes}"[:60], entry.place("open")
            )


@check()
def closed_has_no_hours(reading: Reading) -> Findings:
    """States for a day either hours or that the place is closed, not both."""
    for row in reading.rows():
        for entry in row.items("opening_hours"):
            if entry.get("closed") is True and (entry.has("open") or entry.has("close")):
                yield Finding("hours, or closed", "both", entry.place("closed"))


@check()
def hours_do_not_overlap(reading: Reading) -> Findings:
    """Lists for one day no two periods that overlap."""
    for row in reading.rows():
        periods = sorted(_periods(row), key=lambda period: period[:3])
        for (day, opens, closes, _), (other, begins, _, entry) in pairwise(periods):
            if day == other and begins < closes:
                yield Finding(
                    "periods that do not overlap",
                    f"{day}: {opens} to {closes} and from {begins}"[:100],
                    entry.place(),
                )


def _over_midnight(row: Row, opens: str, closes: str) -> bool:
    # A counter that opens in the morning and closes at five closes at five in the afternoon.
    twelve = row.text("kind") == "branch" and "08:00" <= opens <= "11:00" and closes > "01:00"
    return (closes <= MORNING and not twelve) or row.has("opening_note")


def _periods(row: Row) -> Iterator[tuple[str, str, str, Row]]:
    """Each day with its opening and closing time; periods over midnight and words for days are left out."""
    for entry in row.items("opening_hours"):
        opens, closes = entry.text("open"), entry.text("close")
        if opens is None or closes is None or opens >= closes or entry.get("closed") is True:
            continue
        for day in entry.values("days"):
            if isinstance(day, str):
                yield day.casefold(), opens, closes, entry
