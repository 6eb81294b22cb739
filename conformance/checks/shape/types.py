"""Whether a member has one type, and a boolean is one."""

from __future__ import annotations

from typing import Any

from conformance.checks.shape.members import documents, entities
from conformance.document import kind, pointer, shown
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

_MISSPELT = frozenset(
    {"ture", "treu", "rtue", "tru", "truee", "flase", "fasle", "fales", "fals", "afalse", "falsee"}
)
_BOOLEAN = frozenset({"true", "false"})


@check()
def types_are_stable(reading: Reading) -> Findings:
    """Gives a member the same JSON type in every row that has it."""
    first: dict[str, tuple[str, str]] = {}
    told: set[str] = set()
    for entity in entities(reading):
        for name, value in entity.members.items():
            for pattern, place, one in _values(entity.pattern + pointer([name]), entity.at(name), value):
                sort = kind(one)
                known, where = first.setdefault(pattern, (sort, place))
                if sort != known and pattern not in told:
                    told.add(pattern)
                    yield Finding(
                        f"{known}, as at {where}"[:160], f"{sort}, {shown(one)}", place, entity.exchange
                    )


@check()
def booleans_are_booleans(reading: Reading) -> Findings:
    """Says yes or no by a JSON boolean, not by a word that spells one."""
    unreadable = {problem.at for problem in reading.rows().problems}
    for entity in entities(reading):
        for name, value in entity.members.items():
            if entity.at(name) in unreadable:
                continue  # told where the mapping could not read it
            word = value.strip().casefold() if isinstance(value, str) else ""
            if word in _BOOLEAN or word in _MISSPELT:
                yield Finding(
                    "true or false as a JSON boolean", shown(value), entity.at(name), entity.exchange
                )


@check()
def member_names_are_unique(reading: Reading) -> Findings:
    """Names no member twice in one object, of which a client would see only one."""
    for answer, document in documents(reading):
        for place in document.duplicates:
            yield Finding("each name once in an object", "the same name again", place, answer.exchange)


def _values(pattern: str, place: str, value: Any) -> list[tuple[str, str, Any]]:
    """A member's value and, of a list, its elements; a null says nothing of its type."""
    found = [(pattern, place, value)] if value is not None else []
    if isinstance(value, list):
        found += [
            (f"{pattern}/*", f"{place}/{i}", element)
            for i, element in enumerate(value)
            if element is not None
        ]
    return found
