"""YAML that means one thing to its author and another to a reader of YAML 1.1, or to none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from conformance.document import shown
from conformance.lint.walk import Slip, Specimen

_WORDS = re.compile(r"(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt ].*)?")
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_SIXTY = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_GROUPED = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)+")
_STATUS = re.compile(r"[1-5]\d\d")
_TEXT = frozenset({"description", "summary", "title", "name", "pattern", "$ref"})


def pitfalls(given: Specimen) -> Iterator[Slip]:
    """No plain scalar is read otherwise by YAML 1.1 than it looks, and no key stands twice."""
    body = given.body
    if not body or body.lstrip()[:1] in (b"{", b"["):
        return
    try:
        yield from _Scan(given.name).run(body)
    except yaml.YAMLError:
        return  # not readable at all, which is said where it is read


class _Scan:
    def __init__(self, name: str) -> None:
        self._name = name
        self._statuses: list[str] = []

    def run(self, body: bytes) -> Iterator[Slip]:
        # Each open collection: None for a list, else the keys seen and the key whose value is awaited.
        open_: list[dict[str, Any] | None] = []
        for event in yaml.parse(body, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                top = open_[-1] if open_ else None
                path = () if top is None else top["path"]
                if top is not None:
                    path = (*path[-3:], str(top["key"]))
                    top["key"] = None
                mapping = isinstance(event, yaml.MappingStartEvent)
                inside: dict[str, Any] | None = {"seen": {}, "key": None, "path": path} if mapping else None
                open_.append(inside)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                open_.pop()
            elif isinstance(event, yaml.ScalarEvent):
                yield from self._scalar(event, open_[-1] if open_ else None)
            elif isinstance(event, yaml.AliasEvent) and open_ and open_[-1] is not None:
                open_[-1]["key"] = "*" if open_[-1]["key"] is None else None
        if self._statuses:
            yield Slip("statuses in quotes, so that JSON and YAML agree", f"{len(self._statuses)} without",
                       self._statuses[0])  # fmt: skip

    def _scalar(self, event: Any, top: dict[str, Any] | None) -> Iterator[Slip]:
        text, at = str(event.value), f"{self._name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        plain = not event.style and event.implicit[0]
        if top is not None and top["key"] is None:
            yield from self._key(text, at, plain, top)
            return
        key = ""
        if top is not None:
            key, top["key"] = str(top["key"]), None
        if plain and (read := _otherwise(text)) and not (key in _TEXT and _DATE.fullmatch(text) is None):
            yield Slip("the value in quotes", f"{shown(text)}, which YAML 1.1 reads as {read}", at)
        elif plain and key == "version" and re.fullmatch(r"\d+(?:\.\d+)?", text):
            yield Slip("the version in quotes", f"{text}, which is a number: 1.10 is 1.1", at)

    def _key(self, text: str, at: str, plain: bool, top: dict[str, Any]) -> Iterator[Slip]:
        first = top["seen"].setdefault(text, at)
        if first != at:
            line = first.rsplit(":", 2)[1]
            yield Slip("each key once", f"{shown(text)} again after line {line}; one of them is lost", at)
        top["key"] = text
        if text == "<<" and plain:
            yield Slip("no merge key, which YAML 1.2 does not have", "<<", at)
        elif plain and _STATUS.fullmatch(text) and top["path"][-1:] == ("responses",):
            self._statuses.append(at)
        elif plain and not text.isdigit() and (read := _otherwise(text)):
            yield Slip("the key in quotes", f"{shown(text)}, which YAML 1.1 reads as {read}", at)


def _otherwise(text: str) -> str:
    """What YAML 1.1 takes a plain scalar for, where that is not what it looks like."""
    if _WORDS.fullmatch(text):
        return "a boolean"
    if _DATE.fullmatch(text):
        return "a date"
    if _OCTAL.fullmatch(text):
        return "an octal number"
    if _SIXTY.fullmatch(text):
        return "a number to the base of sixty"
    return "a number" if _GROUPED.fullmatch(text) else ""
