"""Amounts and days as a bank writes them: as texts, as JSON numbers, or as whole numbers of minor units."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from conformance.currency import exponent

MEMBERS = ("amount", "limit", "premium")
"""Members of instructions that are amounts of money."""
Amounts = Literal["text", "number", "minor"]
_PLAIN = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?", re.ASCII)


def written(instruction: Mapping[str, Any], amounts: Amounts) -> dict[str, Any]:
    """The instruction with its amounts as the bank writes them; what is no plain decimal stays a text."""
    told = dict(instruction)
    for name in MEMBERS:
        value = told.get(name)
        if amounts != "text" and isinstance(value, str) and _PLAIN.fullmatch(value):
            told[name] = _number(value, amounts, str(told.get("currency", "")))
    return told


def dated(instruction: Mapping[str, Any], form: str, names: Iterable[str]) -> dict[str, Any]:
    """The instruction with its days in the bank's form; what is no day stays as it is."""
    told = dict(instruction)
    for name in names:
        try:
            told[name] = datetime.date.fromisoformat(told[name]).strftime(form)
        except (KeyError, TypeError, ValueError):
            continue
    return told


def _number(value: str, amounts: Amounts, currency: str) -> int | float:
    exact = Decimal(value)
    if amounts == "minor":
        exact = exact.scaleb(exponent(currency))
    return int(exact) if exact == exact.to_integral_value() else float(exact)
