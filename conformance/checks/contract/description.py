"""The description against itself: what it shows as an example, asks for and points to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.document import shown
from conformance.generate import keywords
from conformance.generate.survey import Survey
from conformance.model import Finding
from conformance.openapi import ApiDescription, ApiOperation, ApiSchema, BadSchema
from conformance.registry import Findings, check
from conformance.schema import Direction

_HOLE = re.compile(r"\{([^{}]+)\}")
MOST = 20


@check(requests=0, confirm=False)
def description_agrees_with_itself(survey: Survey) -> Findings:
    """Describes an API without contradictions: references, path values, examples, bounds and defaults."""
    told: set[tuple[str, str]] = set()
    for api in survey.contract.apis:
        for finding in _contradictions(api):
            if (finding.expected, finding.at) not in told and len(told) < MOST:
                told.add((finding.expected, finding.at))
                yield finding


def _contradictions(api: ApiDescription) -> Iterator[Finding]:
    for note in api.notes:
        at, _, text = note.partition(": ")
        if "is not followed" not in text:
            yield Finding("a description that can be read whole", text[:200], at)
    for operation in api.operations:
        yield from _holes(operation)
        yield from _examples(operation)
        yield from _schemas(api.document, operation)


def _holes(operation: ApiOperation) -> Iterator[Finding]:
    holes = set(_HOLE.findall(operation.path))
    named = {parameter.name for parameter in operation.parameters if parameter.place == "path"}
    for name in sorted(holes - named):
        yield Finding(f"a parameter for {{{name}}} of the path", "none", operation.pointer)
    for name in sorted(named - holes):
        yield Finding(f"{{{name}}} in the path", operation.path, operation.pointer)


def _examples(operation: ApiOperation) -> Iterator[Finding]:
    for parameter in operation.parameters:
        for example in parameter.examples:
            yield from _example(parameter.schema, example, Direction.REQUEST)
    for name, examples in operation.body_examples.items():
        for example in examples:
            yield from _example(operation.bodies.get(name), example, Direction.REQUEST)
    for response in operation.responses.values():
        for name, examples in response.examples.items():
            for example in examples:
                yield from _example(response.content.get(name), example, Direction.RESPONSE)


def _example(schema: ApiSchema | None, example: Any, direction: Direction) -> Iterator[Finding]:
    if schema is None:
        return
    try:
        found = schema.validator(direction).findings(example, 1)
    except BadSchema as error:
        yield Finding("a schema that can be used", str(error)[:200], schema.pointer)
        return
    for violation in found:
        yield Finding(
            f"an example that its schema allows: {violation.expected}",
            violation.actual,
            violation.schema_pointer,
        )


def _schemas(document: Any, operation: ApiOperation) -> Iterator[Finding]:
    for parameter in operation.parameters:
        if parameter.schema is not None:
            yield from _schema(document, parameter.schema.schema, parameter.schema.pointer, 0)
    for body in operation.bodies.values():
        if body is not None:
            yield from _schema(document, body.schema, body.pointer, 0)
    for response in operation.responses.values():
        for answer in response.content.values():
            if answer is not None:
                yield from _schema(document, answer.schema, answer.pointer, 0)


_PAIRS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def _schema(document: Any, schema: Any, at: str, depth: int) -> Iterator[Finding]:
    held = keywords.flat(document, schema)
    for low, high in _PAIRS:
        least, most = held.get(low), held.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield Finding(f"{low} at most {high}", f"{least} and {most}", at)
    listed = held.get("enum")
    if isinstance(listed, list) and "default" in held and held["default"] not in listed:
        yield Finding("a default among the listed values", shown(held["default"]), f"{at}/default")
    members = keywords.properties(document, held)
    closed = held.get("additionalProperties") is False and not keywords.alternatives(held)
    for name in keywords.required(held):
        if closed and name not in members and not held.get("patternProperties"):
            yield Finding(
                f"the required member {name} among the properties", "none, and no other is allowed", at
            )
    if depth < 3:
        for name, inner in members.items():
            yield from _schema(document, inner, f"{at}/properties/{name}", depth + 1)
        if isinstance(held.get("items"), dict):
            yield from _schema(document, held["items"], f"{at}/items", depth + 1)
