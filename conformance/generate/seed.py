"""Seeds: one call of each operation that the bank accepts, learnt from examples and from its own answers."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from conformance.document import NotJson, parse
from conformance.generate import sample
from conformance.generate.call import Call, pairs_of, text_of
from conformance.generate.contract import Scoped
from conformance.generate.pool import Pool
from conformance.generate.sample import NOTHING
from conformance.openapi import ApiParameter, BadSchema
from conformance.schema import Direction

JSON = "application/json"
MOST = 4
"""Calls that are tried for one operation before it is left out."""


def order(operations: Sequence[Scoped]) -> list[Scoped]:
    """The operations so that what creates or lists things comes before what needs one, and deletions last."""
    ranks = {"GET": 0, "HEAD": 0, "OPTIONS": 0, "POST": 1, "PUT": 3, "PATCH": 4, "DELETE": 5}

    def rank(scoped: Scoped) -> tuple[int, int, int]:
        method = scoped.operation.method
        holes = scoped.operation.path.count("{")
        late = method in ("PUT", "PATCH", "DELETE")
        return int(late), holes * 2 + (method == "POST"), ranks.get(method, 2)

    return sorted(operations, key=rank)


def calls(scoped: Scoped, pool: Pool, seed: int) -> Iterator[Call]:
    """Calls that the description allows, the likeliest first; nothing where a path value is unknown."""
    values = list(_paths(scoped, pool))
    made: list[Call] = []
    for path in values[:2]:
        for optional in (False, True):
            for body, media_type in _bodies(scoped, pool, optional):
                call = Call(scoped.operation, path, body=body, media_type=media_type)
                call = _parameters(call, scoped, pool, optional=False)
                call = _fresh(call, scoped, seed)
                if call not in made:
                    made.append(call)
    yield from made[:MOST]


def _paths(scoped: Scoped, pool: Pool) -> Iterator[dict[str, str]]:
    """The values of the path: of the bank's own answers, then those that the description shows; a member that
    only has the same name, such as ``name``, is a guess and comes last."""
    holes = [p for p in scoped.operation.parameters if p.place == "path"]
    if not holes:
        yield {}
        return
    known: dict[str, list[str]] = {}
    for parameter in holes:
        before = scoped.operation.path.partition(f"/{{{parameter.name}}}")[0]
        found = [*pool.linked(scoped.name, parameter.name)]
        own = pool.fitting(parameter.name, before)
        found += [text_of(v) for v in own]
        found += [text_of(v) for v in parameter.examples]
        found += [text_of(v) for v in pool.identifiers(parameter.name, before)] if not own else []
        schema = parameter.schema
        if not found and schema is not None:
            shown = sample.value(scoped.document, schema.schema)
            found = [text_of(shown)]
        known[parameter.name] = [value for value in dict.fromkeys(found) if value] or ["1"]
    yield {name: values[0] for name, values in known.items()}
    if any(len(values) > 1 for values in known.values()):
        yield {name: values[-1] for name, values in known.items()}


def _bodies(scoped: Scoped, pool: Pool, optional: bool) -> Iterator[tuple[Any, str]]:
    operation = scoped.operation
    function = scoped.function
    if function is not None and function.body:
        with contextlib.suppress(NotJson):
            yield parse(function.body).value, JSON
            return
    if not operation.bodies:
        yield NOTHING, ""
        return
    media_type = next((name for name in operation.bodies if "json" in name), next(iter(operation.bodies)))
    if "json" not in media_type and "form-urlencoded" not in media_type:
        yield NOTHING, ""
        return
    schema = operation.bodies[media_type]
    for example in operation.body_examples.get(media_type, ()):
        yield _linked(example, pool), media_type
    if schema is None:
        yield {}, media_type
        return
    made = sample.value(scoped.document, schema.schema, known=pool.named, optional=optional)
    try:
        valid = schema.validator(Direction.REQUEST).valid(made)
    except BadSchema:
        valid = True
    if valid:
        yield made, media_type
    else:
        yield sample.value(scoped.document, schema.schema, optional=optional), media_type


def _linked(example: Any, pool: Pool) -> Any:
    """An example whose identifiers of other objects are those that the bank has."""
    if isinstance(example, Mapping):
        made = {}
        for name, value in example.items():
            found = pool.named(str(name)) if isinstance(value, str | int) else NOTHING
            made[name] = found if found is not NOTHING else _linked(value, pool)
        return made
    return [_linked(value, pool) for value in example] if isinstance(example, list) else example


def _parameters(call: Call, scoped: Scoped, pool: Pool, *, optional: bool) -> Call:
    """The call with the parameters that must be there, and with what the bank's file sends."""
    function = scoped.function
    if function is not None:
        query = function.query + tuple(parse_qsl(function.path.partition("?")[2]))
        call = replace(call, query=query)
        for name, text in function.headers.items():
            if isinstance(text, str):
                call = call.with_header(name, text)
    for parameter in scoped.operation.parameters:
        if not (parameter.required or optional) or parameter.place == "path":
            continue
        if any(name == parameter.name for name, _ in call.query):
            continue
        if parameter.place == "header" and parameter.name.lower() in (
            "accept",
            "content-type",
            "authorization",
        ):
            continue
        value = valid_value(parameter, scoped.document, pool)
        if parameter.place == "query":
            call = replace(call, query=(*call.query, *pairs_of(parameter, value)))
        else:
            call = call.with_parameter(parameter, text_of(value))
    return call


def valid_value(parameter: ApiParameter, document: Any, pool: Pool) -> Any:
    """A value that the description of a parameter allows."""
    if parameter.examples:
        return parameter.examples[0]
    found = pool.named(parameter.name)
    if found is not NOTHING:
        return found
    return sample.value(document, parameter.schema.schema if parameter.schema else {"type": "string"})


def _fresh(call: Call, scoped: Scoped, seed: int) -> Call:
    """The call with a key of its own where the description wants one that is used only once."""
    for parameter in scoped.operation.parameters:
        if parameter.place == "header" and once_only(parameter.name):
            key = random.Random(f"{seed}/{scoped.name}/{parameter.name}").getrandbits(128)
            call = call.with_header(parameter.name, _uuid(key)) if parameter.required else call
    return call


def once_only(name: str) -> bool:
    """Whether a header field carries a key for one request, such as Idempotency-Key."""
    return "idempot" in name.lower()


def _uuid(bits: int) -> str:
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def renewed(call: Call, scoped: Scoped, purpose: str) -> Call:
    """The call under another key for one request, so that a bank does not replay its last answer."""
    for name, _ in call.headers:
        if once_only(name):
            key = random.Random(f"{scoped.name}/{name}/{purpose}").getrandbits(128)
            call = call.with_header(name, _uuid(key))
    return call
