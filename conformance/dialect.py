"""JSON Schemas of OpenAPI 2.0, 3.0 and 3.1 as self-contained schemas of JSON Schema 2020-12.

OpenAPI's own keywords (``nullable``, boolean ``exclusiveMaximum``, ``readOnly``, ``writeOnly``, schemas of
draft 4) are rewritten by what the specification says of them; what a schema refers to inside its document
is copied under ``$defs``, and nothing outside the document is ever followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from conformance.document import kind, pointer, resolve, shown
from conformance.errors import ConfigurationError

MAX_DEPTH = 100
"""Levels of schemas in schemas, references not counted."""

MAX_SCHEMAS = 50_000
"""Subschemas that one schema may reach."""

_ONE = frozenset(
    {
        "additionalProperties", "additionalItems", "not", "if", "then", "else", "contains", "propertyNames",
        "unevaluatedItems", "unevaluatedProperties", "contentSchema", "items",
    }
)  # fmt: skip
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_IDENTITY = frozenset({"$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"})
_ELSEWHERE = frozenset({"$dynamicRef", "$recursiveRef"})


class Version(StrEnum):
    """The kind of document that a schema stands in."""

    SWAGGER_2 = "2.0"
    OPENAPI_3_0 = "3.0"
    OPENAPI_3_1 = "3.1"
    JSON_SCHEMA = "2020-12"

    @property
    def old(self) -> bool:
        """Whether keywords beside ``$ref`` count for nothing and ``nullable`` exists."""
        return self in (Version.SWAGGER_2, Version.OPENAPI_3_0)


class Direction(StrEnum):
    """Which way a value travels; ``readOnly`` properties bind responses, ``writeOnly`` ones requests."""

    REQUEST = "request"
    RESPONSE = "response"


class BadSchema(ConfigurationError):
    """A schema cannot be used; ``pointer`` is its place in its document and ``reason`` what is wrong."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"schema at {pointer or 'the top'}: {reason}")
        self.pointer = pointer
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Bundle:
    """A self-contained schema of so many ``parts``. ``origins`` maps the names under ``$defs`` to pointers of
    the document, in which the schema itself is at ``origin``; ``notes`` say what could not be followed."""

    schema: Any
    origin: str
    origins: Mapping[str, str]
    notes: tuple[str, ...]
    parts: int = 1


def bundle(
    document: Any,
    at: str = "",
    version: Version = Version.JSON_SCHEMA,
    direction: Direction = Direction.RESPONSE,
) -> Bundle:
    """The schema at a pointer of a document, with all that it refers to. Raises ``BadSchema``."""
    work = _Work(document, version, direction)
    schema = work.schema(_resolved(document, at, at), at, 0)
    while work.waiting:
        target = work.waiting.pop()
        work.definitions[work.names[target]] = work.schema(_resolved(document, target, at), target, 0)
    if work.definitions and isinstance(schema, dict):
        schema = {**schema, "$defs": {**schema.get("$defs", {}), **work.definitions}}
    origins = {name: target for target, name in work.names.items()}
    return Bundle(schema, at, origins, tuple(dict.fromkeys(work.notes)), work.count)


def _resolved(document: Any, target: str, at: str) -> Any:
    try:
        return resolve(document, target)
    except LookupError:
        raise BadSchema(at, f"refers to {target!r}, which does not exist") from None


@dataclass(slots=True)
class _Work:
    document: Any
    version: Version
    direction: Direction
    names: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    definitions: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    count: int = 0

    def schema(self, given: Any, at: str, depth: int) -> Any:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_SCHEMAS:
            raise BadSchema(at, f"more than {MAX_DEPTH} levels or {MAX_SCHEMAS} parts")
        if isinstance(given, bool):
            return given
        if not isinstance(given, Mapping):
            raise BadSchema(at, f"expected an object or a boolean, got {kind(given)}")
        result: dict[str, Any] = {}
        if "$ref" in given:
            result |= self._reference(given["$ref"], at)
            if self.version.old:
                return result
        for key, value in given.items():
            if key == "$ref" or key in _IDENTITY:
                continue
            if key in _ELSEWHERE:
                self.notes.append(f"{at}/{key}: {shown(value)} is not followed")
            elif key == "items" and isinstance(value, list):
                result["prefixItems"] = self._listed(value, f"{at}/items", depth)
            elif key in _ONE:
                result[key] = self.schema(value, f"{at}/{key}", depth + 1)
            elif key in _NAMED:
                result[key] = self._named(value, f"{at}/{key}", depth)
            elif key in _LISTED:
                result[key] = self._listed(value, f"{at}/{key}", depth)
            else:
                result[key] = value
        if "additionalItems" in result:
            rest = result.pop("additionalItems")
            if isinstance(given.get("items"), list):
                result["items"] = rest
        self._relax(given, result)
        return self._modern(given, result) if self.version.old else result

    def _named(self, value: Any, at: str, depth: int) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise BadSchema(at, f"expected named schemas, got {kind(value)}")
        return {str(n): self.schema(v, f"{at}{pointer((str(n),))}", depth + 1) for n, v in value.items()}

    def _listed(self, value: Any, at: str, depth: int) -> list[Any]:
        if not isinstance(value, list):
            raise BadSchema(at, f"expected a list of schemas, got {kind(value)}")
        return [self.schema(part, f"{at}/{index}", depth + 1) for index, part in enumerate(value)]

    def _reference(self, target: Any, at: str) -> dict[str, Any]:
        if not isinstance(target, str):
            raise BadSchema(f"{at}/$ref", f"expected a text, got {kind(target)}")
        if target != "#" and not target.startswith("#/"):
            self.notes.append(f"{at}/$ref: {shown(target)} lies outside the document and is not followed")
            return {}
        inside = unquote(target[1:])
        if inside not in self.names:
            self.names[inside] = f"r{len(self.names)}"
            self.waiting.append(inside)
        return {"$ref": f"#/$defs/{self.names[inside]}"}

    def _relax(self, given: Mapping[str, Any], result: dict[str, Any]) -> None:
        """Takes from ``required`` the properties that only the other direction carries."""
        properties, required = given.get("properties"), given.get("required")
        if not isinstance(required, list) or not isinstance(properties, Mapping):
            return
        mark = "writeOnly" if self.direction is Direction.RESPONSE else "readOnly"
        kept = [name for name in required if not self._marked(properties.get(name), mark)]
        if kept:
            result["required"] = kept
        else:
            result.pop("required")

    def _marked(self, given: Any, mark: str) -> bool:
        for _ in range(10):
            if not isinstance(given, Mapping):
                return False
            target = given.get("$ref")
            if given.get(mark) is True or not isinstance(target, str) or not target.startswith("#/"):
                return given.get(mark) is True
            try:
                given = resolve(self.document, unquote(target[1:]))
            except LookupError:
                return False
        return False

    def _modern(self, given: Mapping[str, Any], result: dict[str, Any]) -> Any:
        """Keywords of OpenAPI 3.0 and of draft 4 in the words of 2020-12."""
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if isinstance(result.get(exclusive), bool) and result.pop(exclusive) and bound in result:
                result[exclusive] = result.pop(bound)
        if result.get("type") == "file":
            del result["type"]
        if given.get("nullable") is True or given.get("x-nullable") is True:
            if isinstance(result.get("enum"), list) and None not in result["enum"]:
                result["enum"] = [*result["enum"], None]
            if isinstance(result.get("type"), str):
                result["type"] = [result["type"], "null"]
            else:
                return {"anyOf": [{"type": "null"}, result]}
        return result
