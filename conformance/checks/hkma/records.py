"""The fields of records: their names, types, dates and order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from conformance.catalogue import FORMATS
from conformance.document import kind, pointer, shown
from conformance.errors import Inconclusive, NotApplicable
from conformance.feed import Feed
from conformance.model import Finding
from conformance.registry import Findings, check
from conformance.tsp import Tsp

MOST = 8
"""Findings of one dataset that are told."""
_ABSENT = re.compile(r"|-|--|n/?a|n\.a\.|null|none|nil|\.\.|\.\.\.", re.IGNORECASE)
_AGES = {"day": 14, "week": 28, "month": 100, "quarter": 220, "half-year": 420}
"""Days after which a dataset is late, publication a quarter after its period counted in."""


@check()
def documented_fields(feed: Feed) -> Findings:
    """Gives in its records the fields that the documentation names."""
    records = _recorded(feed)
    seen = {name for record in records for name in record}
    missing = [name for name in feed.dataset.fields if name not in seen]
    for name in missing[:MOST]:
        yield Finding(f"the documented field {name}", f"none in {len(records)} records", "/result/records")


@check()
def no_undocumented_fields(feed: Feed) -> Findings:
    """Gives in its records no field that the documentation does not name."""
    if not feed.dataset.complete:
        raise NotApplicable("the documentation at hand may not name every field")
    known = set(feed.dataset.fields)
    unknown: dict[str, str] = {}
    for at, record in _placed(feed):
        for name in record:
            if name not in known:
                unknown.setdefault(name, at + pointer((name,)))
    for name, at in list(unknown.items())[:MOST]:
        yield Finding("a field that is documented", shown(name), at)


@check()
def types_documented(feed: Feed) -> Findings:
    """Writes numbers as numbers and texts as texts, as documented; null stands for neither."""
    told: set[str] = set()
    for at, record in _placed(feed):
        for names, types, word in (
            (feed.dataset.numbers, (int, Decimal, float), "a number"),
            (feed.dataset.texts, (str,), "a text"),
        ):
            for name in names:
                value = record.get(name)
                wrong = value is not None and (isinstance(value, bool) or not isinstance(value, types))
                marked = isinstance(value, str) and _ABSENT.fullmatch(value.strip())
                if wrong and not marked and name not in told and len(told) < MOST:
                    told.add(name)
                    yield Finding(word, f"{kind(value)}: {shown(value)}", at + pointer((name,)))


@check()
def absence_is_null(feed: Feed) -> Findings:
    """Writes what is absent as null where numbers and dates belong, not as a text for nothing."""
    told: set[str] = set()
    for at, record in _placed(feed):
        for name in (*feed.dataset.numbers, *feed.dataset.dates):
            value = record.get(name)
            if isinstance(value, str) and _ABSENT.fullmatch(value.strip()) and name not in told:
                told.add(name)
                yield Finding("null", shown(value), at + pointer((name,)))


@check()
def period_given(feed: Feed) -> Findings:
    """Gives every record its period."""
    name = feed.period()
    for at, record in _placed(feed):
        if record.get(name) is None:
            yield Finding(f"a value of {name}", "none", at + pointer((name,)))
            return


@check()
def dates_as_documented(feed: Feed) -> Findings:
    """Writes dates in the precision that is documented; a month 00 stands for the year."""
    names = set(feed.dataset.dates) | ({feed.dataset.period} if feed.dataset.period else set())
    if not names:
        raise NotApplicable("the dataset has no dates that are documented")
    told: set[str] = set()
    for at, record in _placed(feed):
        for name in sorted(names):
            value = record.get(name)
            if value is None or (isinstance(value, str) and _ABSENT.fullmatch(value.strip())):
                continue
            form = (feed.dataset.format if name == feed.dataset.period else "") or (
                "short" if feed.dataset.format == "short" else "date"
            )
            if (not isinstance(value, str) or not _fits(value, form)) and name not in told:
                told.add(name)
                words = {"date": "YYYY-MM-DD", "month": "YYYY-MM", "short": "DD-MM-YY"}[form]
                yield Finding(f"a date as {words}", shown(value), at + pointer((name,)))


@check()
def periods_once(feed: Feed) -> Findings:
    """Gives one record for each period."""
    if not feed.dataset.is_series:
        raise NotApplicable("records are told apart by more than their period")
    counted = Counter(str(record.get(feed.period())) for record in feed.records())
    for value, times in counted.items():
        if times > 1:
            yield Finding("one record for each period", f"{times} for {value}", "/result/records")
            return


@check()
def periods_ordered(feed: Feed) -> Findings:
    """Orders its records by period, in one direction."""
    if not feed.dataset.is_series or feed.dataset.format == "short":
        raise NotApplicable("the records have no order of their own")
    values = [v for r in feed.records() if isinstance(v := r.get(feed.period()), str)]
    if values not in (sorted(values), sorted(values, reverse=True)):
        where = next((i for i in range(1, len(values) - 1) if _turns(values[i - 1 : i + 2])), 0)
        yield Finding("periods in one order", f"{values[where - 1 : where + 2]}", f"/result/records/{where}")


@check()
def no_future_period(tsp: Tsp, feed: Feed) -> Findings:
    """Gives no record of a period that has not yet begun."""
    if not feed.period().startswith("end_of"):
        raise NotApplicable("the dates of the dataset may lie ahead")
    tomorrow = _today(tsp) + timedelta(days=1)
    for at, record in _placed(feed):
        day = _day(record.get(feed.period()))
        if day is not None and day.replace(day=1) > tomorrow:
            yield Finding(f"a period up to {tomorrow}", shown(record.get(feed.period())), at)
            return


@check()
def fresh(tsp: Tsp, feed: Feed) -> Findings:
    """Has a record of a period as recent as its frequency promises."""
    most = _AGES.get(feed.dataset.every)
    if most is None or not feed.period().startswith("end_of"):
        raise NotApplicable("the dataset has no frequency")
    days = [day for record in feed.records() if (day := _day(record.get(feed.period()))) is not None]
    if not days:
        raise Inconclusive("no period could be read, which is said once")
    if _today(tsp) - max(days) > timedelta(days=most):
        yield Finding(f"a period of the last {most} days", str(max(days)), "/result/records")


@check()
def names_usual(tsp: Tsp, feed: Feed) -> Findings:
    """Names fields with lower-case letters, digits and underscores, but for those known to differ."""
    known = " ".join(feed.dataset.known)
    odd = {n for r in feed.records() for n in r if not re.fullmatch(r"[a-z][a-z0-9_]*", n)}
    if known:
        tsp.notes["known"] = list(feed.dataset.known)
    for name in sorted(odd)[:MOST]:
        if name not in known:
            yield Finding("a name in snake_case", shown(name), "/result/records")


def _recorded(feed: Feed) -> tuple[Mapping[str, Any], ...]:
    if not feed.dataset.fields:
        raise NotApplicable("no documentation of the dataset's fields is at hand")
    return feed.records()


def _placed(feed: Feed) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, record in enumerate(feed.records()):
        yield f"/result/records/{index}", record


def _fits(value: str, form: str) -> bool:
    if not FORMATS[form].fullmatch(value):
        return False
    if form == "short":
        day, month = int(value[:2]), int(value[3:5])
        return 1 <= day <= 31 and 1 <= month <= 12
    month = int(value[5:7])
    if form == "month":
        return month <= 12
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _day(value: Any) -> date | None:
    if not isinstance(value, str):
        return None
    found = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", value)
    if found is None:
        return None
    try:
        if found[3]:
            return date(int(found[1]), int(found[2]), int(found[3]))
        month = int(found[2]) or 1
        return date(int(found[1]), month, 28)
    except ValueError:
        return None


def _turns(values: list[str]) -> bool:
    return len(values) == 3 and (values[0] < values[1]) is not (values[1] < values[2])


def _today(tsp: Tsp) -> date:
    return (datetime.fromtimestamp(tsp.now(), UTC) + timedelta(hours=8)).date()
