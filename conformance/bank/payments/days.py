"""Business days in Hong Kong, and on which of them a payment is carried out.

The general holidays of 2026 and 2027 as gazetted under the General Holidays Ordinance (Cap. 149), without the
Sundays, each of which is one.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from conformance.bank.accounts.data import HONG_KONG
from conformance.bank.payments.functions import Instruction

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_YEARS = {
    2026: "0101 0217 0218 0219 0403 0404 0406 0407 0501 0525 0619 0701 0926 1001 1019 1225 1226",
    2027: "0101 0206 0208 0209 0326 0327 0329 0405 0501 0513 0609 0701 0916 1001 1008 1225 1227",
}
HOLIDAYS = frozenset(
    datetime.date(year, int(day[:2]), int(day[2:])) for year, days in _YEARS.items() for day in days.split()
)
DAY = datetime.timedelta(days=1)


def now(bank: Bank) -> datetime.datetime:
    """Give the time in Hong Kong."""
    return datetime.datetime.fromtimestamp(bank.now(), HONG_KONG)


def business(day: datetime.date) -> bool:
    """Tell whether banks settle on a day: not on Sundays and general holidays."""
    return day.weekday() != 6 and day not in HOLIDAYS


def after(day: datetime.date) -> datetime.date:
    """Give the next business day."""
    day += DAY
    while not business(day):
        day += DAY
    return day


def refused(bank: Bank, function: Instruction, asked: str | None) -> bool:
    """Tell whether the day that an instruction asks for is one on which the function is not carried out."""
    policy = bank.policy.payments
    if asked is None or function.id not in policy.business_days or not policy.holidays_known:
        return False
    return not business(datetime.date.fromisoformat(asked))


def execution(bank: Bank, function: Instruction, instruction: dict[str, Any]) -> str:
    """Give the day on which an instruction that comes now is carried out."""
    policy, moment = bank.policy.payments, now(bank)
    asked = instruction.get("execution_date")
    if asked and asked > moment.date().isoformat():
        return asked if policy.scheduled_day_kept else moment.date().isoformat()
    day = moment.date()
    late = function.id in policy.cut_off_functions and f"{moment:%H:%M}" >= policy.cut_off
    if policy.cut_off_kept and (late or (function.id in policy.business_days and not business(day))):
        day = after(day)
    return day.isoformat()
