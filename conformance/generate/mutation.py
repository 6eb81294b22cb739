"""Mutations: copies of an accepted call with exactly one thing changed, and what that one thing breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.document import pointer
from conformance.generate import keywords, values
from conformance.generate.call import Call, encoded, text_of
from conformance.generate.contract import Scoped
from conformance.generate.sample import NOTHING
from conformance.openapi import ApiParameter, ApiSchema, BadSchema
from conformance.schema import Direction, Validator

MAX_DEPTH = 4
"""Levels of a body that are changed."""
HTTP_OWN = (
    "accept",
    "content-type",
    "authorization",
    "if-",
    "range",
    "prefer",
    "cookie",
    "user-agent",
    "host",
)
"""Beginnings of the header fields whose odd values HTTP itself lets a server ignore."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One changed call. ``family`` says which kind of rule it breaks; ``keyword`` and ``schema`` which rule;
    ``what`` what was done, ``expected`` what the description asks instead, ``at`` where."""

    call: Call
    family: str
    keyword: str
    what: str
    at: str
    expected: str = ""
    schema: str = ""


def negative(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    """Every change to an accepted call that breaks one rule of the description."""
    for parameter in scoped.operation.parameters:
        yield from _parameter(call, scoped, parameter)
    if call.body is not NOTHING and "json" in call.media_type:
        yield from _body(call, scoped)


def positive(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    """Changes to an accepted call that the description allows: each bound, each listed value."""
    for parameter in scoped.operation.parameters:
        if parameter.place != "query" or parameter.schema is None:
            continue
        held = keywords.flat(scoped.document, parameter.schema.schema)
        for keyword, value in values.allowed(held):
            if _valid(parameter.schema, value) is False:
                continue
            text = text_of(value)
            yield Mutation(
                call.with_query(parameter.name, text),
                "allowed",
                keyword,
                f"{parameter.name}={text[:60]}",
                f"parameter {parameter.name}",
                schema=f"{parameter.schema.pointer}/{keyword}",
            )
    if call.body is not NOTHING and isinstance(call.body, Mapping) and "json" in call.media_type:
        yield from _positive_body(call, scoped)


def _positive_body(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    schema = scoped.operation.bodies.get(call.media_type)
    if schema is None:
        return
    held = keywords.flat(scoped.document, schema.schema)
    members = keywords.properties(scoped.document, held)
    for name, inner in members.items():
        if inner.get("readOnly") is True or not isinstance(call.body.get(name, ""), str):
            continue
        listed = inner.get("enum")
        for value in listed if isinstance(listed, list) else ():
            body = {**call.body, name: value}
            if value is not None and value != call.body.get(name) and _valid(schema, body):
                yield Mutation(
                    call.with_body(body),
                    "allowed",
                    "enum",
                    f"{name} = {value!r}",
                    pointer((name,)),
                    schema=f"{schema.pointer}/properties/{name}/enum",
                )


def robust(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    """Odd but harmless input, of which nothing is expected but that the bank does not fail."""
    for parameter in scoped.operation.parameters:
        if parameter.place == "header" and parameter.name.lower().startswith(HTTP_OWN):
            continue
        held = keywords.flat(scoped.document, parameter.schema.schema) if parameter.schema else {}
        for what, text in values.odd(keywords.main_type(held)):
            if parameter.place == "header" and not text.isascii():
                continue
            changed = call.with_parameter(parameter, text)
            yield Mutation(changed, "odd", "", f"{parameter.name} with {what}", f"parameter {parameter.name}")
    if call.body is NOTHING or "json" not in call.media_type or not isinstance(call.body, Mapping):
        return
    for name, value in call.body.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        for what, raw in values.odd_json(isinstance(value, str)):
            mark = "\ue000mark"
            content = encoded({**call.body, name: mark}, call.media_type).replace(
                json.dumps(mark, ensure_ascii=False).encode(), raw
            )
            yield Mutation(call.with_raw(content), "odd", "", f"{name} with {what}", pointer((name,)))
    deep = b"[" * 400 + b"]" * 400
    yield Mutation(call.with_raw(deep), "odd", "", "400 nested lists", "body")


def _parameter(call: Call, scoped: Scoped, parameter: ApiParameter) -> Iterator[Mutation]:
    at = (
        f"{parameter.place} parameter {parameter.name}"
        if parameter.place != "query"
        else (f"parameter {parameter.name}")
    )
    own = parameter.place == "header" and parameter.name.lower().startswith(HTTP_OWN)
    if own or parameter.place == "cookie":
        return
    if parameter.required and parameter.place in ("query", "header"):
        yield Mutation(
            call.with_parameter(parameter, None),
            "required",
            "required",
            f"without {parameter.name}",
            at,
            f"the required {parameter.place} parameter {parameter.name}",
            f"{scoped.operation.pointer}/parameters",
        )
    schema = parameter.schema
    if schema is None:
        return
    held = keywords.flat(scoped.document, schema.schema)
    kind = keywords.main_type(held)
    if kind in ("array", "object", ""):
        return
    present = call.path.get(parameter.name) or dict(call.query).get(parameter.name, "")
    for text in values.wrong_texts(held, present):
        if parameter.place == "header" and (not text.isascii() or not text.isprintable() or not text):
            continue
        if parameter.place == "path" and (not text or "/" in text or set(text) <= {"."}):
            continue
        violation = broken(schema, typed(text, kind))
        if violation is None:
            continue
        named, expected = violation
        yield Mutation(
            call.with_parameter(parameter, text),
            FAMILIES.get(named, "type"),
            named,
            f"{parameter.name}={text[:60]}"
            if len(text) <= 60
            else f"{parameter.name} of {len(text)} characters",
            at,
            expected,
            f"{schema.pointer}/{named}",
        )


FAMILIES = {
    "required": "required",
    "type": "type",
    "enum": "enumeration",
    "const": "enumeration",
    "minimum": "bounds",
    "maximum": "bounds",
    "exclusiveMinimum": "bounds",
    "exclusiveMaximum": "bounds",
    "multipleOf": "bounds",
    "minLength": "length",
    "maxLength": "length",
    "pattern": "pattern",
    "format": "format",
    "minItems": "items",
    "maxItems": "items",
    "uniqueItems": "items",
    "additionalProperties": "members",
    "unevaluatedProperties": "members",
    "falseSchema": "members",
    "minProperties": "members",
    "maxProperties": "members",
}


def typed(text: str, kind: str) -> Any:
    """A parameter's text as the value that it stands for, where it stands for one of the type at all."""
    if kind in ("integer", "number"):
        try:
            number = json.loads(text)
        except ValueError:
            return text
        return number if isinstance(number, int | float) and not isinstance(number, bool) else text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def broken(schema: ApiSchema, value: Any) -> tuple[str, str] | None:
    """The first keyword that a value violates and what it asks for; None for a valid value."""
    try:
        found = schema.validator(Direction.REQUEST).findings(value, 3)
    except BadSchema:
        return None
    return (found[0].keyword, found[0].expected) if found else None


