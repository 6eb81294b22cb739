"""Rows against the schema of their resource: what is missing, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.checks.product.dates import ZONELESS
from conformance.checks.product.members import reach
from conformance.document import pointer, resolve, shown
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Language, Resource
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row
from conformance.schema import Validator, Violation

_INDEX = re.compile("/[0-9]+")
MISSING = frozenset({"required", "anyOf", "minItems"})
"""Keywords by which a schema says that something has to be there."""


@check()
def required_fields(reading: Reading) -> Findings:
    """Gives in every row the fields without which it is of no use."""
    found = False
    for row, violation in violations(reading):
        if violation.keyword in MISSING and not _unread(row, violation):
            found = True
            yield Finding(violation.expected, f"none in {_named(row)}", row.place(violation.instance_pointer))
    for row in reading.rows():
        for name in _resource(reading).schema.get("required", ()):
            value = row.get(name)
            if isinstance(value, str) and value and not value.strip():
                found = True
                yield Finding(f"a member {shown(name)} with a text", f"{shown(value)}", row.place(name))
    unmapped = _pruned(_resource(reading).schema, _mapped(reading))[1]
    if unmapped and not found and reading.rows().rows:
        at = f"functions.{reading.operation.id}.fields"
        raise Inconclusive(f"{at} in the bank's file maps no {', no '.join(unmapped)}; add where it is read")


@check()
def values_can_be_read(reading: Reading) -> Findings:
    """Writes every value in the type and format that its definition states, in every language."""
    kinds: set[tuple[str, str]] = set()
    for number, language in enumerate(reading.languages):
        try:
            found = list(_unfit(reading, language))
        except Inconclusive:
            if not number:
                raise
            continue  # what cannot be read as a whole is said of its language elsewhere
        told = {(_INDEX.sub("/*", finding.at), finding.expected) for finding in found}
        yield from (
            finding
            for finding in found
            if not number or (_INDEX.sub("/*", finding.at), finding.expected) not in kinds
        )
        kinds |= told


def _unfit(reading: Reading, language: Language) -> Iterator[Finding]:
    """What cannot be read in one language."""
    rows = reading.rows(language)
    if rows.rows:
        yield from rows.problems
    for row, violation in violations(reading, language):
        if violation.keyword not in MISSING and not _judged_elsewhere(row, violation):
            yield Finding(violation.expected, violation.actual, row.place(violation.instance_pointer))


@check()
def recommended_fields(reading: Reading, *, besides: tuple[str, ...] = ()) -> Findings:
    """Gives the fields that make a row useful to a customer who compares, in at least one row each."""
    rows = reading.rows().rows
    unread = {place for row in rows for place in row.unread}
    mapped = _mapped(reading)
    unmapped = [
        path
        for path in _resource(reading).recommended
        if path not in besides and mapped is not None and path.split(".")[0] not in mapped
    ]
    found = False
    for path in _resource(reading).recommended:
        if path in besides or path in unmapped or any(p.startswith(pointer(path.split("."))) for p in unread):
            continue
        if rows and not any(_filled(row, path) for row in rows):
            found = True
            yield Finding(f"{path} in some row", f"none in {len(rows)} rows", rows[0].place())
    if rows and unmapped and not found:
        at = f"functions.{reading.operation.id}.fields"
        raise NotApplicable(f"{at} in the bank's file maps no {', no '.join(unmapped)}")


def violations(reading: Reading, language: Language | None = None) -> Iterator[tuple[Row, Violation]]:
    """Each row with what the schema of its resource does not allow in it."""
    resource = _resource(reading)
    validator = _validator(resource.name, _Schema(resource.schema), _mapped(reading))
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


def _mapped(reading: Reading) -> frozenset[str] | None:
    """The fields that the bank's file maps; None where rows are canonical."""
    fields = reading.operation.mapping.fields
    return None if fields is None else frozenset(fields)


def _pruned(schema: Mapping[str, Any], mapped: frozenset[str] | None) -> tuple[Mapping[str, Any], list[str]]:
    """The schema without what it wants of fields that nobody maps, as nobody looked for them; and them."""
    if mapped is None:
        return schema, []
    unmapped = [name for name in schema.get("required", ()) if name not in mapped]
    kept = {**schema, "required": [name for name in schema.get("required", ()) if name in mapped]}
    ways = [way.get("required", ()) for way in schema.get("anyOf", ())]
    if ways and not any(mapped.issuperset(way) for way in ways):
        unmapped.append(" or ".join(" and ".join(way) for way in ways))
        del kept["anyOf"]
    if "allOf" in schema:
        parts = [_pruned(part, mapped) for part in schema["allOf"]]
        kept["allOf"] = [part for part, _ in parts]
        unmapped += [name for _, names in parts for name in names]
    if "else" in schema:
        kept["else"], names = _pruned(schema["else"], mapped)
        unmapped += names
    return kept, unmapped


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
def _validator(_name: str, schema: _Schema, mapped: frozenset[str] | None) -> Validator:
    return Validator(_pruned(schema.schema, mapped)[0])
