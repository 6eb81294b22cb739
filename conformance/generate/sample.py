"""A value that a schema allows: what it shows as an example, else the plainest one that fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from conformance.generate import keywords, pattern
from conformance.generate.keywords import Schema

NOTHING: Any = object()
"""What stands for no value, since null is one."""

MAX_DEPTH = 10

_FORMATS: dict[str, str] = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:30:00Z",
    "time": "09:30:00Z",
    "duration": "P1D",
    "email": "customer@example.com",
    "idn-email": "customer@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/",
    "https-uri": "https://example.com/",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "decimal": "10.00",
    "iso4217": "HKD",
    "byte": "YQ==",
    "password": "correct horse battery",
}

Known = Callable[[str], Any]
"""Gives a value that the bank itself has used for a member of this name, or ``NOTHING``."""


def _unknown(_: str) -> Any:
    return NOTHING


def value(
    document: Any, schema: Any, *, known: Known = _unknown, optional: bool = False, depth: int = 0
) -> Any:
    """A value for a schema, for a request: members that are read only are left out.

    ``known`` is asked for members named like identifiers; with ``optional`` an object has all its members.
    """
    if schema is True or depth > MAX_DEPTH:
        return "x"
    held = keywords.flat(document, schema)
    for name in ("const", "default", "example"):
        if name in held:
            return held[name]
    examples = held.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    if isinstance(held.get("enum"), list) and held["enum"]:
        return held["enum"][0]
    branches = keywords.alternatives(held)
    kind = keywords.main_type(held)
    if branches and kind not in ("object",):
        branch = next((b for b in branches if keywords.flat(document, b).get("type") != "null"), branches[0])
        return value(document, branch, known=known, optional=optional, depth=depth + 1)
    if kind == "object" or (branches and kind == ""):
        return _object(document, held, branches, known, optional, depth)
    if kind == "array":
        least = held.get("minItems", 0) if isinstance(held.get("minItems"), int) else 0
        if not least and not optional:
            return []
        one = value(document, held.get("items", {}), known=known, optional=optional, depth=depth + 1)
        return [one] * max(1, min(least, 5))
    if kind in ("integer", "number"):
        return number(held, kind)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    return text(held)


def _object(
    document: Any, held: Schema, branches: tuple[Any, ...], known: Known, optional: bool, depth: int
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    members = keywords.properties(document, held)
    wanted = list(members) if optional else []
    wanted += [name for name in keywords.required(held) if name not in wanted]
    for name in wanted:
        schema = members.get(name, {})
        if schema.get("readOnly") is True:
            continue
        found = known(name)
        made[name] = (
            found
            if found is not NOTHING
            else value(document, schema, known=known, optional=optional, depth=depth + 1)
        )
    if branches:
        branch = value(document, branches[0], known=known, optional=optional, depth=depth + 1)
        if isinstance(branch, Mapping):
            made = {**branch, **made}
    return made


def number(held: Schema, kind: str) -> Any:
    """A number within the bounds of a schema; a small positive one where it may be."""
    low = held.get("minimum", held.get("exclusiveMinimum"))
    high = held.get("maximum", held.get("exclusiveMaximum"))
    step = held.get("multipleOf")
    base = Decimal(str(low)) if low is not None else Decimal(1)
    if high is not None and low is None and base > Decimal(str(high)):
        base = Decimal(str(high))
    tiny = Decimal(1) if kind == "integer" else Decimal("0.01")
    if low is not None and "exclusiveMinimum" in held:
        base += tiny
    if low is None and "exclusiveMaximum" in held and high is not None and base >= Decimal(str(high)):
        base = Decimal(str(high)) - tiny
    if step:
        unit = Decimal(str(step))
        base = (base / unit).to_integral_value(rounding="ROUND_CEILING") * unit
    return int(base) if kind == "integer" or base == base.to_integral_value() else float(base)


def text(held: Schema) -> str:
    """A text of the pattern, the format and the length of a schema."""
    least = held.get("minLength", 0) if isinstance(held.get("minLength"), int) else 0
    most = held.get("maxLength") if isinstance(held.get("maxLength"), int) else None
    if isinstance(held.get("pattern"), str):
        found = pattern.matching(held["pattern"], least)
        if found is not None:
            return found
    made = _FORMATS.get(str(held.get("format")))
    if made is None:
        made = "example"
        if most is not None and len(made) > most:
            made = made[:most]
    return made + "x" * max(0, least - len(made))
