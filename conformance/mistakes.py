"""What pydantic found wrong with a file, in the words of a person who can mend it."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from conformance.redaction import Kind, kind

Loc = tuple[str | int, ...]


class Place(Protocol):
    """Says where a location of a document stands in its file."""

    def __call__(self, loc: Loc, *, key: bool = False) -> str: ...


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date such as 2026-12-31",
    "date_parsing": "a date such as 2026-12-31",
    "date_from_datetime_parsing": "a date such as 2026-12-31",
    "date_from_datetime_inexact": "a date such as 2026-12-31",
}
_TEXTUAL = frozenset(("date_parsing", "date_from_datetime_parsing"))


def problems(error: ValidationError, model: type[BaseModel], value: Any, place: Place) -> list[str]:
    """One line for each error: ``bank.yaml:14:5: limits.job: unknown key; did you mean jobs?``."""
    grouped: dict[Loc, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        grouped.setdefault(_real(detail["loc"], value, detail["type"]), []).append(detail)
    found = []
    for loc, details in grouped.items():
        at_key = details[0]["type"] == "extra_forbidden"
        where = ".".join(str(part) for part in loc) or "the file"
        found.append(f"{place(loc, key=at_key)}: {where}: {_of_branches(details, loc, model)}")
    return sorted(dict.fromkeys(found), key=_position)


def _of_branches(details: list[ErrorDetails], loc: Loc, model: type[BaseModel]) -> str:
    """What the branches of a union found wrong with one value, as one sentence."""
    told = [d for d in details if d["type"] not in ("is_instance_of", "literal_error")] or details
    own = [d for d in told if d["type"] == "value_error"]
    kinds = dict.fromkeys(_EXPECTED[d["type"]] for d in told if d["type"] in _EXPECTED)
    if own or len(kinds) < 2 or len(told) > len([d for d in told if d["type"] in _EXPECTED]):
        return _said((own or told)[0], loc, model)
    got = "" if loc and kind(str(loc[-1])) is not Kind.PLAIN else f", got {shown(told[0].get('input'))}"
    return f"expected {' or '.join(kinds)}{got}"


def _position(problem: str) -> tuple[int, int]:
    found = re.search(r":(\d+):(\d+): ", problem)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def suggestion(given: str, known: Iterable[str]) -> str:
    """``; did you mean path?``, or the known words when none is near and they are few."""
    words = [word for word in known if word]
    near = difflib.get_close_matches(given.lower(), [w.lower() for w in words], 1, 0.6)
    if near:
        return f"; did you mean {next(w for w in words if w.lower() == near[0])}?"
    return f"; known here: {', '.join(sorted(words))}" if 0 < len(words) <= 40 else ""


def shown(value: Any) -> str:
    """A value as it may stand in a message."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _real(loc: tuple[int | str, ...], value: Any, error: str) -> Loc:
    """A pydantic location without the parts that name a union's branch or a validator's wrapping."""
    real: list[str | int] = []
    last = len(loc) - 1
    for index, part in enumerate(loc):
        in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if in_list or (isinstance(value, Mapping) and part in value):
            real.append(part)
            value = value[part]
        elif index == last and error == "missing" and isinstance(value, Mapping):
            real.append(part)
    return tuple(real)


def _said(detail: ErrorDetails, loc: Loc, model: type[BaseModel]) -> str:
    error, given = detail["type"], detail.get("input")
    context = detail.get("ctx", {})
    secret = bool(loc) and kind(str(loc[-1])) is not Kind.PLAIN
    got = "" if secret else f", got {shown(given)}"
    if error == "extra_forbidden":
        return "unknown key" + suggestion(str(loc[-1]) if loc else "", _siblings(detail["loc"], model))
    if error == "missing":
        return "missing; add it"
    if error in _EXPECTED:
        remedy = "; put it in quotes" if isinstance(given, int | float) and error == "string_type" else ""
        if given is None:
            remedy = "; write it below the key, or take the key out"
        return f"expected {_EXPECTED[error]}{got}{remedy}"
    if error in ("literal_error", "enum"):
        words = [w.strip(" '\"") for w in str(context.get("expected", "")).replace(" or ", ",").split(",")]
        return f"expected one of {', '.join(words)}{got}" + _near(given, words)
    if error == "union_tag_invalid":
        words = [w.strip(" '\"") for w in str(context.get("expected_tags", "")).split(",")]
        name = str(context.get("discriminator", "kind")).strip("'")
        return f"unknown {name} {context.get('tag')!r}" + suggestion(str(context.get("tag")), words)
    if error == "union_tag_not_found":
        name = str(context.get("discriminator", "kind")).strip("'")
        return f"missing {name}; add it"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if error in ("value_error", "assertion_error"):
        return message
    return re.sub(r"^(Input|String|Value) should ", "must ", message) + got


def _near(given: Any, words: list[str]) -> str:
    near = difflib.get_close_matches(str(given).lower(), words, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _siblings(loc: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """The keys that the mapping around a location may have."""
    types_: list[Any] = [model]
    for part in loc[:-1]:
        types_ = [inner for outer in types_ for inner in _inside(outer, part)]
    names: dict[str, None] = {}
    for one in types_:
        for choice in _models(one):
            names.update(dict.fromkeys(f.alias or n for n, f in choice.model_fields.items()))
    return list(names)


def _models(hint: Any) -> list[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _models(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        return [found for inner in typing.get_args(hint) for found in _models(inner)]
    return []


def _inside(hint: Any, part: str | int) -> list[Any]:
    """The types that a part of a value of some type may have; a union's branch leads back to its own type."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _inside(inner[0], part)
    if origin in (typing.Union, types.UnionType):
        tagged = [c for c in inner if any(part in _tags(m) for m in _models(c))]
        return tagged or [found for choice in inner for found in _inside(choice, part)]
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return [inner[1]]
    if origin in (list, tuple, set, frozenset):
        return [inner[0]]
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        for name, field in hint.model_fields.items():
            if part in (name, field.alias):
                return [field.annotation]
    return []


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("kind")
    return typing.get_args(field.annotation) if field is not None else ()
