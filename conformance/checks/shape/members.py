"""The members of a bank's documents, grouped by where they stand whatever the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.document import Document, pointer
from conformance.reading import Reading


@dataclass(frozen=True, slots=True)
class Entity:
    """One object of a document. ``pattern`` is its place with ``*`` for every index."""

    place: str
    pattern: str
    members: Mapping[str, Any]
    exchange: int

    def at(self, name: str) -> str:
        """The JSON Pointer of one of its members."""
        return self.place + pointer([name])


def documents(reading: Reading) -> Iterator[tuple[Answer, Document]]:
    """Every page of the first language."""
    for answer in reading.pages():
        yield answer, reading.document_of(answer)


def entities(reading: Reading) -> Iterator[Entity]:
    """Every object of every page."""
    for answer, document in documents(reading):
        waiting: list[tuple[Any, tuple[str | int, ...]]] = [(document.value, ())]
        while waiting:
            node, parts = waiting.pop()
            if isinstance(node, dict):
                yield Entity(pointer(parts), _pattern(parts), node, answer.exchange)
                waiting += [(child, (*parts, name)) for name, child in reversed(node.items())]
            elif isinstance(node, list):
                waiting += [(child, (*parts, index)) for index, child in reversed(list(enumerate(node)))]


def _pattern(parts: tuple[str | int, ...]) -> str:
    return pointer("*" if isinstance(part, int) else part for part in parts)
