"""Business days in Hong Kong, of which the suite and the reference bank know independently."""

from __future__ import annotations

import datetime

import pytest

from conformance.bank.payments import days
from conformance.writing import calendar
from conformance.writing.rules import DayRules

RULE = DayRules(functions=("bill",), cut_off="17:30", cut_off_functions=("repayment",))
DAY = datetime.date


def test_both_lists_are_the_gazetted_ones() -> None:
    assert set(calendar.holidays()) == days.HOLIDAYS
    for year in (2026, 2027):
        assert len([day for day in calendar.holidays() if day.year == year]) == 17
    assert not [day for day in calendar.holidays() if day.weekday() == calendar.SUNDAY]


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (DAY(2026, 2, 16), DAY(2026, 2, 20)),
        (DAY(2026, 4, 2), DAY(2026, 4, 8)),
        (DAY(2026, 12, 24), DAY(2026, 12, 28)),
        (DAY(2027, 2, 5), DAY(2027, 2, 10)),
        (DAY(2027, 3, 25), DAY(2027, 3, 30)),
        (DAY(2027, 12, 24), DAY(2027, 12, 28)),
        (DAY(2026, 6, 5), DAY(2026, 6, 6)),
    ],
)
def test_the_next_business_day_is_after_holidays_and_sundays(day: DAY, following: DAY) -> None:
    assert calendar.business_after(day, RULE) == following == days.after(day)


def test_a_bank_may_be_closed_on_saturdays() -> None:
    assert calendar.business_after(DAY(2026, 6, 5), DayRules(saturdays=False)) == DAY(2026, 6, 8)


@pytest.mark.parametrize(
    ("moment", "function", "day"),
    [
        ("2026-06-04 17:29", "repayment", DAY(2026, 6, 4)),
        ("2026-06-04 17:30", "repayment", DAY(2026, 6, 5)),
        ("2026-06-04 23:59", "bill", DAY(2026, 6, 4)),
        ("2026-06-07 10:00", "bill", DAY(2026, 6, 8)),
        ("2026-06-07 10:00", "transfer", DAY(2026, 6, 7)),
        ("2026-12-24 18:00", "repayment", DAY(2026, 12, 28)),
    ],
)
def test_a_payment_is_carried_out_on_the_day_that_cut_off_and_calendar_say(
    moment: str, function: str, day: DAY
) -> None:
    now = datetime.datetime.fromisoformat(f"{moment}+08:00")
    assert calendar.executed(now, RULE, function) == day


def test_no_holiday_is_made_up_for_years_that_are_not_gazetted() -> None:
    assert calendar.known(DAY(2027, 12, 31))
    assert not calendar.known(DAY(2028, 1, 1))
    assert calendar.holiday_after(DAY(2027, 12, 27)) is None
    assert calendar.holiday_after(DAY(2026, 11, 22)) == DAY(2026, 12, 25)
    assert calendar.holiday_after(DAY(2026, 9, 20)) == DAY(2026, 10, 1)