def _valid(schema: ApiSchema, value: Any) -> bool:
    try:
        return schema.validator(Direction.REQUEST).valid(value)
    except BadSchema:
        return False


def _body(call: Call, scoped: Scoped) -> Iterator[Mutation]:
    schema = scoped.operation.bodies.get(call.media_type)
    content = call.content()
    yield Mutation(
        call.with_raw(content[:-1]), "syntax", "", "a body cut short", "body", "a JSON text", "RFC 8259"
    )
    if "text/plain" not in scoped.operation.bodies and "*/*" not in scoped.operation.bodies:
        yield Mutation(
            call.with_raw(content, "text/plain"),
            "media",
            "",
            "Content-Type: text/plain",
            "header Content-Type",
            f"one of {', '.join(scoped.operation.bodies)}",
            f"{scoped.operation.pointer}/requestBody/content",
        )
    if isinstance(call.body, Mapping) and call.body:
        yield from _twice(call)
    if schema is not None:
        yield from _values(call, scoped, schema)
    if scoped.operation.body_required:
        yield Mutation(
            call.with_raw(b""),
            "required",
            "required",
            "without a body",
            "body",
            "the required body",
            f"{scoped.operation.pointer}/requestBody/required",
        )


def _values(call: Call, scoped: Scoped, schema: ApiSchema) -> Iterator[Mutation]:
    """Changes to the value of a body, its members first."""
    try:
        validator = schema.validator(Direction.REQUEST)
    except BadSchema:
        return
    if not validator.valid(call.body):
        return
    for changed, what, at in _changes(scoped.document, schema.schema, call.body, (), 0):
        yield from _judged(call, validator, changed, what, at)
    roots: tuple[Any, ...] = ([], "text", None) if isinstance(call.body, Mapping) else ({},)
    for root in roots:
        yield from _judged(call, validator, root, f"{json.dumps(root)} as the body", "")


