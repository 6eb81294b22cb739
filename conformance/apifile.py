"""The file of an API description: YAML or JSON, up to 20 MB, as plain values with exact numbers."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from conformance.document import NotJson, may_break, parse, values
from conformance.errors import ConfigurationError

LARGEST = 20_000_000
"""Bytes."""

MOST_NODES = 3_000_000
"""Values once every alias is written out; a file of nested aliases is refused rather than unfolded."""


_PIECE = 1 << 20
_OBJECT = re.compile(rb"\s*[{\[]")


class _Loader(yaml.CSafeLoader):
    """Values as YAML 1.2 reads them: ``NO``, ``on`` and dates stay text, fractions stay exact."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        pairs = super().construct_mapping(node, deep=deep)
        return {key if isinstance(key, str) else _written(key): value for key, value in pairs.items()}


def _written(key: Any) -> str:
    """A key as text: the status 200 is "200"."""
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,300})$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:[0-9]{1,300}\.[0-9]{0,300}|\.[0-9]{1,300}|[0-9]{1,300}(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?$"
    ),
    list("-+.0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(str(node.value)))
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


def load(path: Path) -> Any:
    """The content of a description file. Raises ``ConfigurationError`` with the place of a mistake."""
    try:
        if path.stat().st_size > LARGEST:
            raise _too_large(path.name)
        with path.open("rb") as file:
            if _OBJECT.match(file.read(_PIECE)):
                file.seek(0)
                with suppress(NotJson):  # said below, with all that can be said of it
                    return _json(iter(lambda: file.read(_PIECE), b""), alike=True)
        body = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read: {error.strerror or error}; check the path"
        ) from None
    return parsed(body, path.name)


def parsed(body: bytes, name: str) -> Any:
    """The content of a description called ``name``. Raises ``ConfigurationError`` like ``load``."""
    if len(body) > LARGEST:
        raise _too_large(name)
    if _OBJECT.match(body):
        try:
            return _json(body[start : start + _PIECE] for start in range(0, len(body), _PIECE))
        except NotJson as error:
            if name.lower().endswith(".json"):
                raise ConfigurationError(f"{name}: not valid JSON: {error.reason}") from None
    try:
        value = yaml.load(body, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{name}{where}: not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise ConfigurationError(f"{name}: not valid YAML: {reason}") from None
    _limit(value, name)
    return value


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_LONGEST_SHARED = 64
"""Characters of a text that is kept once however often it comes."""
_WIDEST_SHARED = 6
_PLAIN_TYPES = (str, int, bool, type(None))


def _too_large(name: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: larger than {LARGEST // 1_000_000} MB; split the description")


def _json(pieces: Iterable[bytes], *, alike: bool = False) -> Any:
    """The value of a description in JSON, each short text in it kept once. Raises ``NotJson``.

    With ``alike``, small objects that are equal are one and the same.

    A large file is not held in memory as a whole beside its text, nor its text as four bytes a character
    for the sake of one emoji.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        texts = [_plain(decoder.decode(piece)) for piece in pieces]
        texts.append(decoder.decode(b"", final=True))
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8: {error.reason}") from None
    text = "".join(texts)
    del texts
    if may_break(text):
        return parse(text.encode()).value
    known: dict[Any, Any] = {}

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = {name: _shared(value, known) for name, value in pairs}
        if not alike or len(made) > _WIDEST_SHARED or not all(type(v) in _PLAIN_TYPES for v in made.values()):
            return made
        alike_one: dict[str, Any] = known.setdefault((*made.items(), *map(type, made.values())), made)
        return alike_one

    return values(text, members)


def _plain(piece: str) -> str:
    return piece if piece.isascii() else _BEYOND_ASCII.sub(_escape, piece)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1]


def _shared(value: Any, known: dict[Any, Any]) -> Any:
    if type(value) is str:
        return known.setdefault(value, value) if len(value) <= _LONGEST_SHARED else value
    if type(value) is list:
        return [_shared(each, known) if type(each) is str else each for each in value]
    return value


def _limit(value: Any, name: str) -> None:
    """Refuses a value that contains itself, or that is too large once its aliases are written out."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()
    waiting: list[tuple[Any, bool]] = [(value, False)]
    while waiting:
        node, done = waiting.pop()
        if not isinstance(node, dict | list):
            continue
        children = list(node.values()) if isinstance(node, dict) else node
        if done:
            open_.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes.get(id(child), 1) for child in children)
            if sizes[id(node)] > MOST_NODES:
                raise ConfigurationError(
                    f"{name}: more than {MOST_NODES} values; use $ref instead of aliases"
                )
            continue
        if id(node) in open_:
            raise ConfigurationError(f"{name}: a YAML alias contains itself; use $ref for what is recursive")
        if id(node) in sizes:
            continue
        open_.add(id(node))
        waiting.append((node, True))
        waiting += [(child, False) for child in children]
