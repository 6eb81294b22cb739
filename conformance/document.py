"""JSON as a bank sent it, parsed without losing what a verdict needs.

Fractions stay exact (``Decimal``), repeated member names and broken Unicode are noted with their JSON
Pointers (RFC 6901), and what RFC 8259 does not allow is refused rather than repaired.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from conformance.errors import ConformanceError
from conformance.path import compiled

MAX_DEPTH = 200
"""Levels of nesting; deeper documents are refused."""

_LONGEST_INTEGER = 400
_MOST_PLACES = 4000
"""Places before or after the point; the validator would write out what has more, however short it is sent."""
_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]|\\\\u[dD]"
)
"""Half of a pair without the other half; also an escaped backslash that looks like one."""
_LONE = re.compile("[\ud800-\udfff]")


class NotJson(ConformanceError):
    """A body is no JSON text of RFC 8259, or deeper than ``MAX_DEPTH``; ``reason`` says why in one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed body. Numbers with a fraction or an exponent, and integers past 400 digits, are ``Decimal``.

    ``duplicates`` are the pointers of members whose name comes more than once in their object (the last
    one is kept); ``broken_text`` those of strings with a lone surrogate (replaced by U+FFFD).
    """

    value: Any
    duplicates: tuple[str, ...] = ()
    broken_text: tuple[str, ...] = ()

    def first(self, path: str) -> Any:
        """The first value that a JSONPath matches, or None. Raises ``ConfigurationError`` for a bad path."""
        return next((match.value for match in compiled(path).find(self.value)), None)


def parse(body: bytes) -> Document:
    """The document in a body of UTF-8 JSON. Raises ``NotJson``."""
    if not body.strip():
        raise NotJson("the body is empty")
    if body.startswith(b"\xef\xbb\xbf"):
        raise NotJson("the body begins with a byte order mark, which RFC 8259 section 8.1 forbids to send")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"the body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from None
    repeated: list[tuple[dict[str, Any], tuple[str, ...]]] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            seen: set[str] = set()
            twice = [name for name, _ in pairs if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
            repeated.append((result, tuple(dict.fromkeys(twice))))
        return result

    value = values(text, members)
    duplicates = _places(value, repeated) if repeated else ()
    if not may_break(text):
        return Document(value, duplicates)
    broken: list[str] = []
    return Document(_mended(value, (), broken), duplicates, tuple(broken))


def may_break(text: str) -> bool:
    """Whether a JSON text may hold half of a surrogate pair, which no UTF-8 can say."""
    return _SURROGATE.search(text) is not None


def values(text: str, members: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> Any:
    """The value of a JSON text, its objects made by ``members``. Raises ``NotJson``."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=members,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno} column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _limit_depth(value)
    return value


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a path of member names and indices."""
    tokens = [str(part) for part in parts]
    path = "/".join(["", *tokens])
    if "~" in path or path.count("/") != len(tokens):
        path = "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in tokens)
    return path


def parts_of(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON Pointer, unescaped."""
    parts = pointer.split("/")[1:]
    return tuple(parts if "~" not in pointer else [p.replace("~1", "/").replace("~0", "~") for p in parts])


def resolve(value: Any, pointer: str) -> Any:
    """The value at a JSON Pointer. Raises ``LookupError`` when there is none."""
    for part in parts_of(pointer):
        if isinstance(value, dict):
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdigit():
            value = value[int(part)]
        else:
            raise LookupError(pointer)
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def shown(value: Any, limit: int = 120) -> str:
    """A value of a document in one short line for a finding, as JSON."""
    if isinstance(value, dict):
        names = ", ".join(shown(name, 30) for name in list(value)[:6])
        text = f"an object with {names}{', …' if len(value) > 6 else ''}" if value else "an empty object"
    elif isinstance(value, list):
        text = f"a list of {len(value)}"
    elif isinstance(value, str):
        text = json.dumps(value[: limit + 1], ensure_ascii=False)
    elif value is None or isinstance(value, bool):
        text = json.dumps(value)
    else:
        text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def kind(value: Any) -> str:
    """The JSON type of a value, with its article."""
    if value is None:
        return "null"
    for types, name in (
        (bool, "a boolean"),
        (str, "a string"),
        (dict, "an object"),
        (list, "a list"),
        ((int, Decimal, float), "a number"),
    ):
        if isinstance(value, types):
            return name
    return type(value).__name__


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text) if len(text) <= _MOST_PLACES else None
    except InvalidOperation:
        value = None
    if value is None or abs(value.adjusted()) > _MOST_PLACES:
        raise NotJson(f"the number {text[:40]} is out of range")
    return value


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONGEST_INTEGER else _decimal(text)


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no JSON number")


def _limit_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level if isinstance(node, dict | list) for child in _children(node)]
        if not level:
            return
    raise NotJson(f"nested deeper than {MAX_DEPTH} levels")


def _children(node: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node


def _places(value: Any, repeated: Sequence[tuple[dict[str, Any], tuple[str, ...]]]) -> tuple[str, ...]:
    names = {id(node): twice for node, twice in repeated}
    found: list[str] = []
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while waiting:
        node, parts = waiting.pop()
        if isinstance(node, dict):
            found += [pointer((*parts, name)) for name in names.get(id(node), ())]
            waiting += [(child, (*parts, name)) for name, child in node.items()]
        elif isinstance(node, list):
            waiting += [(child, (*parts, index)) for index, child in enumerate(node)]
    return tuple(sorted(found))


def _mended(value: Any, parts: tuple[str | int, ...], broken: list[str]) -> Any:
    if isinstance(value, str) and _LONE.search(value):
        broken.append(pointer(_LONE.sub("\ufffd", p) if isinstance(p, str) else p for p in parts))
        return _LONE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(child, (*parts, index), broken) for index, child in enumerate(value)]
    if isinstance(value, dict):
        return {
            _LONE.sub("\ufffd", name): _mended(child, (*parts, name), broken) for name, child in value.items()
        }
    return value
