"""Lowest and highest values, ages and amounts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from conformance.checks.product.members import named, reach
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row, read_decimal

PAIRS = (("tenor", "min", "max"), ("eligibility", "min_age", "max_age"))
AMOUNTS = frozenset({"amount"})


@check()
def minimum_not_above_maximum(reading: Reading) -> Findings:
    """Sets no minimum above its maximum: of a tier's balances, an amount, a tenor or an age."""
    for row in reading.rows():
        for place, low, high in _ranges(row):
            if low > high:
                yield Finding("a minimum that is at most the maximum", f"{low:f} to {high:f}"[:120], place)


@check()
def ages_are_human(reading: Reading, *, highest: int = 120) -> Findings:
    """States ages of eligibility that a person can have."""
    for row in reading.rows():
        for path in ("eligibility.min_age", "eligibility.max_age"):
            age = row.decimal(path)
            if age is not None and not 0 <= age <= highest:
                yield Finding(f"an age from 0 to {highest}", f"{age:f}"[:60], row.place(path))


@check()
def amounts_not_negative(reading: Reading) -> Findings:
    """States no fee, balance, premium or loan as a negative amount."""
    for row in reading.rows():
        for place, value in named(row, AMOUNTS):
            amount = read_decimal(value)
            if amount is not None and amount < 0:
                yield Finding("an amount that is not negative", f"{amount:f}"[:80], row.place(place))


def _ranges(row: Row) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Each lower and upper end with the place of the lower."""
    for part, lowest, highest in PAIRS:
        low, high = row.decimal(f"{part}.{lowest}"), row.decimal(f"{part}.{highest}")
        if low is not None and high is not None:
            yield row.place(f"{part}.{lowest}"), low, high
    for tier in row.items("tiers"):
        low, high = tier.decimal("min"), tier.decimal("max")
        if low is not None and high is not None:
            yield tier.place("min"), low, high
    low, high = row.decimal("min_amount.amount"), row.decimal("max_amount.amount")
    same = [value for _, value in reach(row, "min_amount.currency")] == [
        value for _, value in reach(row, "max_amount.currency")
    ]
    if low is not None and high is not None and same:
        yield row.place("min_amount.amount"), low, high
