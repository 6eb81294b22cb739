"""Canonical rows: what the checks read, whatever the bank's own shape.

A path is written with dots (``eligibility.min_age``, ``tiers.0.rate``) or as a JSON Pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from conformance.document import parts_of, pointer
from conformance.model import Finding, Language, Resource

_DECIMAL = re.compile(r"-?[0-9]{1,200}(?:\.[0-9]{1,200})?", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _parts(path: str) -> tuple[str, ...]:
    if path.startswith("/"):
        return parts_of(path)
    return tuple(path.split(".")) if path else ()


def read_decimal(value: Any) -> Decimal | None:
    """A canonical decimal: a JSON string of ASCII digits, or a JSON number; None for anything else."""
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def read_instant(value: Any) -> datetime | None:
    """An RFC 3339 date-time with its offset; None for anything else."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    # Python reads at most six digits of a second's fraction.
    text = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", value.upper()).replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def read_day(value: Any) -> date | None:
    """A full-date of RFC 3339; None for anything else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One canonical row and where each of its values stands in the bank's document.

    ``value`` is canonical JSON. ``places`` maps JSON Pointers into ``value`` to those of the source; below
    a pointer in ``verbatim`` both have the same shape. ``pointer`` is the place of the row itself.
    """

    value: Mapping[str, Any]
    places: Mapping[str, str] = field(default_factory=dict)
    pointer: str = ""
    language: Language | None = None
    verbatim: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    """Pointers into the row at which the bank gave a value that could not be read, reported as such."""

    def get(self, path: str) -> Any:
        """The value at a path, or None when absent."""
        value, rest = self._follow(_parts(path))
        return None if rest else value

    def has(self, path: str) -> bool:
        """Whether the row has a value at a path; a null is a value."""
        return not self._follow(_parts(path))[1]

    def text(self, path: str) -> str | None:
        """The string at a path; None when absent or no string."""
        value = self.get(path)
        return value if isinstance(value, str) else None

    def decimal(self, path: str) -> Decimal | None:
        """The exact number at a path; None when absent or unreadable."""
        return read_decimal(self.get(path))

    def instant(self, path: str) -> datetime | None:
        """The moment at a path, with its offset; None when absent or unreadable."""
        return read_instant(self.get(path))

    def day(self, path: str) -> date | None:
        """The date at a path; None when absent or unreadable."""
        return read_day(self.get(path))

    def values(self, path: str) -> tuple[Any, ...]:
        """The elements of the list at a path; empty when absent or no list."""
        value = self.get(path)
        return tuple(value) if isinstance(value, list | tuple) else ()

    def items(self, path: str) -> tuple[Row, ...]:
        """The objects of the list at a path, as rows with places of their own."""
        base = _parts(path)
        return tuple(
            self._part((*base, str(index)), element)
            for index, element in enumerate(self.values(path))
            if isinstance(element, dict)
        )

    def place(self, path: str = "") -> str:
        """The JSON Pointer in the bank's document of a path, or of its nearest part that exists."""
        parts = _parts(path)
        parts = parts[: len(parts) - len(self._follow(parts)[1])]
        for length in range(len(parts), -1, -1):
            head = pointer(parts[:length])
            if head in self.places:
                source = self.places[head]
                return source + pointer(parts[length:]) if head in self.verbatim else source
        return self.pointer

    def key(self, resource: Resource) -> tuple[Any, ...] | None:
        """The values that identify the row, by the first of the resource's keys that it fills."""
        for names in resource.key:
            values = tuple(_hashable(self.get(name)) for name in names)
            if all(value not in (None, "") for value in values):
                return values
        return None

    def _follow(self, parts: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
        node: Any = self.value
        for index, part in enumerate(parts):
            if isinstance(node, Mapping) and part in node:
                node = node[part]
            elif (
                isinstance(node, list) and part.isascii() and part.isdigit() and len(part) < 10
                and int(part) < len(node)
            ):  # fmt: skip
                node = node[int(part)]
            else:
                return None, parts[index:]
        return node, ()

    def _part(self, parts: tuple[str, ...], value: Mapping[str, Any]) -> Row:
        head = pointer(parts)
        places = {p[len(head) :]: s for p, s in self.places.items() if p == head or p.startswith(f"{head}/")}
        verbatim = frozenset(p[len(head) :] for p in self.verbatim if p == head or p.startswith(f"{head}/"))
        place = self.place(head)
        if not places and self._copied(parts):
            places, verbatim = {"": place}, frozenset({""})
        return Row(value, places, place, self.language, verbatim)

    def _copied(self, parts: tuple[str, ...]) -> bool:
        return any(pointer(parts[:length]) in self.verbatim for length in range(len(parts) + 1))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one answer, what could not be read, and member names that look like slips.

    ``problems`` are findings with JSON Pointers into the bank's document; ``slips`` name members that are
    nearly, but not, those which the mapping asks for.
    """

    rows: tuple[Row, ...]
    problems: tuple[Finding, ...] = ()
    slips: tuple[Finding, ...] = ()

    @classmethod
    def joined(cls, pages: Iterable[Rows]) -> Rows:
        """The rows of several answers as one; pointers stay those of each answer."""
        read = tuple(pages)
        return cls(
            tuple(row for page in read for row in page.rows),
            tuple(finding for page in read for finding in page.problems),
            tuple(finding for page in read for finding in page.slips),
        )

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_hashable(item) for item in value)
    if isinstance(value, Mapping):
        return tuple(sorted((name, _hashable(item)) for name, item in value.items()))
    return value
