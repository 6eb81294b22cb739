"""Every text that a bank sends, in every language and on every page, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.document import Document
from conformance.reading import Reading, values

MARGIN = 40
"""Characters shown on each side of what is wrong."""


@dataclass(frozen=True, slots=True)
class Member:
    """One scalar value of a document: where it stands, the name of its member and the answer it came in."""

    place: str
    name: str
    value: Any
    exchange: int


def documents(reading: Reading) -> Iterator[tuple[Answer, Document]]:
    """The answers of a function as documents: every page of every language that has a request of its own."""
    seen: set[bytes] = set()
    for language in reading.languages:
        for answer in reading.pages(language):
            if answer.body not in seen:
                seen.add(answer.body)
                yield answer, reading.document_of(answer)


def members(reading: Reading) -> tuple[Member, ...]:
    """Every scalar member and element of the documents."""
    found: tuple[Member, ...] = reading.once("members", lambda: tuple(_members(reading)))
    return found


def _members(reading: Reading) -> Iterator[Member]:
    for answer, document in documents(reading):
        for place, name, value in values(document.value):
            if not isinstance(value, dict | list):
                yield Member(place, name, value, answer.exchange)


def strings(reading: Reading) -> Iterator[tuple[Member, str]]:
    """The members that are strings."""
    for member in members(reading):
        if isinstance(member.value, str):
            yield member, member.value


def around(text: str, start: int, end: int) -> str:
    """What stands at a place in a text, with a little of what surrounds it, made visible."""
    return ascii(text[max(0, start - MARGIN) : min(end, start + MARGIN) + MARGIN])[:140]