def _judged(call: Call, validator: Validator, body: Any, what: str, at: str) -> Iterator[Mutation]:
    """The change as a mutation, if the description forbids it."""
    found = validator.findings(body, 3)
    if not found:
        return
    first = next((v for v in found if v.keyword in FAMILIES), found[0])
    family = FAMILIES.get(first.keyword, "type")
    yield Mutation(
        call.with_body(body),
        family,
        first.keyword,
        what,
        at or first.instance_pointer or "body",
        first.expected,
        first.schema_pointer,
    )


def _twice(call: Call) -> Iterator[Mutation]:
    """The first member once more with another value, which parsers resolve differently (RFC 8259, 4)."""
    name, value = next(iter(call.body.items()))
    other = json.dumps({name: f"{value}x" if isinstance(value, str) else None}, ensure_ascii=False)[:-1]
    raw = f"{other},".encode() + encoded(call.body, call.media_type)[1:]
    yield Mutation(
        call.with_raw(raw),
        "duplicates",
        "",
        f"{name} twice with different values",
        pointer((name,)),
        "each member once",
        "RFC 8259, 4",
    )


Change = tuple[Any, str, str]


def _changes(
    document: Any, schema: Any, value: Any, path: tuple[str | int, ...], depth: int
) -> Iterator[Change]:
    """Values like ``value`` with one thing changed below ``path``; whole bodies, by rebuilding outwards."""
    held = keywords.flat(document, schema)
    branches = keywords.alternatives(held)
    if branches and not isinstance(value, Mapping):
        held = {**held, **keywords.flat(document, branches[0])}
    for _, wrong, what in values.wrong(held, value):
        yield wrong, f"{what} at {pointer(path) or 'the root'}", pointer(path)
    if depth >= MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        yield from _members(document, held, branches, value, path, depth)
    elif isinstance(value, list) and value:
        inner = held.get("items", {})
        for changed, what, at in _changes(document, inner, value[0], (*path, 0), depth + 1):
            yield [changed, *value[1:]], what, at


def _members(
    document: Any,
    held: Any,
    branches: tuple[Any, ...],
    value: Mapping[str, Any],
    path: tuple[str | int, ...],
    depth: int,
) -> Iterator[Change]:
    members = keywords.properties(document, held)
    for branch in branches:
        members = {**keywords.properties(document, keywords.flat(document, branch)), **members}
    for name in value:
        rest = {k: v for k, v in value.items() if k != name}
        yield rest, f"without {pointer((*path, name))}", pointer((*path, name))
    for name, inner in members.items():
        if inner.get("readOnly") is True:
            continue
        present = value[name] if name in value else values.plain(document, inner)
        if present is NOTHING:
            continue
        for changed, what, at in _changes(document, inner, present, (*path, name), depth + 1):
            yield {**value, name: changed}, what, at
    extra = "conformance_probe"
    yield {**value, extra: "x"}, f"an unknown member {extra}", pointer((*path, extra))


def picked(found: Iterator[Mutation], budget: int) -> list[Mutation]:
    """At most ``budget`` mutations: round by round one of each family and place, so that none is left out."""
    groups: dict[tuple[str, str, str], list[Mutation]] = {}
    seen: set[tuple[str, bytes, Any]] = set()
    for mutation in found:
        call = mutation.call
        key = (call.target(), call.content(), (call.headers, call.media_type))
        if key in seen:
            continue
        seen.add(key)
        groups.setdefault((mutation.family, mutation.keyword, mutation.at), []).append(mutation)
    kept: list[Mutation] = []
    number = 0
    while len(kept) < budget:
        layer = [group[number] for group in groups.values() if number < len(group)]
        if number:  # the second way to break a rule of form tells more than the second number past a bound
            layer.sort(key=lambda mutation: mutation.keyword not in ("pattern", "format", "enum"))
        if not layer:
            break
        kept += layer[: budget - len(kept)]
        number += 1
    return kept
