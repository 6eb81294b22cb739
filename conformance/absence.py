"""Identifiers that nothing has, in the form of one that something has, and what is answered for them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any

_HEX = re.compile(r"(?=.*[0-9])(?=.*[a-f])[0-9a-f-]{16,}|[0-9A-F-]{32,}")
_DIGITS = re.compile(r"[0-9]{2,}")
_LETTERS = re.compile(r"[A-Za-z]{3,}")
_DIGIT = re.compile(r"[0-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_ERROR = re.compile(r"err|code|status|message|fault|success|detail|title|reason", re.IGNORECASE)
_NOTHING = frozenset({"", "0", "0.0", "0.00", "None", "False", "false"})
_DEPTH = 3
"""Levels of an answer in which its identifier is looked for."""
WIDE = 5
"""Characters that have to vary so that two identifiers made at random can be taken for nobody's."""


class Answered(StrEnum):
    """What the answer for an unknown identifier holds."""

    EMPTY = "nothing"
    OTHER = "the object of another identifier"
    ERROR = "an error under a status of success"
    ITSELF = "an object with that identifier"
    LIKE = "what every identifier is answered"
    UNCLEAR = "something else"


def alike(identifier: str, known: Collection[str] = ()) -> Iterator[str]:
    """Identifiers of the same form, at most three, none of them known; none of a day or of a short word.

    What varies is the last run of digits, as the counter of ``SAV001``, else the last run of letters.
    """
    if _DAY.match(identifier):
        return
    told = {identifier, *known}
    for number in range(6):
        made = _altered(identifier, number)
        if made and made not in told and len(told) < len({identifier, *known}) + 3:
            told.add(made)
            yield made


def varying(identifier: str) -> int:
    """How many characters ``alike`` changes."""
    span = _span(identifier)
    return span[1] - span[0] if span else 0


def _span(identifier: str) -> tuple[int, int] | None:
    if _HEX.fullmatch(identifier):
        start = max(identifier.rfind("-") + 1, len(identifier) - 12)
        return start, len(identifier)
    if identifier.isdecimal():
        return 0, len(identifier)
    for pattern in (_DIGITS, _LETTERS, _DIGIT):
        runs = list(pattern.finditer(identifier))
        if runs:
            return runs[-1].span()
    return None


def _altered(identifier: str, number: int) -> str:
    span = _span(identifier)
    if span is None:
        return ""
    noise = hashlib.sha256(f"{identifier}/{number}".encode()).digest()
    hexadecimal = bool(_HEX.fullmatch(identifier))
    made = [
        _character(character, noise[at % 32], hexadecimal, first=at == 0)
        for at, character in enumerate(identifier[slice(*span)])
    ]
    return identifier[: span[0]] + "".join(made) + identifier[span[1] :]


def _character(character: str, noise: int, hexadecimal: bool, first: bool) -> str:
    if hexadecimal:
        found = "0123456789abcdef"[noise % 16]
        return found.upper() if character.isupper() else found
    if character.isdigit():
        return "123456789"[noise % 9] if first and character != "0" else "0123456789"[noise % 10]
    found = "bcdfghjklmnpqrstvwxz"[noise % 20]
    return found.upper() if character.isupper() else found


Place = tuple[str, ...]


