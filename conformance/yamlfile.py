"""YAML files whose every value knows its line and column.

Values are read by the core schema of YAML 1.2: only ``true``, ``false``, ``null`` and plain numbers are not
text, so ``NO``, ``on``, ``2026-01-31`` and ``004`` stay what they look like. Mapping keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Never, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from conformance.errors import ConfigurationError
from conformance.mistakes import problems

LARGEST_FILE = 5 * 1024 * 1024
DEEPEST = 64
MOST_VALUES = 200_000
"""Values in one file after its aliases are expanded."""

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file as plain Python, and where each part of it stands.

    ``values`` and ``keys`` map locations (``("functions", "other.fx-rate", "rows", 0)``) to line and column,
    both from 1.
    """

    name: str
    value: Any
    values: Mapping[Loc, tuple[int, int]]
    keys: Mapping[Loc, tuple[int, int]]

    def place(self, loc: Loc, *, key: bool = False) -> str:
        """``bank.yaml:14:5`` of a value, or of its key; of the nearest part around it that exists."""
        if key and loc in self.keys:
            line, column = self.keys[loc]
            return f"{self.name}:{line}:{column}"
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.values:
                line, column = self.values[loc[:length]]
                return f"{self.name}:{line}:{column}"
        return self.name


def load(path: str | Path) -> Document:
    """The content of a YAML file. Raises ``ConfigurationError`` with place and remedy."""
    name = str(path)
    return parse(_read(Path(path), name), name)


def parse(text: bytes | str, name: str) -> Document:
    """The content of YAML text, called ``name`` in messages."""
    if len(text) > LARGEST_FILE:
        raise ConfigurationError(f"{name}: larger than {LARGEST_FILE // 1024 // 1024} MiB; split it")
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        return _Reading(name, events).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        said = ", ".join(part for part in (error.problem, error.context) if part)
        raise ConfigurationError(f"{place}: not valid YAML: {said}{_hint(said)}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise ConfigurationError(f"{name}: not valid YAML: {said}; save the file as UTF-8 text") from None


def read(path: str | Path, model: type[Model], context: Mapping[str, Any] | None = None) -> Model:
    """A file as a pydantic model. Raises one ``ConfigurationError`` with all that is wrong in it."""
    return validate(load(path), model, context)


def validate(document: Document, model: type[Model], context: Mapping[str, Any] | None = None) -> Model:
    """A document as a pydantic model; ``context`` reaches its validators, with ``document`` added to it."""
    try:
        return model.model_validate(document.value, context={**(context or {}), "document": document})
    except ValidationError as error:
        found = problems(error, model, document.value, document.place)
        raise ConfigurationError(*found) from None


def _read(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise ConfigurationError(f"{name}: is a directory; name the YAML file in it")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        near = _near(path)
        raise ConfigurationError(
            f"{name}: no such file" + (f"; did you mean {near}?" if near else "")
        ) from None
    except PermissionError:
        raise ConfigurationError(f"{name}: may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"{name}: cannot be read: {reason}") from None


def _near(path: Path) -> str:
    import difflib

    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return ""
    return next(iter(difflib.get_close_matches(path.name, names, 1)), "")


def _hint(said: str) -> str:
    if "cannot start any token" in said:
        return "; indent with spaces, and put text that begins with @ or ` in quotes"
    if "mapping values are not allowed" in said:
        return "; put text that contains ': ' in quotes, and check the indentation"
    if "alphabetic or numeric character" in said or "expected ',' or" in said:
        return "; inside [ ] and { }, put JSONPaths and other text with brackets or * in quotes"
    return "; check indentation and quotes"


_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?|[eE][-+][0-9]{1,3})")
_WORDS: Mapping[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Reading:
    """One pass over the events of a file; nothing in it recurses deeper than ``DEEPEST``."""

    def __init__(self, name: str, events: Iterator[Event]) -> None:
        self._name = name
        self._events = events
        self._values: dict[Loc, tuple[int, int]] = {}
        self._keys: dict[Loc, tuple[int, int]] = {}
        self._anchors: dict[str, Any] = {}
        self._open: set[str] = set()
        self._count = 0

    def document(self) -> Document:
        started = False
        value: Any = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if started:
                    self._refuse(event, "a second document; keep one in a file")
                started = True
                value = self._node(next(self._events), (), 0)
            elif isinstance(event, StreamEndEvent):
                break
        if not started or value is None:
            raise ConfigurationError(f"{self._name}: is empty")
        return Document(self._name, value, self._values, self._keys)

    def _node(self, event: Event, loc: Loc, depth: int) -> Any:
        self._values[loc] = _position(event)
        self._count += 1
        if self._count > MOST_VALUES:
            self._refuse(event, f"more than {MOST_VALUES} values, aliases expanded; split the file")
        if depth > DEEPEST:
            self._refuse(event, f"nested deeper than {DEEPEST} levels")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        anchor: str | None = getattr(event, "anchor", None)
        if anchor:
            self._open.add(anchor)
        before = self._count
        value = self._content(event, loc, depth)
        if anchor:
            self._open.discard(anchor)
            self._anchors[anchor] = (value, self._count - before + 1)
        return value

    def _alias(self, event: AliasEvent) -> Any:
        if event.anchor in self._open:
            self._refuse(event, f"*{event.anchor} contains itself")
        if event.anchor not in self._anchors:
            self._refuse(event, f"*{event.anchor} has no anchor &{event.anchor} before it")
        value, count = self._anchors[event.anchor]
        self._count += count
        if self._count > MOST_VALUES:
            self._refuse(event, f"more than {MOST_VALUES} values, aliases expanded; split the file")
        return value

    def _content(self, event: Event, loc: Loc, depth: int) -> Any:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", "tag:yaml.org,2002:str"):
            self._refuse(event, f"the tag {tag} is not known here; leave it out")
        if isinstance(event, ScalarEvent):
            return _scalar(event.value) if event.implicit[0] and tag is None else event.value
        if isinstance(event, SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(inner := next(self._events), SequenceEndEvent):
                items.append(self._node(inner, (*loc, len(items)), depth + 1))
            return items
        return self._mapping(loc, depth)

    def _mapping(self, loc: Loc, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                what = "an alias" if isinstance(key, AliasEvent) else "a list or mapping"
                self._refuse(key, f"{what} as a key; keys are text")
            name = key.value
            if name == "<<" and key.implicit[0]:
                self._refuse(key, "merge keys (<<) are not part of YAML 1.2; write the members out")
            here = (*loc, name)
            if name in members:
                line, _ = self._keys[here]
                self._refuse(key, f"{name} stands here a second time, first in line {line}; remove one")
            self._keys[here] = _position(key)
            members[name] = self._node(next(self._events), here, depth + 1)
        return members

    def _refuse(self, event: Event, why: str) -> Never:
        line, column = _position(event)
        raise ConfigurationError(f"{self._name}:{line}:{column}: {why}")


def _position(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
