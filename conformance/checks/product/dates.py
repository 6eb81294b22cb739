"""Dates and instants of products and rates, against each other and against today in Hong Kong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from conformance.checks.product.members import named
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

HONG_KONG = timezone(timedelta(hours=8))
ORDERED = (("effective_from", "effective_to"), ("issue_date", "maturity_date"))
INSTANTS = frozenset({"last_updated"})
ZONELESS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?")


@check()
def dates_in_order(reading: Reading) -> Findings:
    """Begins no period of validity, and no term, after its end."""
    for row in reading.rows():
        for first, last in ORDERED:
            begin, end = row.day(first), row.day(last)
            if begin is not None and end is not None and begin > end:
                yield Finding(f"{first} on or before {last}", f"{begin} after {end}", row.place(first))


@check()
def not_expired_on_sale(tsp: Tsp, reading: Reading) -> Findings:
    """Offers for sale no product whose last day has passed in Hong Kong."""
    today = datetime.fromtimestamp(tsp.now(), HONG_KONG).date()
    for row in reading.rows():
        end, begin = row.day("effective_to"), row.day("effective_from")
        inverted = begin is not None and end is not None and begin > end
        if end is not None and end < today and not inverted and row.get("on_sale") is not False:
            yield Finding(
                "a product on sale to be in force today", f"effective to {end}", row.place("effective_to")
            )


@check()
def not_updated_in_the_future(
    tsp: Tsp, reading: Reading, *, skew: timedelta = timedelta(seconds=60)
) -> Findings:
    """Dates no update later than now, beyond what two clocks may differ."""
    latest = datetime.fromtimestamp(tsp.now(), UTC) + skew
    for row in reading.rows():
        updated = row.instant("last_updated")
        if updated is not None and updated > latest:
            yield Finding(
                "a time that has come", f"{updated.isoformat()} at {latest - skew:%Y-%m-%dT%H:%M:%SZ}",
                row.place("last_updated"),
            )  # fmt: skip


@check()
def instants_have_offset(reading: Reading) -> Findings:
    """Writes every instant with its offset from UTC."""
    for row in reading.rows():
        for place, value in named(row, INSTANTS):
            if isinstance(value, str) and ZONELESS.fullmatch(value):
                yield Finding("an RFC 3339 date-time with Z or an offset", value[:60], row.place(place))
