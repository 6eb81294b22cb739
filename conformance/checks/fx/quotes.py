"""A quote: one exchange rate, per one unit of its currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from conformance.reading import Reading
from conformance.row import Row


@dataclass(frozen=True, slots=True)
class Quote:
    """What the bank pays (``buy``) and asks (``sell``) for one unit of ``currency``, in ``base``."""

    currency: str
    base: str
    buy: Decimal
    sell: Decimal
    row: Row

    @property
    def kind(self) -> str:
        """The kind of rate in the bank's words, case and separators folded."""
        return " ".join(
            (self.row.text("rate_type") or "").casefold().replace("_", " ").replace("-", " ").split()
        )


def quotes(reading: Reading) -> Iterator[Quote]:
    """The rates that can be read; one whose unit or price is zero or less is judged by other checks."""
    for row in reading.rows():
        buy, sell, unit = row.decimal("buy"), row.decimal("sell"), unit_of(row)
        if buy is None or sell is None or unit is None or min(buy, sell, unit) <= 0:
            continue
        yield Quote(row.text("currency") or "", row.text("base") or "", buy / unit, sell / unit, row)


def unit_of(row: Row) -> Decimal | None:
    """The amount of currency that a rate is for: 1 when not stated, None when unreadable."""
    return row.decimal("unit") if row.has("unit") else Decimal(1)
