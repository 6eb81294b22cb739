"""Violations: the first rule of the description that a whole call breaks, whoever made the call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from conformance.document import NotJson, parse
from conformance.generate import keywords
from conformance.generate.call import Call
from conformance.generate.contract import Scoped
from conformance.generate.mutation import FAMILIES, HTTP_OWN, Mutation, broken, typed
from conformance.openapi import ApiParameter, BadSchema
from conformance.schema import Direction

QUIET = frozenset(("falseSchema",))
"""Keywords that may stand for a member that is only read, which a bank may ignore."""


def violated(call: Call, scoped: Scoped) -> Mutation | None:
    """The rule that a call breaks, in the words of a mutation; None where the description allows it.

    Nothing is claimed of texts that servers take for absent, of lists in parameters, nor of fields that HTTP
    itself lets a server ignore.
    """
    found = next(chain(_parameters(call, scoped), _body(call, scoped)), None)
    return replace(found, call=call) if found is not None else None


def _parameters(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    for parameter in scoped.operation.parameters:
        name = parameter.name
        if parameter.place == "query":
            given = [value for key, value in call.query if key == name]
        elif parameter.place == "header" and not name.lower().startswith(HTTP_OWN):
            given = [value for key, value in call.headers if key.lower() == name.lower()]
        else:
            continue
        at = f"parameter {name}" if parameter.place == "query" else f"header parameter {name}"
        if not given and parameter.required:
            yield Mutation(
                call, "required", "required", f"a request without {name}", at,
                f"the required {parameter.place} parameter {name}", f"{scoped.operation.pointer}/parameters",
            )  # fmt: skip
        elif len(given) == 1 and given[0]:
            yield from _parameter(call, scoped, parameter, given[0], at)


def _parameter(call: Call, scoped: Scoped, parameter: ApiParameter, text: str, at: str) -> Iterator[Mutation]:
    schema = parameter.schema
    kind = keywords.main_type(keywords.flat(scoped.document, schema.schema)) if schema else ""
    if schema is None or kind in ("array", "object", ""):
        return
    named, expected = broken(schema, typed(text, kind)) or ("", "")
    if named in FAMILIES and named not in QUIET:
        what = f"{parameter.name}={text[:60]}"
        yield Mutation(call, FAMILIES[named], named, what, at, expected, f"{schema.pointer}/{named}")


def _body(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    bodies = scoped.operation.bodies
    if call.media_type not in bodies or "json" not in call.media_type or not call.content():
        return
    try:
        made = parse(call.content())
    except NotJson:
        yield Mutation(call, "syntax", "", "a body that is no JSON", "body", "a JSON text", "RFC 8259")
        return
    schema = bodies[call.media_type]
    if schema is None or made.duplicates:
        return
    try:
        found = schema.validator(Direction.REQUEST).findings(made.value, 3)
    except BadSchema:
        return
    if any(one.keyword in QUIET for one in found):
        return
    for one in found:
        if one.keyword in FAMILIES:
            at = one.instance_pointer or "body"
            what = f"{one.actual[:60]} at {at}"
            yield Mutation(
                call, FAMILIES[one.keyword], one.keyword, what, at, one.expected, one.schema_pointer
            )  # fmt: skip
