"""From what the lint finds to findings."""

from __future__ import annotations

from conformance.dictionary import Dictionaries
from conformance.model import Finding
from conformance.registry import Findings

MOST = 12
"""Findings of one rule that are told; the last one tells how many more there are."""


def findings(dictionaries: Dictionaries, rule: str) -> Findings:
    """The slips that one rule finds in all dictionaries, each with its place."""
    found = dictionaries.slips(rule)
    for number, (one, slip) in enumerate(found[:MOST]):
        more = len(found) - MOST if number == MOST - 1 else 0
        actual = f"{slip.actual}, and {more} more of the kind" if more > 0 else slip.actual
        at = f"{one.name}#{slip.at}" if slip.at.startswith("/") or not slip.at else slip.at
        yield Finding(slip.expected, actual, at, one.exchange)
