"""Places of accepted calls where text can stand: where input could reach a query, a template, a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.generate import keywords, seed
from conformance.generate.call import Call
from conformance.generate.mutation import HTTP_OWN
from conformance.generate.sample import NOTHING
from conformance.generate.survey import Seed, Survey
from conformance.openapi import ApiParameter, ApiSchema, BadSchema
from conformance.schema import Direction

URL_WORDS = ("url", "uri", "callback", "webhook", "endpoint", "link", "href")


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter or a member of the body, with the text that the accepted call has there."""

    seed: Seed
    name: str
    text: str
    parameter: ApiParameter | None = None
    schema: ApiSchema | None = None

    @property
    def at(self) -> str:
        return f"parameter {self.name}" if self.parameter else f"/{self.name}"

    @property
    def in_query(self) -> bool:
        return self.parameter is not None and self.parameter.place == "query"

    @property
    def in_body(self) -> bool:
        return self.parameter is None

    def call(self, text: str, purpose: str) -> Call:
        """The accepted call with another text here."""
        held = seed.renewed(self.seed.call, self.seed.scoped, purpose)
        if self.parameter is not None:
            return held.with_parameter(self.parameter, text)
        return held.with_body({**held.body, self.name: text})

    def allows(self, text: str) -> bool:
        """Whether the description allows a text here, so that a refusal is not the only right answer."""
        if self.schema is None:
            return True
        try:
            validator = self.schema.validator(Direction.REQUEST)
        except BadSchema:
            return False
        if self.parameter is not None:
            return validator.valid(text)
        body = self.seed.call.body
        return validator.valid({**body, self.name: text})

    def holds_url(self) -> bool:
        """Whether an address belongs here."""
        held = self.schema.schema if self.parameter and self.schema else {}
        named = any(word in self.name.lower() for word in URL_WORDS)
        return named or (isinstance(held, Mapping) and held.get("format") in ("uri", "url"))


def places(survey: Survey) -> Iterator[Place]:
    """Every place for text in the accepted calls, in the order of the description."""
    for held in survey.seeds.values():
        if held.scoped.operation.method == "DELETE":
            continue
        for parameter in held.scoped.operation.parameters:
            if parameter.place == "header" and (
                parameter.name.lower().startswith(HTTP_OWN) or seed.once_only(parameter.name)
            ):
                continue
            kind = _kind(held, parameter.schema)
            if parameter.place in ("query", "path") and kind in ("string", ""):
                present = held.call.path.get(parameter.name) or dict(held.call.query).get(parameter.name, "")
                yield Place(held, parameter.name, present, parameter, parameter.schema)
        body: Any = held.call.body
        if body is NOTHING or not isinstance(body, Mapping) or "json" not in held.call.media_type:
            continue
        schema = held.scoped.operation.bodies.get(held.call.media_type)
        for name, value in _texts(held, body, schema):
            yield Place(held, name, value, None, schema)


def _texts(held: Seed, body: Mapping[str, Any], schema: ApiSchema | None) -> Iterator[tuple[str, str]]:
    members = {}
    if schema is not None:
        members = keywords.properties(
            held.scoped.document, keywords.flat(held.scoped.document, schema.schema)
        )
    for name in dict.fromkeys((*body, *members)):
        inner = members.get(name, {})
        if inner.get("readOnly") is True or "enum" in inner:
            continue
        value = body.get(name, "")
        if isinstance(value, str) and (name in body or keywords.main_type(inner) == "string"):
            yield name, value


def _kind(held: Seed, schema: ApiSchema | None) -> str:
    if schema is None:
        return ""
    flat = keywords.flat(held.scoped.document, schema.schema)
    return "enum" if "enum" in flat else keywords.main_type(flat)
