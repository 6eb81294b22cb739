"""The magnitude of exchange rates: per one or per hundred, of the currency or of its inverse.

The ranges are the lowest and highest value of one unit in Hong Kong dollars from 2018 to 2026, rounded
outwards. A rate is judged only when it lies a further factor beyond the range, so that no movement of the
market, but a slip of unit or direction, is found.
"""

from __future__ import annotations

from decimal import Decimal

from conformance.checks.fx.quotes import Quote, quotes
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

HKD_RANGES: dict[str, tuple[str, str]] = {
    "HKD": ("1", "1"),
    "USD": ("7.70", "7.90"),
    "EUR": ("7.40", "9.80"),
    "GBP": ("8.20", "11.50"),
    "CHF": ("7.50", "10.50"),
    "AUD": ("4.40", "6.60"),
    "NZD": ("4.20", "6.00"),
    "CAD": ("5.20", "6.60"),
    "SGD": ("5.30", "6.40"),
    "BND": ("5.30", "6.40"),
    "CNY": ("1.00", "1.30"),
    "CNH": ("1.00", "1.30"),
    "JPY": ("0.045", "0.080"),
    "TWD": ("0.220", "0.300"),
    "KRW": ("0.0048", "0.0078"),
    "THB": ("0.195", "0.275"),
    "MYR": ("1.55", "2.15"),
    "PHP": ("0.125", "0.170"),
    "IDR": ("0.00042", "0.00062"),
    "INR": ("0.080", "0.130"),
    "VND": ("0.00027", "0.00038"),
    "MOP": ("0.95", "0.99"),
    "DKK": ("0.98", "1.35"),
    "NOK": ("0.65", "1.08"),
    "SEK": ("0.65", "1.05"),
    "ZAR": ("0.36", "0.72"),
    "AED": ("2.08", "2.16"),
    "SAR": ("2.04", "2.12"),
    "QAR": ("2.10", "2.18"),
    "KWD": ("24.0", "27.0"),
    "BHD": ("20.0", "21.2"),
    "OMR": ("19.8", "20.8"),
    "ILS": ("1.85", "2.80"),
    "PLN": ("1.45", "2.40"),
    "CZK": ("0.28", "0.42"),
    "MXN": ("0.28", "0.50"),
}


@check()
def magnitude_is_plausible(reading: Reading, *, factor: Decimal = Decimal(5)) -> Findings:
    """Quotes every rate for the unit, and in the direction, that the row states."""
    for quote in quotes(reading):
        currency, base = HKD_RANGES.get(quote.currency), HKD_RANGES.get(quote.base)
        if currency is None or base is None or quote.currency == quote.base:
            continue
        lowest = Decimal(currency[0]) / Decimal(base[1]) / factor
        highest = Decimal(currency[1]) / Decimal(base[0]) * factor
        for name, price in (("buy", quote.buy), ("sell", quote.sell)):
            if not lowest <= price <= highest:
                usual = Decimal(currency[0]) / Decimal(base[0])
                yield Finding(
                    f"about {usual:.4g} {quote.base} for one {quote.currency}",
                    f"{price:.6g}{_hint(price, lowest, highest)}",
                    quote.row.place(name),
                )
                break


@check()
def spread_is_plausible(reading: Reading, *, factor: Decimal) -> Findings:
    """Sells a currency for less than the given factor of what it buys it for."""
    for quote in quotes(reading):
        known = quote.currency in HKD_RANGES and quote.base in HKD_RANGES
        if known and quote.sell > quote.buy * factor and _plausible(quote):
            yield Finding(
                f"a selling rate below {factor} times the buying rate",
                f"{quote.currency}: buys at {quote.buy:f}, sells at {quote.sell:f}"[:120],
                quote.row.place("sell"),
            )


def _plausible(quote: Quote) -> bool:
    """Whether both prices are such as one could believe by itself, which another check judges."""
    low = Decimal(HKD_RANGES[quote.currency][0]) / Decimal(HKD_RANGES[quote.base][1])
    high = Decimal(HKD_RANGES[quote.currency][1]) / Decimal(HKD_RANGES[quote.base][0])
    return low / 5 <= quote.buy and quote.sell <= high * 5


def _hint(price: Decimal, lowest: Decimal, highest: Decimal) -> str:
    """What slip would explain the rate best."""
    center = (lowest * highest).sqrt()
    slips = {
        "per 100 without a unit": price / 100,
        "per 1 with a unit of 100": price * 100,
        "the inverse of the rate": 1 / price,
        "the decimal point one place to the left": price * 10,
        "the decimal point one place to the right": price / 10,
    }
    likely = {text: max(x / center, center / x) for text, x in slips.items() if lowest <= x <= highest}
    return f", as if {min(likely, key=likely.__getitem__)}" if likely else ""
