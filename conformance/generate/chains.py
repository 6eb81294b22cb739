"""What operations have to do with each other: the links of a description, and the lives that its paths show.

A life is inferred where no link says it: what a collection makes is read, changed and removed below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from conformance.answer import Answer
from conformance.document import NotJson, parse, resolve
from conformance.generate.call import Call, text_of
from conformance.generate.contract import Contract, Scoped
from conformance.openapi import ApiLink


@dataclass(frozen=True, slots=True)
class Chain:
    """A link that leads from an operation's response to another operation."""

    source: Scoped
    status: str
    link: ApiLink
    target: Scoped

    def values(self, call: Call, answer: Answer) -> dict[str, str] | None:
        """The values of the target's parameters; None where the answer does not have one of them."""
        found = {}
        for name, expression in self.link.parameters.items():
            value = valued(expression, call, answer)
            if value is None:
                return None
            found[name.rpartition(".")[2]] = value
        return found

    def fits(self, answer: Answer) -> bool:
        """Whether the link stands beside the status of an answer."""
        response = self.source.operation.response_for(answer.status)
        return response is not None and response.status == self.status


@dataclass(frozen=True, slots=True)
class Line:
    """One relation in words, for a plan: how it is known, and its operations in order."""

    how: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.how}: {', then '.join(self.steps)}"


def chains(contract: Contract) -> Iterator[Chain]:
    """The links of the descriptions whose targets they have."""
    known = {(scoped.api.name, scoped.operation.id): scoped for scoped in contract.operations}
    placed = {
        (scoped.api.name, f"#{unquote(scoped.operation.pointer)}"): scoped for scoped in contract.operations
    }
    for scoped in contract.operations:
        for status, response in scoped.operation.responses.items():
            for link in response.links:
                key = scoped.api.name, link.target
                target = known.get(key) or placed.get(key)
                if target is not None:
                    yield Chain(scoped, status, link, target)


def lines(contract: Contract) -> Iterator[Line]:
    """The relations that a run follows."""
    for chain in chains(contract):
        yield Line(f"link {chain.link.name}", (f"{chain.source.name} {chain.status}", chain.target.name))
    for scoped in contract.operations:
        if scoped.operation.method != "POST":
            continue
        steps = [scoped.name]
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            below = contract.item_of(scoped, method)
            steps += [below.name] if below else []
        if len(steps) > 1:
            yield Line("inferred", tuple(steps))


def valued(expression: Any, call: Call, answer: Answer) -> str | None:
    """The value of a constant or of a runtime expression (OpenAPI 3.1, 4.8.20.3), or None."""
    if not isinstance(expression, str) or not expression.startswith("$"):
        return None if isinstance(expression, Mapping | list) or expression is None else text_of(expression)
    place, _, pointer = expression.partition("#")
    if place == "$response.body":
        return _pointed(_json(answer), pointer)
    if place == "$request.body":
        return _pointed(call.body, pointer)
    if place == "$statusCode":
        return str(answer.status)
    where, _, name = place.removeprefix("$").rpartition(".")
    if where == "response.header":
        return answer.header(name)
    if where == "request.path":
        return call.path.get(name)
    if where == "request.query":
        return dict(call.query).get(name)
    if where == "request.header":
        return next((value for key, value in call.headers if key.lower() == name.lower()), None)
    return None


def _json(answer: Answer) -> Any:
    try:
        return parse(answer.body).value
    except NotJson:
        return None


def _pointed(value: Any, pointer: str) -> str | None:
    try:
        found = resolve(value, unquote(pointer)) if value is not None else None
    except (LookupError, TypeError):
        return None
    return text_of(found) if isinstance(found, str | int) and not isinstance(found, bool) else None
