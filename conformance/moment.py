# ruff: noqa: RUF001 - banks write Chinese punctuation
"""Times as banks write them: instants, dates, clock times, opening hours and lengths of deposits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conformance.errors import ConfigurationError
from conformance.quantity import Unreadable, short
from conformance.row import read_day, read_instant

HONG_KONG = timezone(timedelta(hours=8))
"""Hong Kong time; no summer time since 1979, so no time zone database is needed for it."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY = "public_holiday"

_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::[0-9]{2})?)?\s*(?P<half>[ap]\.?m\.?)?", re.I
)
_CLOCK = r"(?:[0-9]{4}(?![0-9:.])|[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2})?)?\s*(?:[ap]\.?m\.?)?)"
_SPAN = re.compile(
    rf"(?P<days>.*?)[\s:：,]*\b(?P<open>{_CLOCK})\s*(?:-|–|—|~|to|至)\s*(?P<close>{_CLOCK})", re.I
)
_ROUND_THE_CLOCK = re.compile(
    r"(?P<days>.*?)[\s:：,]*(?:24\s*(?:hours?|hrs?|小時|小时)|24/7)(?:\s*daily)?", re.I
)
_SHUT = re.compile(r"(?P<days>.*?)[\s:：,]*(?:closed|休息)", re.I)
_DURATION = re.compile(r"P(?=[0-9])(?:[0-9]{1,4}Y)?(?:[0-9]{1,4}M)?(?:[0-9]{1,4}W)?(?:[0-9]{1,4}D)?")
_UNITS = {
    "D": ("d", "day", "days", "日", "天"),
    "W": ("w", "wk", "wks", "week", "weeks", "星期", "週", "周"),
    "M": ("m", "mo", "mth", "mths", "month", "months", "個月", "个月", "月"),
    "Y": ("y", "yr", "yrs", "year", "years", "年"),
}
_UNIT_WORDS = "|".join(sorted((word for words in _UNITS.values() for word in words), key=len, reverse=True))
_TENOR = re.compile(
    rf"(?P<count>[0-9]{{1,4}}|[一二兩两三四五六七八九]|十[一二]?)\s*-?\s*(?P<unit>{_UNIT_WORDS})\.?期?", re.I
)
_NUMERALS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {
    "兩": 2,
    "两": 2,
    "十一": 11,
    "十二": 12,
}
_DAY_WORDS = {
    **{word: (DAYS[index],) for index, day in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ) for word in (day, day[:3], f"{day[:3]}s", f"{day}s")},
    "tues": ("tue",), "thur": ("thu",), "thurs": ("thu",), "weds": ("wed",),
    "weekdays": DAYS[:5], "weekday": DAYS[:5], "weekends": DAYS[5:], "weekend": DAYS[5:],
    "daily": DAYS, "everyday": DAYS, "每日": DAYS, "每天": DAYS,
    "publicholidays": (HOLIDAY,), "publicholiday": (HOLIDAY,), HOLIDAY: (HOLIDAY,), "ph": (HOLIDAY,),
    "公眾假期": (HOLIDAY,), "公众假期": (HOLIDAY,), "假期": (HOLIDAY,),
    **{f"{week}{mark}": (DAYS[index],) for week in ("星期", "週", "周")
       for index, mark in enumerate("一二三四五六日")},
    **{mark: (DAYS[index],) for index, mark in enumerate("一二三四五六日")},
}  # fmt: skip


