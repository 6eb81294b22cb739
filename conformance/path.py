"""JSONPath (RFC 9535) steps, each match with the path that leads to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError
from jsonpath.selectors import IndexSelector, NameSelector

from conformance.errors import ConfigurationError

Parts = tuple[str | int, ...]


class _Environment(JSONPathEnvironment):
    # Documents are cut at 200 levels before they come here; the library's own cap of 100 would hide rows.
    max_recursion_depth = 250


# Filter results must not be cached: compiled paths are shared between threads.
_ENVIRONMENT = _Environment(strict=True, filter_caching=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A value and its path below the node that was searched."""

    parts: Parts
    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled JSONPath. ``names`` is its leading run of names and indices, all of it when ``singular``."""

    text: str
    names: Parts
    singular: bool
    query: JSONPath

    @property
    def lists(self) -> bool:
        """Whether the path ends in ``[*]`` and so expects a list there; the members of objects are ``.*``."""
        return not self.singular and self.text.endswith("[*]") and self.text.count("*") == 1

    @property
    def lists_on_the_way(self) -> tuple[str, ...]:
        """The paths between the ``[*]`` of a path that spreads several lists; empty for any other path."""
        parts = self.text.split("[*]")
        plain = not any(sign in "".join(parts) for sign in ("*", "?", "..", ",", ":"))
        return tuple(f"${part.removeprefix('$')}" for part in parts) if plain and len(parts) > 2 else ()

    def find(self, node: Any) -> list[Match]:
        """The matches below a node, in document order; empty when there is none."""
        if self.singular:
            depth, value = self.follow(node)
            return [Match(self.names, value)] if depth == len(self.names) else []
        # The library would parse a string as a JSON document of its own.
        if not isinstance(node, dict | list):
            return []
        try:
            return [Match(tuple(match.parts), match.obj) for match in self.query.finditer(node)]
        except JSONPathError:  # too deep for the library: nothing that could be a row
            return []

    def follow(self, node: Any) -> tuple[int, Any]:
        """How many of ``names`` exist below a node, and the value that they lead to."""
        for depth, name in enumerate(self.names):
            in_object = isinstance(node, dict) and isinstance(name, str) and name in node
            in_list = isinstance(node, list) and isinstance(name, int) and name < len(node)
            if not (in_object or in_list):
                return depth, node
            node = node[name]
        return len(self.names), node


@lru_cache(maxsize=4096)
def compiled(text: str) -> Path:
    """A JSONPath, compiled once. Raises ``ConfigurationError`` naming the place of the mistake."""
    if not isinstance(text, str) or not text.startswith("$"):
        raise ConfigurationError(
            f"{text!r} is no JSONPath; it begins with $, for example $.data[*] or $['annual-fee']"
        )
    try:
        query = _ENVIRONMENT.compile(text)
    except JSONPathError as error:
        # str() of the library's error fails at the end of a query.
        reason = str(error.args[0]) if error.args else "syntax error"
        at = getattr(getattr(error, "token", None), "index", None)
        where = f" at character {at + 1}" if isinstance(at, int) and at >= 0 else ""
        hint = "" if re.search(r"\['", text) else "; names with signs in them are written $['annual-fee']"
        raise ConfigurationError(f"{text}: {reason}{where}{hint}") from None
    if not isinstance(query, JSONPath):
        raise ConfigurationError(f"{text}: one JSONPath, not a combination of several")
    names: list[str | int] = []
    singular = True
    for segment in query.segments:
        name = _name(segment)
        if name is None:
            singular = False
            break
        names.append(name)
    return Path(text, tuple(names), singular, query)


def _name(segment: Any) -> str | int | None:
    if type(segment).__name__ != "JSONPathChildSegment" or len(segment.selectors) != 1:
        return None
    selector = segment.selectors[0]
    if isinstance(selector, NameSelector):
        return str(selector.name)
    if isinstance(selector, IndexSelector) and selector.index >= 0:
        return int(selector.index)
    return None
