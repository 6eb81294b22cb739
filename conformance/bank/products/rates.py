"""The bank's exchange rates against the Hong Kong dollar, set anew every few minutes."""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from conformance.bank.products.catalogue import HONG_KONG, hong_kong_day, localised, source
from conformance.bank.products.policy import Row

_FIVE_PLACES = Decimal("0.00001")


def set_at(opened: float, now: float, interval: int, age: int) -> int:
    """Give when the rates in force were set, in seconds since 1970: `age` before the last full interval."""
    return int(opened + (now - opened) // interval * interval) - age


@lru_cache(maxsize=64)
def rates(language: str, at: int, seed: int) -> tuple[Row, ...]:
    """Give the telegraphic transfer and banknote rates; buy and sell are HKD for `unit` of the currency."""
    fx = source("fx")
    instant = datetime.fromtimestamp(at, HONG_KONG)
    shared = {
        name: localised(fx[name], language, hong_kong_day(at)) for name in ("conditions", "disclaimer")
    } | {"last_updated": instant.isoformat(timespec="seconds")}
    found: list[Row] = []
    for quoted in fx["currencies"]:
        # One movement per currency: both kinds of rate lie around the same middle, so notes stay the dearer.
        movement = random.Random(f"{seed}/{quoted['currency']}").randint(-50, 50) if seed else 0
        middle = Decimal(quoted["mid"]) * (10_000 + movement) / 10_000
        for kind in ("tt", "note"):
            if kind in quoted:
                half = middle * Decimal(quoted[kind]) / 100
                found.append(
                    {
                        "currency": quoted["currency"],
                        "base": "HKD",
                        "name": localised(quoted["name"], language, instant.date()),
                        "rate_type": kind,
                        "unit": quoted["unit"],
                        "buy": str((middle - half).quantize(_FIVE_PLACES)),
                        "sell": str((middle + half).quantize(_FIVE_PLACES)),
                    }
                    | shared
                )
    return tuple(found)