def zone(name: str) -> tzinfo:
    """A time zone by its IANA name or as an offset (+08:00). Raises ``ConfigurationError``."""
    if name in ("Asia/Hong_Kong", "Hongkong", "HKT"):
        return HONG_KONG
    if name in ("UTC", "Z"):
        return UTC
    if match := _OFFSET.fullmatch(name):
        minutes = int(match[2]) * 60 + int(match[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(
            f"unknown time zone {name!r}; write an IANA name (Asia/Hong_Kong) or an offset (+08:00)"
        ) from None


def form(form: Any) -> str:
    """A format of ``strptime`` as it stands in a mapping. Raises ``ConfigurationError`` when it is none."""
    fields = re.findall(r"%(.?)", form) if isinstance(form, str) else []
    if not fields:
        raise ConfigurationError('a format has fields such as %Y, for example "%Y/%m/%d %H:%M:%S"')
    for name in fields:
        if name not in "aAbBdfHIjmMpSyYzZ%" or not name or (name != "%" and fields.count(name) > 1):
            raise ConfigurationError(f"%{name} in {form!r} is no field of a time, or comes twice")
    return str(form)


def by_format(value: Any, form: str) -> datetime:
    """A time read by a ``strptime`` format, without zone unless the format has one. Raises ``Unreadable``."""
    expected = f"a time written as {form}"
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or _foreign_digits(value):
        raise Unreadable(expected)
    try:
        return datetime.strptime(value.strip(), form)  # noqa: DTZ007 - the caller adds the declared zone
    except (ValueError, OverflowError):
        raise Unreadable(expected) from None


def instant(value: Any, where: tzinfo | None) -> str:
    """An RFC 3339 date-time; ``where`` is the zone of times that name none. Raises ``Unreadable``."""
    expected = "a date-time of RFC 3339 with its offset" if where is None else "a date-time"
    if not isinstance(value, str):
        raise Unreadable(expected)
    text = value.strip()
    if read_instant(text) is not None:
        return text
    if where is None or _foreign_digits(text):
        raise Unreadable(expected)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(expected) from None
    return stamped(read, where)


def since_1970(value: Any, parts: int) -> str:
    """The RFC 3339 date-time of seconds since 1970, or of ``parts`` of them. Raises ``Unreadable``."""
    expected = f"a count of {'milli' if parts == 1000 else ''}seconds since 1970"
    text = str(value).strip() if isinstance(value, str | int | Decimal) else ""
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,17}(?:\.[0-9]{1,9})?", text, re.ASCII):
        raise Unreadable(expected)
    try:
        return datetime.fromtimestamp(float(text) / parts, HONG_KONG).isoformat()
    except (ValueError, OverflowError, OSError):
        raise Unreadable(expected) from None


def stamped(read: datetime, where: tzinfo) -> str:
    """A time in RFC 3339, in the given zone when it names none. Raises ``Unreadable`` for odd offsets."""
    if read.tzinfo is None:
        read = read.replace(tzinfo=where)
    offset = read.utcoffset() or timedelta()
    if offset.total_seconds() % 60:
        raise Unreadable("an offset of whole minutes")
    return read.isoformat()


def day(value: Any, form: str | None) -> str:
    """A date as YYYY-MM-DD, read by a format or from a full-date of RFC 3339. Raises ``Unreadable``."""
    if form is not None:
        return by_format(value, form).date().isoformat()
    if isinstance(value, str) and read_day(value.strip()) is not None:
        return value.strip()
    raise Unreadable("a date as YYYY-MM-DD")


def clock(value: Any) -> str:
    """A time of day as HH:MM: ``9:00 AM``, ``17:30``, ``9am``, ``0900``. Raises ``Unreadable``."""
    expected = "a time of day"
    text = short(value, expected) if isinstance(value, str) else ""
    match = _TIME.fullmatch(re.sub(r"^([0-9]{2})([0-9]{2})$", r"\1:\2", text))
    if match is None or (match["minute"] is None and match["half"] is None):
        raise Unreadable(expected)
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Unreadable(expected)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise Unreadable(expected)
    return f"{hour:02}:{minute:02}"


def days(value: Any) -> list[str]:
    """Days of the week and ``public_holiday``: ``Mon-Fri``, ``星期一至五``. Raises ``Unreadable``."""
    if not isinstance(value, str):
        raise Unreadable("days of the week")
    found: list[str] = []
    for part in re.split(r"[,，、&/]|\band\b|及|和", short(value, "days of the week").lower()):
        ends = [_words(end) for end in re.split(r"\s*(?:-|–|—|\bto\b|至)\s*", part.strip())]
        if len(ends) == 2 and all(len(end) == 1 and end[0] in DAYS for end in ends):
            first, last = DAYS.index(ends[0][0]), DAYS.index(ends[1][0])
            found += [DAYS[(first + step) % 7] for step in range((last - first) % 7 + 1)]
        elif len(ends) == 1:
            found += ends[0]
        else:
            raise Unreadable("days of the week")
    return list(dict.fromkeys(found))


def hours(value: Any, on: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Opening hours out of prose: ``Mon-Fri 09:00-17:00; Sat closed``, or hours alone ``on`` given days.

    ``24 hours`` without days is every day. Raises ``Unreadable``.
    """
    if not isinstance(value, str) or len(value) > 1000:
        raise Unreadable("opening hours")
    rows: list[dict[str, Any]] = []
    for part in re.split(r"[;；\n]+", value.strip().rstrip(".;；")):
        text = short(part, "opening hours")
        if match := _SPAN.fullmatch(text):
            opened, closes = clock(match["open"]), clock(match["close"])
            rows.append({"days": _on(match["days"], on), "open": opened, "close": closes})
        elif match := _ROUND_THE_CLOCK.fullmatch(text):
            rows.append({"days": _on(match["days"], on or DAYS), "open": "00:00", "close": "24:00"})
        elif match := _SHUT.fullmatch(text):
            rows.append({"days": _on(match["days"], on), "closed": True})
        else:
            raise Unreadable("opening hours")
    return rows


def unit_of_time(word: Any) -> str:
    """D, W, M or Y for a word such as ``months``. Raises ``Unreadable``."""
    folded = word.strip().rstrip(".").lower() if isinstance(word, str) else None
    found = next((code for code, words in _UNITS.items() if folded in words), None)
    if found is None:
        raise Unreadable("a unit of time such as months")
    return found


def tenor(value: Any, unit: str = "") -> str:
    """The length of a deposit as an ISO 8601 duration: ``3 months``, ``12個月``.

    ``unit`` (D, W, M, Y) is that of a bare number. Raises ``Unreadable``.
    """
    expected = "a length of time such as 3 months"
    if unit and re.fullmatch(r"[0-9]{1,4}", str(value).strip(), re.ASCII) and not isinstance(value, bool):
        return f"P{int(value)}{unit}"
    if not isinstance(value, str):
        raise Unreadable(expected)
    text = short(value, expected)
    if _DURATION.fullmatch(text):
        return text
    match = _TENOR.fullmatch(text)
    if match is None:
        raise Unreadable(expected)
    unit = next(code for code, words in _UNITS.items() if match["unit"].lower() in words)
    count = _NUMERALS[match["count"]] if match["count"] in _NUMERALS else int(match["count"])
    return f"P{count}{unit}"


def _on(text: str, otherwise: Iterable[str]) -> list[str]:
    if text.strip():
        return days(text)
    if not (named := list(otherwise)):
        raise Unreadable("opening hours with their days")
    return named


def _words(text: str) -> tuple[str, ...]:
    word = re.sub(r"[\s.]", "", text)
    if word not in _DAY_WORDS:
        raise Unreadable("days of the week")
    return _DAY_WORDS[word]


def _foreign_digits(text: str) -> bool:
    return any(character.isdigit() and not character.isascii() for character in text)
