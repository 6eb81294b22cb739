"""Synthetic records of a dataset: the documented fields, with periods up to today."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from conformance.bank.hkma.policy import Record

_COUNTS = {"day": 40, "week": 12, "month": 30, "quarter": 12, "half-year": 6, "event": 9}
_SNAPSHOT = 8
_WORDS = {
    "en": ("Harbour", "Peak", "Ferry", "Lantau", "Island", "Kowloon", "Garden", "Market"),
    "tc": ("海港", "山頂", "渡輪", "大嶼山", "港島", "九龍", "花園", "市場"),
    "sc": ("海港口", "山顶", "渡轮", "大屿山", "港岛", "九龙", "花园", "市场"),
}


def records(name: str, given: Mapping[str, Any], today: date, language: str, seed: int) -> list[Record]:
    """The records of a dataset, newest first; the same arguments give the same records."""
    numbers, texts, dates = (given.get(kind, []) for kind in ("numbers", "texts", "dates"))
    period, form = given.get("period", ""), given.get("format", "")
    days = list(_days(given["every"], today))
    # A column begins late, or has no gap: what is missing is null.
    late = {field for place, field in enumerate(numbers) if place % 7 == 6}
    found = []
    for row, day in enumerate(days):
        made: Record = {period: _written(day, form)} if period else {}
        for field in dates:
            if field != period:
                made[field] = _written(day + timedelta(days=30 + row), "short" if form == "short" else "date")
        for field in numbers:
            value = random.Random(f"{seed}/{name}/{field}/{day}").randint(100, 999_999)
            made[field] = None if field in late and row >= len(days) * 2 // 3 else _number(field, value)
        for field in texts:
            made[field] = _text(f"{seed}/{name}/{field}/{row}", field, row, language)
        if not (numbers or texts):
            made["item"] = _text(f"{seed}/{name}/item/{row}", "item", row, language)
        found.append(made)
    return found


def _number(field: str, value: int) -> int | float:
    if field == "latitude":
        return round(22.2 + value / 4_000_000, 5)
    if field == "longitude":
        return round(113.9 + value / 4_000_000, 5)
    return value if value % 3 else round(value / 100, 2)


def _text(purpose: str, field: str, row: int, language: str) -> str:
    if field in ("latitude", "longitude"):
        return str(_number(field, random.Random(purpose).randint(100, 999_999)))
    if field.endswith("url") or field == "link":
        return f"https://www.hkma.example/{field}/{row}"
    words = _WORDS.get(language, _WORDS["en"])
    picked = random.Random(purpose).randrange(len(words))
    return f"{words[picked]} {field.replace('_', ' ') if language == 'en' else ''} {row}".replace("  ", " ")


def _days(every: str, today: date) -> Iterator[date]:
    """The last days of the periods before today, or of as many entries as a list has, newest first."""
    if every in ("day", "week"):
        step = 1 if every == "day" else 7
        yield from (today - timedelta(days=1 + step * back) for back in range(_COUNTS[every]))
    elif every in ("month", "quarter", "half-year"):
        months = {"month": 1, "quarter": 3, "half-year": 6}[every]
        whole = today.year * 12 + today.month - 1
        last = whole - (whole % months) - 1
        for back in range(_COUNTS[every]):
            year, month = divmod(last - back * months, 12)
            yield date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)
    else:
        count = _COUNTS.get(every, _SNAPSHOT)
        yield from (today - timedelta(days=3 + 17 * back) for back in range(count))


def _written(day: date, form: str) -> str:
    if form == "month":
        return f"{day:%Y-%m}"
    return f"{day:%d-%m-%y}" if form == "short" else day.isoformat()
