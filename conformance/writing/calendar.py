"""Business days in Hong Kong: no Sunday, and no general holiday of the gazetted lists."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache

import yaml

from conformance.profile import data_folder
from conformance.writing.rules import DayRules

HONG_KONG = datetime.timezone(datetime.timedelta(hours=8))
DAY = datetime.timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


@cache
def holidays() -> Mapping[datetime.date, str]:
    """The general holidays that are known, Sundays apart, each with its name."""
    text = (data_folder() / "phase4" / "general-holidays.yaml").read_text(encoding="utf-8")
    listed = yaml.safe_load(text)["years"].values()
    return {datetime.date.fromisoformat(each["day"]): each["name"] for days in listed for each in days}


def known(day: datetime.date) -> bool:
    """Whether the general holidays of a day's year are known."""
    return any(each.year == day.year for each in holidays())


def moment(seconds: float) -> datetime.datetime:
    """A time in Hong Kong; seconds since 1970."""
    return datetime.datetime.fromtimestamp(seconds, HONG_KONG)


def business(day: datetime.date, rule: DayRules) -> bool:
    """Whether a bank carries payments out on a day."""
    closed = (SUNDAY,) if rule.saturdays else (SATURDAY, SUNDAY)
    return day.weekday() not in closed and day not in holidays()


def business_after(day: datetime.date, rule: DayRules, least: int = 1) -> datetime.date:
    """The first business day that is at least so many days later."""
    day += DAY * least
    while not business(day, rule):
        day += DAY
    return day


def holiday_after(day: datetime.date, within: int = 300) -> datetime.date | None:
    """The next general holiday from Monday to Friday; None where none is known within so many days."""
    coming = [each for each in holidays() if day < each <= day + DAY * within and each.weekday() < SATURDAY]
    return min(coming, default=None)


def executed(now: datetime.datetime, rule: DayRules, function: str) -> datetime.date:
    """The day on which a payment is carried out that is made now."""
    day = now.date()
    if rule.cut_off and function in rule.cut_off_functions and f"{now:%H:%M}" >= rule.cut_off:
        return business_after(day, rule)
    waits = function in (*rule.functions, *rule.cut_off_functions)
    return business_after(day, rule) if waits and not business(day, rule) else day
