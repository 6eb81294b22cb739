"""The mapping language: the ``rows`` and ``fields`` of a target file, compiled once.

A field is ``$.Path``, ``{from: $.Path | [$.Paths…], up: n, as: …, default: …, first: true}``,
``{constant: …}``, ``{key: true, up: n, as: …}``, ``{rows: […], fields: {…}, up: n}``, ``{fields: {…}}``, or a
list of these, joined. Every mistake is a ``ConfigurationError`` with its key path and a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.errors import ConfigurationError, meant
from conformance.fields import Constant, Field, Joined, Nested, Source
from conformance.path import Path, compiled
from conformance.transform import ABSENT, chain


def parse_fields(given: Any, at: str, depth: int) -> dict[str, Field]:
    """The fields of a mapping. ``depth`` is how many steps ``up`` may go. Raises ``ConfigurationError``."""
    if not isinstance(given, Mapping) or not given:
        raise ConfigurationError(f"{at}: expected canonical names, each with where it is read from")
    problems: list[str] = []
    fields: dict[str, Field] = {}
    for name, spec in given.items():
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            problems.append(f"{at}.{name}: a canonical name is written in small letters with _ between words")
            continue
        try:
            fields[name] = _parse(spec, f"{at}.{name}", depth)
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(*problems)
    return fields


def parse_steps(given: Any, at: str) -> tuple[Path, ...]:
    """The steps of a walk. Raises ``ConfigurationError``."""
    steps = [given] if isinstance(given, str) else given
    if not isinstance(steps, list | tuple) or not steps:
        raise ConfigurationError(f"{at}: expected a list of JSONPath steps, for example [$.data[*]]")
    return tuple(_path(step, f"{at}.{index}") for index, step in enumerate(steps))


def _parse(spec: Any, at: str, depth: int) -> Field:
    if isinstance(spec, str):
        if not spec.startswith("$"):
            raise ConfigurationError(
                f"{at}: {spec!r} is no JSONPath; write {{constant: {spec}}} for a fixed value"
            )
        return Source((_path(spec, at),), 0, (), ABSENT, False)
    if isinstance(spec, list | tuple):
        return Joined(tuple(_parse(item, f"{at}.{index}", depth) for index, item in enumerate(spec)))
    if not isinstance(spec, Mapping):
        raise ConfigurationError(f"{at}: expected a JSONPath or a mapping, got {spec!r}")
    for head, allowed in _SHAPES.items():
        if head in spec:
            for key in spec:
                if key not in allowed:
                    raise ConfigurationError(f"{at}.{key}: unknown beside {head}; {_instead(key, allowed)}")
            return _shaped(head, spec, at, depth)
    given = ", ".join(map(str, spec)) or "nothing"
    raise ConfigurationError(
        f"{at}: {given} says nothing by itself; {_instead(next(iter(spec), ''), _SHAPES)}"
    )


def _instead(key: Any, allowed: Iterable[str]) -> str:
    names = tuple(allowed)
    return meant(str(key), names, f"there are {', '.join(names)}")


_SHAPES = {
    "from": ("from", "up", "as", "default", "first"),
    "constant": ("constant",),
    "key": ("key", "up", "as", "default"),
    "rows": ("rows", "fields", "up"),
    "fields": ("fields",),
}


def _shaped(head: str, spec: Mapping[str, Any], at: str, depth: int) -> Field:
    if head == "constant":
        return Constant(spec["constant"])
    if head == "fields":
        return Nested(parse_fields(spec["fields"], f"{at}.fields", depth))
    up = spec.get("up", 0)
    if not isinstance(up, int) or isinstance(up, bool) or not 0 <= up <= depth:
        raise ConfigurationError(
            f"{at}.up: expected a whole number from 0 to {depth}, the steps above the row"
        )
    if head == "rows":
        steps = parse_steps(spec["rows"], f"{at}.rows")
        inner = parse_fields(spec.get("fields"), f"{at}.fields", depth - up + len(steps))
        return Nested(inner, steps, up)
    try:
        transforms = chain(spec.get("as"))
    except ConfigurationError as error:
        raise ConfigurationError(*(f"{at}.as: {problem}" for problem in error.problems)) from None
    default = spec.get("default", ABSENT)
    if head == "key":
        if spec["key"] is not True:
            raise ConfigurationError(
                f"{at}.key: write {{key: true}} for the name of the member that the row is"
            )
        return Source((), up, transforms, default, False, key=True)
    given = spec["from"] if isinstance(spec["from"], list) else [spec["from"]]
    if not given:
        raise ConfigurationError(f"{at}.from: expected a JSONPath or a list of them")
    return Source(
        tuple(_path(path, f"{at}.from") for path in given), up, transforms, default, bool(spec.get("first"))
    )


def _path(text: Any, at: str) -> Path:
    try:
        return compiled(text)
    except ConfigurationError as error:
        raise ConfigurationError(*(f"{at}: {problem}" for problem in error.problems)) from None
