"""Rows against the schema of their resource: what is missing, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.checks.product.dates import ZONELESS
from conformance.checks.product.members import reach
from conformance.document import pointer, resolve, shown
from conformance.errors import NotApplicable
from conformance.model import Finding, Language, Resource
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row
from conformance.schema import Validator, Violation

MISSING = frozenset({"required", "anyOf", "minItems"})
"""Keywords by which a schema says that something has to be there."""


@check()
def required_fields(reading: Reading) -> Findings:
    """Gives in every row the fields without which it is of no use."""
    for row, violation in violations(reading):
        if violation.keyword in MISSING and not _unread(row, violation):
            yield Finding(violation.expected, f"none in {_named(row)}", row.place(violation.instance_pointer))
    for row in reading.rows():
        for name in _resource(reading).schema.get("required", ()):
            value = row.get(name)
            if isinstance(value, str) and value and not value.strip():
                yield Finding(f"a member {shown(name)} with a text", f"{shown(value)}", row.place(name))


@check()
def values_can_be_read(reading: Reading) -> Findings:
    """Writes every value in the type and format that its definition states."""
    rows = reading.rows()
    if rows.rows:
        yield from rows.problems
    for row, violation in violations(reading):
        if violation.keyword not in MISSING and not _judged_elsewhere(row, violation):
            yield Finding(violation.expected, violation.actual, row.place(violation.instance_pointer))


@check()
def recommended_fields(reading: Reading, *, besides: tuple[str, ...] = ()) -> Findings:
    """Gives the fields that make a row useful to a customer who compares, in at least one row each."""
    rows = reading.rows().rows
    unread = {place for row in rows for place in row.unread}
    for path in _resource(reading).recommended:
        if path in besides or any(place.startswith(pointer(path.split("."))) for place in unread):
            continue
        if rows and not any(_filled(row, path) for row in rows):
            yield Finding(f"{path} in some row", f"none in {len(rows)} rows", rows[0].place())


def violations(reading: Reading, language: Language | None = None) -> Iterator[tuple[Row, Violation]]:
    """Each row with what the schema of its resource does not allow in it."""
    validator = _validator(_resource(reading).name, _Schema(_resource(reading).schema))
    for row in reading.rows(language):
        if not validator.valid(row.value):
            for violation in validator.findings(row.value):
                yield row, violation


def _judged_elsewhere(row: Row, violation: Violation) -> bool:
    """Whether another check has the last word: links, and instants that lack nothing but their offset."""
    if violation.keyword != "format":
        return False
    try:
        value = resolve(row.value, violation.instance_pointer)
    except LookupError:
        return False
    name = violation.instance_pointer.rpartition("/")[2]
    return name.endswith("_url") or (isinstance(value, str) and ZONELESS.fullmatch(value) is not None)


def _unread(row: Row, violation: Violation) -> bool:
    """Whether the missing member is one that came and could not be read, which is said once."""
    for place in row.unread:
        parent, _, name = place.rpartition("/")
        if (parent, f"a member {shown(name)}") == (violation.instance_pointer, violation.expected):
            return True
    return False


def _filled(row: Row, path: str) -> bool:
    return any(value not in (None, "", [], {}) for _, value in reach(row, path)) or bool(row.values(path))


def _named(row: Row) -> str:
    name = row.text("id") or row.text("name") or row.text("currency") or row.text("address")
    return f"the row {name[:60]!r}" if name else "a row"


def _resource(reading: Reading) -> Resource:
    if reading.operation.resource is None:
        raise NotApplicable("the function has no rows with a schema")
    return reading.operation.resource


class _Schema:
    """A schema that can be a key: the profiles' own, which live as long as the run."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Schema) and other.schema is self.schema


@lru_cache(maxsize=64)
def _validator(_name: str, schema: _Schema) -> Validator:
    return Validator(schema.schema)
