"""The parts of an API description: its schemas, operations and examples, each with its JSON Pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from conformance.document import mapping, pointer, resolve, sequence
from conformance.openapi import METHODS
from conformance.schema import Version

ONE = frozenset(
    {
        "additionalProperties", "additionalItems", "not", "if", "then", "else", "contains", "propertyNames",
        "unevaluatedItems", "unevaluatedProperties", "contentSchema", "items",
    }
)  # fmt: skip
NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_BY_NAME = frozenset(
    {
        "paths", "webhooks", "responses", "content", "headers", "callbacks", "links", "encoding",
        "securitySchemes", "securityDefinitions", "variables", "requestBodies", "pathItems",
    }
)  # fmt: skip
"""Members of a description whose own members are named by its author."""
_VALUES = frozenset({"example", "examples", "default", "enum", "externalDocs", "tags", "security", "scopes"})


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that is wrong in a description; ``at`` is a JSON Pointer, or a line and column of YAML."""

    expected: str
    actual: str
    at: str


@dataclass(frozen=True, slots=True)
class Part:
    """A schema where it stands. ``whole`` is false for a branch of allOf, anyOf or oneOf."""

    at: str
    value: Mapping[str, Any]
    whole: bool = True
    plain: bool = False
    """Whether it is a parameter or header of Swagger 2.0, which is its own schema."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation where it stands, with the parameters that its path shares."""

    at: str
    path: str
    method: str
    value: Mapping[str, Any]
    shared: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Specimen:
    """A description under the lint, its parts found once; ``body`` is its text, for the pitfalls of YAML."""

    document: Mapping[str, Any]
    version: Version
    body: bytes = b""
    name: str = ""

    @property
    def swagger(self) -> bool:
        return self.version is Version.SWAGGER_2

    @property
    def schemas(self) -> tuple[Part, ...]:
        """Every schema, those inside others too, in the order of the description."""
        return self._parts[0]

    @property
    def objects(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Every object that is part of the description itself, neither schema nor example."""
        return self._parts[1]

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every operation in the order of the description."""
        found = []
        for path, given in mapping(self.document.get("paths")).items():
            item, at = self.resolved(given, f"/paths{pointer((path,))}")
            shared = tuple(sequence(item.get("parameters")))
            found += [
                Call(f"{at}/{method}", str(path), method, item[method], shared)
                for method in METHODS
                if isinstance(item.get(method), Mapping)
            ]
        return tuple(found)

    def resolved(self, given: Any, at: str) -> tuple[Mapping[str, Any], str]:
        """An object behind its references, and where it stands; empty when it leads nowhere."""
        for _ in range(20):
            target = given.get("$ref") if isinstance(given, Mapping) else None
            if not isinstance(target, str):
                return mapping(given), at
            at = unquote(target[1:])
            try:
                given = resolve(self.document, at) if target.startswith("#/") else {}
            except LookupError:
                return {}, at
        return {}, at

    @cached_property
    def _parts(self) -> tuple[tuple[Part, ...], tuple[tuple[str, Mapping[str, Any]], ...]]:
        """Schemas and objects, found in one walk."""
        schemas: list[Part] = []
        objects: list[tuple[str, Mapping[str, Any]]] = []
        waiting: list[tuple[str, Any, str, bool]] = [("", self.document, "object", True)]
        seen: set[int] = set()
        while waiting:
            at, node, role, whole = waiting.pop()
            if isinstance(node, list):
                inner = [(f"{at}/{i}", child, role, whole) for i, child in enumerate(node)]
            elif not isinstance(node, Mapping) or (id(node) in seen and role != "names"):
                continue
            elif role == "names":
                kept = [(k, v) for k, v in node.items() if not str(k).startswith("x-")]
                inner = [(at + pointer((str(k),)), v, "object", True) for k, v in kept]
            elif role == "schemas":
                inner = [(at + pointer((str(k),)), v, "schema", whole) for k, v in node.items()]
            elif role == "schema":
                seen.add(id(node))
                schemas.append(Part(at, node, whole))
                inner = list(_inside_schema(at, node))
            else:
                seen.add(id(node))
                objects.append((at, node))
                if self.swagger and _typed(node):
                    schemas.append(Part(at, node, plain=True))
                inner = list(self._inside_object(at, node))
            waiting += reversed(inner)
        return tuple(schemas), tuple(objects)

    def _inside_object(self, at: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Any, str, bool]]:
        for key, value in node.items():
            name = str(key)
            place = at + pointer((name,))
            if name.startswith("x-") or name in _VALUES:
                continue
            if name == "schema" or (self.swagger and name == "items"):
                yield place, value, "schema", True
            elif (at == "/components" and name == "schemas") or (at == "" and name == "definitions"):
                yield place, value, "schemas", True
            elif name in _BY_NAME or (at == "/components" and isinstance(value, Mapping)):
                yield place, value, "names", True
            elif name == "parameters" and isinstance(value, Mapping):
                yield place, value, "names" if at in ("", "/components") else "skip", True
            elif isinstance(value, dict | list):
                yield place, value, "object", True


def _inside_schema(at: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Any, str, bool]]:
    for key, value in node.items():
        place = at + pointer((str(key),))
        if key in ONE:
            # Under old rules a list of schemas may stand under items.
            yield place, value, "schema", key not in ("not", "if", "then", "else")
        elif key in NAMED:
            yield place, value, "schemas", True
        elif key in LISTED:
            yield place, value, "schema", False


def _typed(node: Mapping[str, Any]) -> bool:
    """Whether an object of Swagger 2.0 is a parameter outside the body, or a header."""
    place = node.get("in")
    if place is not None:
        return place != "body" and "name" in node
    return isinstance(node.get("type"), str) and not {"flow", "scopes", "name", "description"} >= set(
        node
    ) - {"type"}
