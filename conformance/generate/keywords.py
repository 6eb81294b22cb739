"""A schema with its references followed and its ``allOf`` merged: what a mutator needs to see of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from conformance.document import resolve

Schema = Mapping[str, Any]

MAX_DEPTH = 12
"""References and ``allOf`` followed for one schema; deeper ones are left as they stand."""

_TIGHTER = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
}


def flat(document: Any, schema: Any, depth: int = 0) -> dict[str, Any]:
    """The keywords of a schema. ``required`` and ``properties`` are united, bounds are the tighter ones."""
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        return {}
    merged: dict[str, Any] = {}
    target = schema.get("$ref")
    if isinstance(target, str) and target.startswith("#"):
        try:
            _merge(merged, flat(document, resolve(document, unquote(target[1:])), depth + 1))
        except LookupError:
            return {}
    for part in schema.get("allOf") or () if isinstance(schema.get("allOf"), list) else ():
        _merge(merged, flat(document, part, depth + 1))
    _merge(merged, {k: v for k, v in schema.items() if k not in ("$ref", "allOf")})
    merged = _alone(document, merged, depth)
    for key, value in merged.items():
        if isinstance(value, Decimal):
            merged[key] = int(value) if value == value.to_integral_value() else float(value)
    return _modern(merged)


def _alone(document: Any, merged: dict[str, Any], depth: int) -> dict[str, Any]:
    """The keywords with the only branch of an ``anyOf`` or ``oneOf`` beside null: how tools say what may be
    left out."""
    for name in ("anyOf", "oneOf"):
        given = merged.get(name)
        if not isinstance(given, list) or "type" in merged or len(given) > 2:
            continue
        branches = [branch for branch in given if branch != {"type": "null"}]
        if len(branches) == 1:
            found = flat(document, branches[0], depth + 1)
            if len(given) == 2 and (known := types(found)):
                found["type"] = [*known, "null"]
            rest = {key: value for key, value in merged.items() if key != name}
            _merge(found, rest)
            return found
    return merged


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        held = into.get(key)
        if key == "properties" and isinstance(held, dict) and isinstance(value, Mapping):
            into[key] = {**held, **value}
        elif key == "required" and isinstance(held, list) and isinstance(value, list):
            into[key] = [*held, *(name for name in value if name not in held)]
        elif key in _TIGHTER and _is_number(held) and _is_number(value):
            into[key] = _TIGHTER[key](held, value)
        else:
            into[key] = value


def _modern(schema: dict[str, Any]) -> dict[str, Any]:
    """The boolean exclusive bounds of OpenAPI 3.0 as those of 3.1, without touching the description."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            schema = {k: v for k, v in schema.items() if k != exclusive} | (
                {exclusive: schema[bound]} if schema[exclusive] and bound in schema else {}
            )
    return schema


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def types(schema: Schema) -> tuple[str, ...]:
    """The types that a schema names, ``null`` among them where it may be null; empty when it names none."""
    given = schema.get("type")
    named = [given] if isinstance(given, str) else list(given) if isinstance(given, list) else []
    if not named:
        if "properties" in schema:
            named = ["object"]
        elif "items" in schema:
            named = ["array"]
    if named and (schema.get("nullable") is True or schema.get("x-nullable") is True):
        named.append("null")
    return tuple(str(name) for name in named)


def main_type(schema: Schema) -> str:
    """The first type other than null; empty when none is named."""
    return next((name for name in types(schema) if name != "null"), "")


def properties(document: Any, schema: Schema) -> dict[str, dict[str, Any]]:
    """The named members of an object, flattened."""
    given = schema.get("properties")
    if not isinstance(given, Mapping):
        return {}
    return {str(name): flat(document, part) for name, part in given.items()}


def required(schema: Schema) -> tuple[str, ...]:
    """The names of members that must be there."""
    given = schema.get("required")
    return tuple(str(name) for name in given) if isinstance(given, list) else ()


def alternatives(schema: Schema) -> tuple[Any, ...]:
    """The branches of ``oneOf`` or ``anyOf``."""
    for name in ("oneOf", "anyOf"):
        given = schema.get(name)
        if isinstance(given, list) and given:
            return tuple(given)
    return ()
