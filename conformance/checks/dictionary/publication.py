"""Whether the data dictionary is there, can be read, and says all that a TSP needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.authentication import Anonymous
from conformance.dictionary import Dictionaries, Dictionary
from conformance.document import resolve
from conformance.errors import Inconclusive, NeedsReview, NotApplicable
from conformance.model import Finding
from conformance.openapi import ApiOperation, ApiResponse
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.target import Target

MOST = 10
"""Findings of one case; the last one tells how many more there are."""


@check(requests=2)
def published(dictionaries: Dictionaries) -> Findings:
    """Gives the data dictionary to whoever asks for it at its address."""
    for one in dictionaries.published():
        if one.status not in (0, 200):
            yield Finding(
                "status 200 at the data dictionary", f"status {one.status}", one.place, one.exchange
            )


@check(requests=2)
def readable(dictionaries: Dictionaries) -> Findings:
    """Writes the data dictionary as JSON or YAML of OpenAPI, or in another form that a person judges."""
    found = [one for one in dictionaries.published() if one.status in (0, 200)]
    if not found:
        raise Inconclusive("no data dictionary is there to be read, which is said once")
    for one in found:
        if one.foreign:
            raise NeedsReview(f"{one.place} is no OpenAPI ({one.problem}); look whether it is similar")
        if one.problem:
            yield Finding("a description in OpenAPI", one.problem[:300], one.place, one.exchange)


@check(requests=2)
def describes_every_function(dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Describes the request and the success of every function that the bank offers."""
    yield from _capped(_undescribed(dictionaries, offered), "functions")


@check(requests=2)
def describes_errors(dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Describes for every function what it answers when it refuses."""
    yield from _capped(
        (
            Finding("a response for errors (4XX or default)", "none", _at(one, found), one.exchange)
            for one, found, _ in _described(dictionaries, offered)
            if not any(status[:1] == "4" or status == "default" for status in found.responses)
        ),
        "functions",
    )


@check(requests=2)
def describes_security(
    dictionaries: Dictionaries, offered: tuple[Operation, ...], target: Target
) -> Findings:
    """States the security that every function needs."""
    registered = not isinstance(target.authentication, Anonymous)
    guarded = [o for o in offered if o.function.permission or registered]
    if not guarded:
        raise NotApplicable("the bank asks for no credentials, so its dictionary need not tell any")
    yield from _capped(
        (
            Finding("the security that the function needs", "none", _at(one, found), one.exchange)
            for one, found, _ in _described(dictionaries, guarded)
            if not any(found.security or ())
        ),
        "functions",
    )


@check(requests=2)
def gives_examples(dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Shows an example of every successful answer."""
    yield from _capped(
        (
            Finding("an example of a successful answer", "none", _at(one, found), one.exchange)
            for one, found, response in _described(dictionaries, offered)
            if response is not None and response.content and not _exemplified(one, response)
        ),
        "functions",
    )


def _undescribed(dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Iterator[Finding]:
    dictionaries.readable()
    for operation in offered:
        asked = f"{operation.method} {operation.path}"
        found = dictionaries.described(operation)
        if found is None:
            yield Finding(f"a description of {asked}, which is {operation.id}", "none in the data dictionary",
                          operation.id)  # fmt: skip
        elif _success(found[1]) is None:
            yield Finding(
                f"a successful response of {asked}", "none described", _at(*found), found[0].exchange
            )


def _described(
    dictionaries: Dictionaries, offered: tuple[Operation, ...] | list[Operation]
) -> Iterator[tuple[Dictionary, ApiOperation, ApiResponse | None]]:
    seen = set()
    for operation in offered:
        found = dictionaries.described(operation)
        if found is not None and (found[0].place, found[1].pointer) not in seen:
            seen.add((found[0].place, found[1].pointer))
            yield (*found, _success(found[1]))


def _success(operation: ApiOperation) -> ApiResponse | None:
    for status, response in operation.responses.items():
        if status.startswith("2"):
            return response
    return operation.responses.get("default")


def _exemplified(one: Dictionary, response: ApiResponse) -> bool:
    if response.examples:
        return True
    assert one.description is not None
    return any(
        schema is not None and _inside(schema.schema, one.description.document)
        for schema in response.content.values()
    )


def _inside(schema: Any, document: Any) -> bool:
    """Whether a schema, or one that it is made of, has an example."""
    waiting = [schema]
    seen: set[int] = set()
    while waiting and len(seen) < 2000:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, Mapping):
            if node.get("example") is not None or node.get("examples") or "const" in node:
                return True
            target = node.get("$ref")
            if isinstance(target, str) and target.startswith("#/"):
                try:
                    waiting.append(resolve(document, target[1:]))
                except LookupError:
                    continue
            waiting += [value for value in node.values() if isinstance(value, dict | list)]
    return False


def _at(one: Dictionary, found: ApiOperation, *_: object) -> str:
    return f"{one.name}#{found.pointer}"


def _capped(findings: Iterator[Finding], what: str) -> Findings:
    kept = 0
    more: Finding | None = None
    count = 0
    for finding in findings:
        if kept < MOST:
            kept += 1
            yield finding
        else:
            more, count = finding, count + 1
    if more is not None:
        yield Finding(more.expected, f"{more.actual}, and so in {count} {what} more", more.at, more.exchange)
