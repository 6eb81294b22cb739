"""Finding the path template that a URL path fits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

_VARIABLE = re.compile(r"\{([^{}/]+)\}")


class Router(Generic[T]):
    """Templates such as ``/accounts/{id}`` by method and number of segments, the most concrete first."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._routes: dict[tuple[str, int], list[_Route[T]]] = defaultdict(list)
        for method, template, target in routes:
            self._routes[method.upper(), template.count("/")].append(_Route(template, target))
        for same in self._routes.values():
            same.sort(key=lambda route: route.order)

    def find(self, method: str, path: str) -> tuple[T, Mapping[str, str]] | None:
        """The target whose template a path fits, and the decoded values of the template's variables."""
        for route in self._routes.get((method.upper(), path.count("/")), ()):
            values = route.values(path)
            if values is not None:
                return route.target, values
        return None


class _Route(Generic[T]):
    def __init__(self, template: str, target: T) -> None:
        self.target = target
        self.order = [
            (bool(_VARIABLE.search(part)), _VARIABLE.sub("", part) == "") for part in template.split("/")
        ]
        self._names = _VARIABLE.findall(template)
        literal = _VARIABLE.split(template)
        # Odd elements are names of variables.
        self._pattern = re.compile(
            "".join("([^/]+)" if index % 2 else re.escape(text) for index, text in enumerate(literal))
        )

    def values(self, path: str) -> Mapping[str, str] | None:
        match = self._pattern.fullmatch(path)
        if match is None:
            return None
        return {name: unquote(value) for name, value in zip(self._names, match.groups(), strict=True)}
