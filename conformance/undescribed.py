"""Members of a value that no part of its schema names, where the schema does not leave the matter open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from conformance.document import pointer, resolve


def undescribed(document: Any, schema: Any, value: Any, *, closed: bool = True) -> Iterator[tuple[str, str]]:
    """Members of a value that no part of its schema names, where its schema names members at all.

    Without ``closed`` those are left out that a schema expressly forbids, which validators tell as well.
    """
    waiting: list[tuple[str, tuple[Any, ...], Any]] = [("", (schema,), value)]
    while waiting:
        at, given, node = waiting.pop()
        parts = tuple(_parts(document, given))
        if isinstance(node, list):
            inner = tuple(p["items"] for p in parts if "items" in p)
            waiting += [(f"{at}/{i}", inner, child) for i, child in enumerate(node[:200]) if inner]
        elif isinstance(node, dict):
            named = [p["properties"] for p in parts if isinstance(p.get("properties"), Mapping)]
            free = any(map(_open, parts))
            for name, child in node.items():
                described = tuple(one[name] for one in named if name in one)
                if described:
                    waiting.append((at + pointer((name,)), described, child))
                elif named and not free and (closed or not any(map(_shut, parts))):
                    yield at + pointer((name,)), name


def _open(schema: Mapping[str, Any]) -> bool:
    """Whether a schema expressly admits members that it does not name."""
    rest = schema.get("additionalProperties")
    return rest is True or isinstance(rest, Mapping) or "patternProperties" in schema


def _shut(schema: Mapping[str, Any]) -> bool:
    """Whether a schema forbids members that it does not name."""
    return schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False


def _parts(document: Any, given: tuple[Any, ...]) -> Iterator[Mapping[str, Any]]:
    """The schemas that apply to one value: behind references and in every branch."""
    waiting = list(given)
    seen: set[int] = set()
    while waiting and len(seen) < 500:
        schema = waiting.pop()
        if not isinstance(schema, Mapping) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield schema
        target = schema.get("$ref")
        if isinstance(target, str) and target.startswith("#/"):
            try:
                waiting.append(resolve(document, unquote(target[1:])))
            except LookupError:
                continue
        for name in ("allOf", "anyOf", "oneOf"):
            branches = schema.get(name)
            waiting += branches if isinstance(branches, list) else []
        waiting += [schema[name] for name in ("then", "else") if name in schema]
