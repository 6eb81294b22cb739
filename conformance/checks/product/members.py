"""The values of a row that a dotted path means, through every element of the lists on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.document import pointer
from conformance.row import Row


def reach(row: Row, path: str) -> Iterator[tuple[str, Any]]:
    """Each value at ``fees.amount`` or the like, with its JSON Pointer in the canonical row."""
    yield from _follow(row.value, tuple(path.split(".")), ())


def named(row: Row, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Each scalar member with one of the names, and each scalar in a list so named, anywhere in the row."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(row.value, ())]
    while waiting:
        node, parts = waiting.pop(0)
        pairs = node.items() if isinstance(node, Mapping) else enumerate(node)
        for name, value in pairs:
            here = (*parts, name)
            if isinstance(value, Mapping | list):
                waiting.append((value, here))
            elif name in names or (isinstance(name, int) and parts and parts[-1] in names):
                yield pointer(here), value


def _follow(node: Any, names: tuple[str, ...], parts: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        for index, element in enumerate(node):
            yield from _follow(element, names, (*parts, index))
    elif not names:
        yield pointer(parts), node
    elif isinstance(node, Mapping) and names[0] in node:
        yield from _follow(node[names[0]], names[1:], (*parts, names[0]))
