"""What tells one row of a list from another, and one function's rows from another's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from conformance.model import Finding, Language
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

DISTINCTIONS = ("brand", "kind", "size")
"""What two rows may differ in although they share an identifier that the bank gives to their whole family."""


@check()
def identifiers_are_unique(reading: Reading) -> Findings:
    """Gives no two rows of one answer the same identifier, and repeats no row that has none."""
    for answer_rows in _answers(reading):
        seen: set[str] = set()
        for row in answer_rows:
            identity = _identity(row)
            if identity in seen:
                name = row.text("id") or row.text("name") or row.text("address") or row.text("currency") or ""
                yield Finding("an identifier of one row only", f"{name[:80]!r} again", row.place("id"))
            seen.add(identity)


@check()
def kinds_fit_function(reading: Reading, *, foreign: Mapping[str, tuple[str, ...]]) -> Findings:
    """Serves under a function no row of a kind that belongs to another one."""
    others = foreign.get(reading.operation.id, ())
    for row in reading.rows():
        kind = row.text("kind")
        if kind in others:
            yield Finding(f"a row of {reading.operation.function.title}", f"kind {kind}", row.place("kind"))


def _answers(reading: Reading) -> Iterator[tuple[Row, ...]]:
    language: Language | None = None
    for answer in reading.pages(language):
        yield reading.rows_of(answer, language).rows


def _identity(row: Row) -> str:
    own = row.get("id")
    if isinstance(own, str | int) and not isinstance(own, bool):
        return json.dumps([own, *(row.get(name) for name in DISTINCTIONS)], default=str)
    return json.dumps(row.value, sort_keys=True, default=str)
