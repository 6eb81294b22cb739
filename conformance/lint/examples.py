"""Examples and defaults against the schemas that they stand beside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.document import mapping, pointer, resolve, sequence, shown
from conformance.lint.walk import Slip, Specimen
from conformance.openapi import Compiled
from conformance.schema import BadSchema, Direction, Violation

_MISSING = object()


def examples(given: Specimen) -> Iterator[Slip]:
    """Every example is valid by the schema that it illustrates."""
    compiled = Compiled(given.document, given.version)
    told: set[tuple[str, str]] = set()  # one example may stand beside many schemas
    for at, schema, value, way in _examples(given):
        for slip in _against(compiled, at, schema, value, way):
            if (slip.at, slip.expected) in told:
                continue
            told.add((slip.at, slip.expected))
            # An example among the components may fit one of its uses and not another.
            shared = at.startswith("/components/examples/") and not schema.startswith(at.rpartition("/")[0])
            yield replace(slip, actual=f"{slip.actual}, as an example of {schema}") if shared else slip


def defaults(given: Specimen) -> Iterator[Slip]:
    """Every default, and every value of an enumeration, is valid by its own schema."""
    compiled = Compiled(given.document, given.version)
    for part in given.schemas:
        if "default" in part.value and part.value["default"] is not None:
            yield from _against(compiled, f"{part.at}/default", part.at, part.value["default"], None)
        listed = part.value.get("enum")
        if listed is None:
            continue
        if not isinstance(listed, list) or not listed:
            yield Slip("a list of values", shown(listed), f"{part.at}/enum")
            continue
        for index, value in enumerate(listed):
            if not _of_type(value, part.value.get("type")):
                yield Slip(
                    f"a value of type {shown(part.value['type'])}", shown(value), f"{part.at}/enum/{index}"
                )


def _against(compiled: Compiled, at: str, schema: str, value: Any, way: Direction | None) -> Iterator[Slip]:
    found = None
    for direction in (way,) if way else (Direction.RESPONSE, Direction.REQUEST):
        try:
            validator = compiled.validator(schema, direction)
        except BadSchema:
            return  # the schema is at fault, which is said elsewhere
        violations = validator.findings(value, 1)
        if not violations:
            return
        found = found or violations[0]
    if found is not None:
        yield Slip(found.expected, found.actual + _unfollowed(value, found), at + found.instance_pointer)


def _unfollowed(value: Any, found: Violation) -> str:
    """What is to be said where an example refers to another, which nobody follows inside a value."""
    try:
        inner = resolve(value, found.instance_pointer) if found.instance_pointer else value
    except LookupError:
        return ""
    return ": a reference, which inside a value is not followed" if set(mapping(inner)) == {"$ref"} else ""


def _examples(given: Specimen) -> Iterator[tuple[str, str, Any, Direction | None]]:
    """Each example with its place, the place of its schema and the way that its values travel."""
    for part in given.schemas:
        for name in ("example", "x-example"):
            if (
                name in part.value
                and part.value[name] is not None
                and not _fragment(part.value[name], part.value)
            ):
                yield f"{part.at}/{name}", part.at, part.value[name], None
        for index, value in enumerate(sequence(part.value.get("examples"))):
            yield f"{part.at}/examples/{index}", part.at, value, None
    for at, node in given.objects:
        if "schema" not in node:
            continue
        schema, media = f"{at}/schema", at.rpartition("/")[2].replace("~1", "/").lower()
        parameter = isinstance(node.get("in"), str) or "/headers/" in at
        if not parameter and "json" not in media and not (given.swagger and "examples" in node):
            continue
        way = None if parameter else Direction.REQUEST if "/requestBody/" in at else Direction.RESPONSE
        if "/components/requestBodies/" in at:
            way = Direction.REQUEST
        for place, value in _values(given, at, node):
            if parameter:
                value = _serialised(value, mapping(given.resolved(node["schema"], schema)[0]))
                if value is _MISSING:
                    continue
            yield place, schema, value, way


def _values(given: Specimen, at: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "example" in node and not given.swagger:
        yield f"{at}/example", node["example"]
    for name, item in mapping(node.get("examples")).items():
        place = f"{at}/examples{pointer((str(name),))}"
        if given.swagger:
            if "json" in str(name).lower():
                yield place, item
            continue
        example, where = given.resolved(item, place)
        if "value" in example:
            yield f"{where}/value", example["value"]


def _serialised(value: Any, schema: Mapping[str, Any]) -> Any:
    """A parameter's example as a value: it may be written as it travels, in text."""
    named = schema.get("type")
    if not isinstance(value, str) or named == "string" or named is None:
        return value
    if named in ("array", "object") or isinstance(named, list):
        return _MISSING
    try:
        return json.loads(value)
    except ValueError:
        return value


def _fragment(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether an example is the text of a list or an object, as documentation shows it."""
    return isinstance(value, str) and schema.get("type") in ("array", "object") and value[:1] in "[{"


def _of_type(value: Any, named: Any) -> bool:
    names = [named] if isinstance(named, str) else sequence(named)
    if not names or value is None:
        return True
    kinds = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
        "integer": not isinstance(value, bool | str | list | dict) and value == int(value),
        "number": not isinstance(value, bool | str | list | dict),
    }
    return any(kinds.get(str(name), True) for name in names)