class Known:
    """The answer for a known identifier: where it tells its own identifier, and which object it is about."""

    def __init__(self, document: Any, identifier: str) -> None:
        self.document = document
        self.own = _own(document, identifier)
        self.holder = self.own[:-1] if self.own else _holder(document)
        held = at(document, self.holder)
        self.object: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
        rest = [v for k, v in self.object.items() if not isinstance(v, list) and (k,) != self.own[-1:]]
        self._words = any(isinstance(value, str) and not _blank(value) for value in _leaves(rest))

    @property
    def represents(self) -> bool:
        """Whether the answer is one object that says something."""
        return any(not _blank(value) for value in _leaves(self.object))

    def says(self, document: Any, asked: str) -> Answered:
        """What the answer for another identifier holds; None stands for no body."""
        if document is None or document in ({}, [], ""):
            return Answered.EMPTY
        held = at(document, self.holder)
        if held is None or held in ({}, [], ""):
            return Answered.ERROR if _tells_error(document) else Answered.EMPTY
        if not isinstance(held, Mapping):
            return Answered.UNCLEAR
        return self._told(held, asked) if self.own else self._alike(held)

    def _told(self, held: Mapping[str, Any], asked: str) -> Answered:
        name = self.own[-1]
        rest = [value for key, value in held.items() if key != name]
        bare = all(_blank(value) for value in _leaves(rest))
        if name not in held:
            return Answered.ERROR if _tells_error(held) else Answered.EMPTY if bare else Answered.UNCLEAR
        given = held[name]
        if _blank(given):
            return Answered.EMPTY if bare else Answered.OTHER
        if not _same(given, asked):
            return Answered.OTHER
        if bare and self._words:
            return Answered.EMPTY
        return Answered.ITSELF

    def but_identifier(self, document: Any) -> Any:
        """The object of an answer without its own identifier."""
        held = at(document, self.holder)
        own = self.own[-1:]
        return {k: v for k, v in held.items() if (k,) != own} if isinstance(held, Mapping) else held

    def _alike(self, held: Mapping[str, Any]) -> Answered:
        if self._words and all(_blank(value) for value in _leaves(held)):
            return Answered.EMPTY
        if held == self.object and len(list(_leaves(held))) >= _DEPTH:
            return Answered.LIKE
        return Answered.ERROR if _tells_error(held) and not set(held) & set(self.object) else Answered.UNCLEAR


def at(document: Any, place: Place) -> Any:
    """The value at a place of nested objects; None where there is none."""
    for name in place:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _own(document: Any, identifier: str) -> Place:
    """Where an answer tells the identifier that was asked for: the nearest member that has it."""
    waiting: list[tuple[Place, Any]] = [((), document)]
    found: list[Place] = []
    while waiting:
        place, node = waiting.pop(0)
        if not isinstance(node, Mapping) or len(place) > _DEPTH:
            continue
        found += [(*place, str(name)) for name, value in node.items() if _is(value, identifier)]
        waiting += [((*place, str(name)), value) for name, value in node.items()]
    named = [place for place in found if place[-1].lower().endswith(("id", "code", "number", "reference"))]
    return next(iter(named or found), ())


def _holder(document: Any) -> Place:
    """The object that an answer is about where it tells no identifier: itself, or the only one in it."""
    if not isinstance(document, Mapping):
        return ()
    inner = [str(name) for name, value in document.items() if isinstance(value, Mapping)]
    named = [name for name in inner if name.lower() in ("data", "result", "item", "payload")]
    if named:
        return (named[0],)
    return (inner[0],) if len(document) == 1 and inner else ()


def _is(value: Any, identifier: str) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value) == identifier


def _same(value: Any, asked: str) -> bool:
    """Whether a value is the identifier that was asked for, however the bank writes it."""
    told = str(value).lower()
    return told == asked.lower() or (asked.isdecimal() and told.lstrip("0") == asked.lstrip("0"))


def _leaves(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, list | tuple):
            waiting += node
        else:
            yield node


def _blank(value: Any) -> bool:
    return value is None or str(value) in _NOTHING or str(value).startswith("0001-01-01")


def _tells_error(document: Any) -> bool:
    """Whether an answer says, under a name of errors, that something is wrong."""
    if not isinstance(document, Mapping):
        return False
    waiting: list[Any] = [document]
    for _ in range(100):
        if not waiting:
            return False
        node = waiting.pop()
        for name, value in node.items():
            if _ERROR.search(str(name)) and not _blank(value) and value not in ({}, []):
                return True
            if isinstance(value, Mapping):
                waiting.append(value)
    return False
