"""Interest tiers: one rate, and only one, for each balance.

Banks write the end of a tier as the last balance in it (499999 or 499999.99) or as the first of the next
(500000); many give only where a tier begins. All of these are read as the same tiers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

UNIT = Decimal(1)
"""The largest step between an included end and the next beginning: one unit of the currency."""
_MEASURES = frozenset({"min", "max", "rate", "description"})
_FOREVER = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Tier:
    """The balances from ``low`` to ``high`` and the row that says so."""

    low: Decimal
    high: Decimal
    row: Row

    @property
    def name(self) -> str:
        return self.row.text("description") or ""

    def __str__(self) -> str:
        return f"{self.low:f} to {'no end' if self.high == _FOREVER else format(self.high, 'f')}"


@check()
def tiers_without_gap(reading: Reading) -> Findings:
    """Leaves no balance between two interest tiers of one currency and tenor without a rate."""
    for tiers in _ladders(reading):
        reached = tiers[0].high
        for tier in tiers[1:]:
            if tier.low - reached > UNIT:
                yield Finding(
                    "a tier that begins where the one below it ends",
                    f"no rate from {reached:f} to {tier.low:f}"[:120],
                    tier.row.place("min"),
                )
            reached = max(reached, tier.high)


@check()
def tiers_without_overlap(reading: Reading) -> Findings:
    """Gives no balance two rates in the interest tiers of one currency and tenor."""
    for tiers in _ladders(reading):
        for index, tier in enumerate(tiers):
            for other in tiers[index + 1 :]:
                if other.low >= tier.high:
                    break
                if not _alternatives(tier, other):
                    yield Finding(
                        "one rate for each balance", f"{tier} and {other}"[:120], other.row.place("min")
                    )


@check()
def tiers_in_order(reading: Reading) -> Findings:
    """Lists the interest tiers of one currency and tenor in the order of their balances."""
    for group in _groups(reading):
        lows = [low for low in (row.decimal("min") for row in group) if low is not None]
        if lows not in (sorted(lows), sorted(lows, reverse=True)):
            yield Finding(
                "tiers by rising balance", ", ".join(f"{x:f}" for x in lows)[:120], group[0].place()
            )


def _groups(reading: Reading) -> Iterator[list[Row]]:
    """The tiers of each product by all that tells them apart but their balances and their words."""
    for row in reading.rows():
        groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        for tier in row.items("tiers"):
            groups[tuple(sorted((k, str(v)) for k, v in tier.value.items() if k not in _MEASURES))].append(
                tier
            )
        for group in groups.values():
            names = [tier.text("description") for tier in group]
            if len(set(names)) == len(names):
                yield group
                continue
            for name in dict.fromkeys(names):
                yield [tier for tier in group if tier.text("description") == name]


def _ladders(reading: Reading) -> Iterator[list[Tier]]:
    """The tiers of a group by balance, open ends closed; no group with unreadable or inverted bounds."""
    for group in _groups(reading):
        if any(row.has(end) and row.decimal(end) is None for row in group for end in ("min", "max")):
            continue
        bounds = [(row.decimal("min"), row.decimal("max"), row) for row in group]
        if len(bounds) < 2 or any(
            low is not None and high is not None and low > high for low, high, _ in bounds
        ):
            continue
        lows = sorted({low for low, _, _ in bounds if low is not None})
        highs = sorted({high for _, high, _ in bounds if high is not None})
        tiers = []
        for low, high, row in bounds:
            if low is None and high is None:
                continue
            begin = (
                low if low is not None else max((x for x in highs if high and x < high), default=Decimal(0))
            )
            end = high if high is not None else min((x for x in lows if x > begin), default=_FOREVER)
            tiers.append(Tier(begin, end, row))
        if tiers:
            yield sorted(tiers, key=lambda tier: (tier.low, tier.high))


def _alternatives(one: Tier, other: Tier) -> bool:
    """Whether two tiers are offers to different customers: named differently, the one within the other."""
    within = (one.low <= other.low and other.high <= one.high) or (
        other.low <= one.low and one.high <= other.high
    )
    return one.name != other.name and within
