"""Exchange rates, each on its own and against its siblings."""

from __future__ import annotations

from collections import defaultdict

from conformance.checks.fx.quotes import Quote, quotes, unit_of
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

TRANSFER = frozenset({"tt", "t/t", "telegraphic transfer", "telegraphic transfers"})
NOTES = frozenset({"note", "notes", "banknote", "banknotes", "bank note", "bank notes", "cash"})
_QUOTED = frozenset({"buy", "sell", "last_updated", "name", "disclaimer"})


@check()
def buy_not_above_sell(reading: Reading) -> Findings:
    """Buys every currency for no more than it sells it for."""
    for quote in quotes(reading):
        if quote.buy > quote.sell:
            yield Finding(
                "a buying rate that is at most the selling rate",
                f"{quote.currency}: buys at {quote.buy:f}, sells at {quote.sell:f}"[:120],
                quote.row.place("buy"),
            )


@check()
def prices_are_positive(reading: Reading) -> Findings:
    """Leaves out a buying or selling rate that it does not quote, rather than giving zero."""
    for row in reading.rows():
        for side in ("buy", "sell"):
            if row.decimal(side) == 0:
                yield Finding("a rate above zero, or none", "0", row.place(side))


@check()
def prices_not_negative(reading: Reading) -> Findings:
    """Quotes no buying or selling rate below zero."""
    for row in reading.rows():
        for side in ("buy", "sell"):
            price = row.decimal(side)
            if price is not None and price < 0:
                said = f"{row.text('currency')}: {price:f}"
                yield Finding("a rate that is not negative", said[:80], row.place(side))


@check()
def unit_is_positive(reading: Reading) -> Findings:
    """Quotes every rate for an amount of currency above zero."""
    for row in reading.rows():
        unit = unit_of(row)
        if unit is not None and unit <= 0:
            yield Finding("a unit above zero", f"{unit:f}"[:80], row.place("unit"))


@check()
def base_differs_from_currency(reading: Reading) -> Findings:
    """Quotes no currency against itself."""
    for row in reading.rows():
        currency = row.text("currency")
        if currency and currency == row.text("base"):
            yield Finding(
                "a base that is another currency", f"{currency} in {currency}"[:80], row.place("base")
            )


@check()
def one_rate_for_each_currency(reading: Reading) -> Findings:
    """Gives one rate for a currency, base and kind of rate, unless the rows say what sets them apart."""
    for answer in reading.pages():
        known: dict[tuple[tuple[str, str], ...], object] = {}
        for row in reading.rows_of(answer):
            identity = tuple(sorted((k, str(v)) for k, v in row.value.items() if k not in _QUOTED))
            prices = (row.decimal("buy"), row.decimal("sell"))
            if identity in known and known[identity] != prices:
                yield Finding(
                    "one rate for a currency, base and kind",
                    f"another rate for {row.text('currency')}"[:80],
                    row.place("currency"),
                )
            known[identity] = prices


@check()
def transfer_spread_within_note_spread(reading: Reading) -> Findings:
    """Keeps the spread of telegraphic transfers no wider than that of banknotes in the same currency."""
    spreads: dict[tuple[str, str], dict[str, Quote]] = defaultdict(dict)
    for quote in quotes(reading):
        kind = "transfer" if quote.kind in TRANSFER else "notes" if quote.kind in NOTES else ""
        spreads[quote.currency, quote.base].setdefault(kind, quote)
    for pair in spreads.values():
        transfer, notes = pair.get("transfer"), pair.get("notes")
        if transfer is None or notes is None or transfer.buy > transfer.sell or notes.buy > notes.sell:
            continue
        wide, narrow = transfer.sell - transfer.buy, notes.sell - notes.buy
        if wide > narrow:
            yield Finding(
                "a transfer spread within the note spread",
                f"{transfer.currency}: {wide:f} for transfers, {narrow:f} for notes"[:120],
                transfer.row.place("sell"),
            )
