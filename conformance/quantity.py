# ruff: noqa: RUF001, RUF002 - banks write full-width signs
"""Numbers as banks write them: exact decimals out of figures, prose amounts and percentages.

Only ASCII digits count: a full-width ``１`` is no digit of JSON, and no machine of a TSP reads it as one.
What has more than one reading is not read.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Any

from conformance import currency

LARGEST = 30
"""Powers of ten that a number may reach either way."""

_FIGURE = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})(?:\.[0-9]{1,30})?"
_A_YEAR = r"(?:p\.?\s?a\.?|per\s+(?:annum|year)|a\s+year|每年|/年)"
_MONEY = re.compile(
    rf"(?P<before>{currency.TOKEN})?\s*(?P<figure>{_FIGURE})\s*(?P<myriad>[萬万])?\s*"
    rf"(?P<after>{currency.TOKEN}|[元圓圆])?\s*{_A_YEAR}?",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?:年利率|年息|每年)?\s*(?P<figure>{_FIGURE})\s*[%％]?\s*(?:{_A_YEAR}|APR)?", re.IGNORECASE
)
_EXACT = Context(prec=60, traps=[Inexact, DivisionByZero, InvalidOperation, Overflow])


LONGEST = 120
"""Characters of a text that is read as a quantity; a bank's text is hostile, and matching takes time."""


class Unreadable(Exception):
    """A value is not what it was declared to be; ``expected`` says what was."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def short(text: str, expected: str, longest: int = LONGEST) -> str:
    """A text with its white space reduced to single spaces. Raises ``Unreadable`` when it is too long."""
    if len(text) > longest:
        raise Unreadable(expected)
    return " ".join(text.split())


def plain(number: Decimal) -> str:
    """A decimal in canonical form: no exponent, every digit kept."""
    text = format(number, "f")
    return text[1:] if text.startswith("-") and not number else text.lstrip("+")


def number(value: Any, expected: str = "a number") -> Decimal:
    """A JSON number, or ASCII digits with or without thousands separators. Raises ``Unreadable``."""
    if isinstance(value, str):
        text = short(value, expected)
        if re.fullmatch(_FIGURE, text):
            return Decimal(text.replace(",", ""))
        raise Unreadable(expected)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unreadable(expected)
    result = Decimal(value)
    if not result.is_finite() or abs(result.adjusted()) > LARGEST or len(result.as_tuple().digits) > 60:
        raise Unreadable(f"{expected} below 10^{LARGEST}")
    return result


def decimal(value: Any) -> Decimal:
    """A number with, perhaps, a currency or a percent sign beside it. Raises ``Unreadable``."""
    if isinstance(value, str):
        text = short(value, "a number")
        if match := _PERCENT.fullmatch(text):
            return Decimal(match["figure"].replace(",", ""))
        return money(value)[0]
    return number(value)


def percent(value: Any) -> Decimal:
    """A percentage: ``3.5``, ``3.5%``, ``3.5% p.a.`` are all 3.5. Raises ``Unreadable``."""
    if isinstance(value, str):
        match = _PERCENT.fullmatch(short(value, "a percentage"))
        if match is None:
            raise Unreadable("a percentage")
        return Decimal(match["figure"].replace(",", ""))
    return number(value, "a percentage")


def money(value: Any) -> tuple[Decimal, str | None]:
    """An amount and the currency beside it. Raises ``Unreadable`` when there is not exactly one amount."""
    if not isinstance(value, str):
        return number(value, "an amount"), None
    match = _MONEY.fullmatch(short(value, "an amount"))
    if match is None:
        raise Unreadable("an amount")
    named = [currency.code(text.upper()) for text in (match["before"], match["after"]) if text]
    codes = {code for code in named if code}
    if len(codes) > 1:
        raise Unreadable("an amount in one currency")
    amount = Decimal(match["figure"].replace(",", ""))
    if match["myriad"]:
        amount = _EXACT.multiply(amount, Decimal(10_000)).normalize(_EXACT)
        amount = amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount
    return amount, next(iter(codes), None)


def integer(value: Any) -> int:
    """A whole number. Raises ``Unreadable``."""
    result = number(value, "a whole number")
    if result != result.to_integral_value():
        raise Unreadable("a whole number")
    return int(result)


def divided(value: Decimal, unit: Decimal) -> Decimal:
    """A quotient without rounding. Raises ``Unreadable`` when it has no end or the unit is not positive."""
    if unit <= 0:
        raise Unreadable("a unit above zero")
    try:
        return _EXACT.divide(value, unit)
    except (Inexact, InvalidOperation, Overflow):
        raise Unreadable(f"a number that divides by {unit} without rest") from None


def added(value: Decimal, summand: Decimal) -> Decimal:
    """A sum without rounding. Raises ``Unreadable`` when it is too long to be exact."""
    try:
        return _EXACT.add(value, summand)
    except (Inexact, InvalidOperation, Overflow):
        raise Unreadable("a number of at most 60 digits") from None


def multiplied(value: Decimal, factor: Decimal) -> Decimal:
    """A product without rounding. Raises ``Unreadable`` when it is too long to be exact."""
    try:
        return _EXACT.multiply(value, factor)
    except (Inexact, InvalidOperation, Overflow):
        raise Unreadable("a number of at most 60 digits") from None


def is_debit(word: Any) -> bool:
    """Whether a bank's word for a direction means that money is owed or goes out. Raises ``Unreadable``."""
    text = word.strip().lower() if isinstance(word, str) else ""
    if text in ("debit", "dbit", "dr", "d", "debt"):
        return True
    if text in ("credit", "crdt", "cr", "c"):
        return False
    raise Unreadable("a direction: credit, CRDT, CR or C, debit, DBIT, DR or D")
