"""The values that a bank itself has used: identifiers and words out of its own answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.generate.sample import NOTHING

_WORD = re.compile(r"[a-z0-9]+|[A-Z][a-z0-9]*|[A-Z]+(?![a-z])")
MOST = 50
"""Objects of one answer that are remembered."""


def rows(document: Any) -> list[dict[str, Any]]:
    """The objects of the list in an answer: the answer itself, or its longest member that is a list."""
    if isinstance(document, list):
        return [row for row in document if isinstance(row, dict)]
    if not isinstance(document, Mapping):
        return []
    lists = [v for v in document.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if not lists:
        for inner in document.values():
            if isinstance(inner, Mapping):
                lists += [v for v in inner.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    return [row for row in max(lists, key=len, default=[]) if isinstance(row, dict)]


def item(document: Any) -> dict[str, Any]:
    """The object that an answer is about: itself, or the one below an envelope such as ``data``."""
    if not isinstance(document, dict):
        return {}
    if len(document) <= 3:
        for name in ("data", "Data", "result", "item"):
            if isinstance(document.get(name), dict):
                return dict(document[name])
    return document


class Pool:
    """Values by the collection that they came from, and by the names of their members."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._named: dict[str, list[Any]] = {}
        self._linked: dict[tuple[str, str], list[str]] = {}

    def learn(self, path: str, document: Any) -> None:
        """Remembers what an accepted answer of a path template holds."""
        found = rows(document)[:MOST] or ([item(document)] if item(document) else [])
        kept = self._rows.setdefault(path, [])
        kept += [row for row in found if row not in kept][:MOST]
        for row in found:
            for name, value in _scalars(row):
                named = self._named.setdefault(_plain(name), [])
                if value not in named and len(named) < MOST:
                    named.append(value)

    def link(self, operation: str, name: str, value: str) -> None:
        """Remembers a value that a link of the description gives to a parameter of an operation."""
        known = self._linked.setdefault((operation, name), [])
        if value not in known and len(known) < MOST:
            known.append(value)

    def linked(self, operation: str, name: str) -> list[str]:
        """The values that links have given to a parameter of an operation."""
        return self._linked.get((operation, name), [])

    def rows(self, path: str) -> list[dict[str, Any]]:
        """The objects that a path template has answered with."""
        return self._rows.get(path, [])

    def identifier(self, name: str, path: str) -> Any:
        """A value for an identifier in the path behind ``path``, or in a body; or ``NOTHING``."""
        values = self.identifiers(name, path)
        return values[0] if values else NOTHING

    def identifiers(self, name: str, path: str) -> list[Any]:
        """All values that fit, the best first: of the collection at ``path``, then of one named like it, then
        those of any member of the name."""
        return self.fitting(name, path) or list(self._named.get(_plain(name), []))

    def fitting(self, name: str, path: str) -> list[Any]:
        """The values of the collection at ``path``, or of one named like the identifier."""
        one = _singular(_words(path.rpartition("/")[2])[-1:])
        for row_list in (self._rows.get(path, []), self._like(name)):
            for key in (name, "id", "uuid", "code", "reference", one + name, f"{one}id", f"{one}code"):
                found = [v for row in row_list for k, v in row.items() if _plain(k) == _plain(key)]
                found = [value for value in found if isinstance(value, str | int)]
                if found:
                    return found
        return []

    def named(self, name: str) -> Any:
        """A value for a member named like an identifier of another object, or ``NOTHING``."""
        words = _words(name)
        if len(words) > 1 and words[-1] in ("id", "ids", "number", "reference", "ref", "code"):
            return self.identifier(name, "")
        return NOTHING

    def _like(self, name: str) -> list[dict[str, Any]]:
        """The objects of the collection that an identifier such as ``debtor_account_id`` names."""
        words = [word for word in _words(name) if word not in ("id", "ids", "number", "reference", "ref")]
        for word in reversed(words):
            for path, found in self._rows.items():
                last = [part for part in path.split("/") if part and not part.startswith("{")][-1:]
                if last and _singular(_words(last[0])[-1:]) == _singular([word]) and found:
                    return found
        return []


def _scalars(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(name), value


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _singular(words: list[str]) -> str:
    word = words[-1] if words else ""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
