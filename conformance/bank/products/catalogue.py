"""The products, branches, ATMs and boxes of the bank, in three languages."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from conformance.bank.products.policy import Row

HONG_KONG = timezone(timedelta(hours=8))
LANGUAGES = ("en", "tc", "sc")


@dataclass(frozen=True, slots=True)
class Function:
    """One function of Phase I: its id, its path, and the file that holds its rows."""

    id: str
    path: str
    file: str


FX = Function("other.fx-rate", "/fx-rates", "fx")
FUNCTIONS = (
    Function("deposits.savings-account-product", "/products/savings-accounts", "deposits"),
    Function("deposits.current-account-product", "/products/current-accounts", "deposits"),
    Function("deposits.time-deposit-product", "/products/time-deposits", "deposits"),
    Function("deposits.foreign-currency-account-product", "/products/foreign-currency-accounts", "deposits"),
    Function("loans.credit-card-product", "/products/credit-cards", "loans"),
    Function("loans.mortgage-product", "/products/mortgages", "loans"),
    Function("loans.unsecured-loan-product", "/products/unsecured-loans", "loans"),
    Function("loans.secured-loan-product", "/products/secured-loans", "loans"),
    Function("other.safe-deposit-box-product", "/products/safe-deposit-boxes", "places"),
    Function("other.branch", "/branches", "places"),
    Function("other.atm", "/atms", "places"),
    FX,
    Function("investments.retail-fund-product", "/products/retail-funds", "investments"),
    Function("investments.structured-product", "/products/structured-products", "investments"),
    Function("investments.precious-metal-product", "/products/precious-metals", "investments"),
    Function("investments.stock-trading-product", "/products/stock-trading", "investments"),
    Function("insurance.general-product", "/products/general-insurance", "insurance"),
    Function("insurance.life-product", "/products/life-insurance", "insurance"),
)


@cache
def source(file: str) -> Any:
    """Read a data file: texts are `{en, tc, sc}`; `{day: n}` and `{morning: n}` count days from today."""
    return json.loads((Path(__file__).parent / "data" / f"{file}.json").read_text(encoding="utf-8"))


def hong_kong_day(now: float) -> date:
    """Give the date in Hong Kong at an instant in seconds since 1970."""
    return datetime.fromtimestamp(now, UTC).astimezone(HONG_KONG).date()


@lru_cache(maxsize=512)
def rows(function: Function, language: str, today: date, seed: int) -> tuple[Row, ...]:
    """Give the rows of a function as they stand on a day; a seed other than 0 reorders them and omits some.

    The rows are shared between callers: copy one before changing it.
    """
    found: list[Row] = [localised(row, language, today) for row in source(function.file)[function.id]]
    if seed:
        chance = random.Random(f"{seed}/{function.id}")
        spare = found[3:]
        found = found[:3] + chance.sample(spare, max(0, len(spare) - chance.randrange(4)))
        chance.shuffle(found)
    return tuple(found)


def localised(value: Any, language: str, today: date) -> Any:
    """Give a value of a data file in one language, with its days counted from today."""
    if isinstance(value, list):
        return [localised(each, language, today) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == set(LANGUAGES):
        return value[language]
    if value.keys() == {"day"}:
        return (today + timedelta(days=value["day"])).isoformat()
    if value.keys() == {"morning"}:
        return f"{today + timedelta(days=value['morning'])}T09:00:00+08:00"
    return {name: localised(each, language, today) for name, each in value.items()}
