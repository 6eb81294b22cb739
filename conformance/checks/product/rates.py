"""Interest rates and percentages."""

from __future__ import annotations

from decimal import Decimal

from conformance.checks.product.members import reach
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import read_decimal

RATES = (
    "tiers.rate",
    "rate",
    "apr",
    "rate_cap",
    "purchase_apr",
    "cash_advance_apr",
    "fees.percentage",
    "max_loan_to_value",
)


@check()
def rates_in_range(
    reading: Reading, *, lowest: Decimal = Decimal(0), highest: Decimal = Decimal(100)
) -> Findings:
    """States every interest rate and percentage within the range that a customer could be quoted."""
    for row in reading.rows():
        for path in RATES:
            for place, value in reach(row, path):
                rate = read_decimal(value)
                if rate is not None and not lowest <= rate <= highest:
                    yield Finding(
                        f"{lowest} to {highest} per cent", f"{path} {rate:f}"[:80], row.place(place)
                    )


@check()
def apr_not_below_flat_rate(reading: Reading) -> Findings:
    """Gives a loan with a flat rate an annualised percentage rate that is not below it."""
    for row in reading.rows():
        rate, apr = row.decimal("rate"), row.decimal("apr")
        if rate is None or apr is None or "flat" not in (row.text("rate_type") or "").casefold():
            continue
        if apr < rate:
            yield Finding(
                "an APR that is at least the flat rate",
                f"APR {apr:f}, flat rate {rate:f}"[:80],
                row.place("apr"),
            )
