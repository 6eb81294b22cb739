"""Currency codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.checks.product.members import named
from conformance.currency import ISO_4217
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

CURRENCIES = frozenset({"currency", "currencies", "base"})
RENMINBI = frozenset({"CNH", "RMB"})
_CODE = re.compile("[A-Z]{3}")


@check()
def currencies_are_iso_4217(reading: Reading) -> Findings:
    """Names every currency by a code of ISO 4217; the market names of the renminbi are judged apart."""
    for code, place in _codes(reading):
        if code not in ISO_4217 and code not in RENMINBI:
            yield Finding("a currency code of ISO 4217", code, place)


@check()
def renminbi_is_cny(reading: Reading) -> Findings:
    """Names the renminbi CNY, as ISO 4217 does, rather than CNH or RMB."""
    for code, place in _codes(reading):
        if code in RENMINBI:
            yield Finding("CNY", code, place)


def _codes(reading: Reading) -> Iterator[tuple[str, str]]:
    """Each code of three capital letters, once, with its first place; what is none is left to the schema."""
    seen: set[str] = set()
    for row in reading.rows():
        for place, value in named(row, CURRENCIES):
            if isinstance(value, str) and value not in seen and _CODE.fullmatch(value):
                seen.add(value)
                yield value, row.place(place)
