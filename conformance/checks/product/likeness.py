"""What two accounts of one thing say differently: the row of a list, and the object at a path of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.row import read_decimal, read_instant

LONG = 80
"""Characters from which a text is prose, which a list may give in short and a detail in full."""
_DEPTH = 3
"""Levels of envelopes in which an object is looked for."""


def counterpart(document: Any, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The object in an answer that has the most members of a row's names; None where none has two of them."""
    best, shared = None, 1
    level = [document]
    for _ in range(_DEPTH):
        level = [node for node in level if isinstance(node, Mapping)]
        for node in level:
            common = len(row.keys() & node.keys())
            if common > shared:
                best, shared = node, common
        level = [inner for node in level for inner in node.values()]
    return best


def unlike(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """The places at which both say something, and not the same: prose, links and moments are left out."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in one.keys() & other.keys():
            yield from unlike(one[name], other[name], f"{at}/{name}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) == len(other):
            for index, pair in enumerate(zip(one, other, strict=True)):
                yield from unlike(*pair, f"{at}/{index}")
    elif _said(one) and _said(other) and not _same(one, other):
        yield at


def _said(value: Any) -> bool:
    """Whether a value says something that has to be said alike everywhere."""
    if isinstance(value, str):
        link = "://" in value or value.startswith("/")
        return bool(value.strip()) and len(value) < LONG and not link and read_instant(value) is None
    return value is not None and not isinstance(value, Mapping | list)


def _same(one: Any, other: Any) -> bool:
    numbers = read_decimal(one), read_decimal(other)
    if None not in numbers:
        return numbers[0] == numbers[1]
    texts = [
        value.strip().casefold() if isinstance(value, str) else str(value).casefold()
        for value in (one, other)
    ]
    return texts[0] == texts[1]
