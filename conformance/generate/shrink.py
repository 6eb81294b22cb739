"""Shrinking: a generated call that shows a failure made as like the accepted call as still shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

from conformance.answer import Answer
from conformance.document import NotJson, parse, pointer
from conformance.generate.call import Call, Pairs
from conformance.generate.sample import NOTHING

MOST = 24
"""Requests that making one call smaller may cost."""
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a call differs from the accepted one: where, and how to make it so."""

    at: str
    apply: Callable[[Call], Call]


@dataclass(frozen=True, slots=True)
class Smallest:
    """What is left of a call, its answer, and the places in which it differs from the accepted one."""

    call: Call
    answer: Answer
    places: tuple[str, ...]


def smallest(
    call: Call, answer: Answer, accepted: Call, fails: Callable[[Call], Answer | None], most: int = MOST
) -> Smallest:
    """The call with as few differences from the accepted one as still fail.

    ``fails`` sends a call and gives its answer, or None when it does not show the failure.
    """
    kept = list(differences(call, accepted))
    found = Smallest(call, answer, tuple(one.at for one in kept))
    left = most
    size = max(1, len(kept) // 2)
    while kept and left > 0:
        smaller = False
        for at in range(0, len(kept), size):
            rest = kept[:at] + kept[at + size :]
            if not rest or left <= 0:
                continue
            left -= 1
            tried = _with(accepted, rest)
            came = fails(tried)
            if came is not None:
                kept, smaller = rest, True
                found = Smallest(tried, came, tuple(one.at for one in rest))
                break
        if smaller:
            size = max(1, min(size, len(kept) // 2))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return found


def _with(accepted: Call, kept: Sequence[Difference]) -> Call:
    return reduce(lambda call, one: one.apply(call), kept, accepted)


def differences(call: Call, accepted: Call) -> Iterator[Difference]:
    """All in which a call differs from another of the same operation."""
    for name, value in call.path.items():
        if accepted.path.get(name) != value:
            yield Difference(f"path parameter {name}", partial(_in_path, name, value))
    yield from _pairs(call.query, accepted.query, _in_query, "parameter", str)
    yield from _pairs(call.headers, accepted.headers, _in_headers, "header parameter", str.lower)
    if call.content() != accepted.content() or (call.content() and call.media_type != accepted.media_type):
        yield from _bodies(call, accepted)


def _in_path(name: str, value: str, call: Call) -> Call:
    return call.with_path(name, value)


def _in_query(name: str, mine: Pairs, call: Call) -> Call:
    return replace(call, query=(*(pair for pair in call.query if pair[0] != name), *mine))


def _in_headers(name: str, mine: Pairs, call: Call) -> Call:
    return replace(call, headers=(*(pair for pair in call.headers if pair[0].lower() != name), *mine))


def _in_body(place: Path, value: Any, call: Call) -> Call:
    return call.with_body(_set(call.body, place, value))


def _pairs(
    given: Pairs,
    usual: Pairs,
    change: Callable[[str, Pairs, Call], Call],
    word: str,
    fold: Callable[[str], str],
) -> Iterator[Difference]:
    """The names whose values are others, or that are there on one side only."""
    for name in dict.fromkeys(fold(n) for n, _ in (*given, *usual)):
        mine = tuple(pair for pair in given if fold(pair[0]) == name)
        if mine != tuple(pair for pair in usual if fold(pair[0]) == name):
            yield Difference(f"{word} {mine[0][0] if mine else name}", partial(change, name, mine))


def _bodies(call: Call, accepted: Call) -> Iterator[Difference]:
    raw, usual = call.content(), accepted.content()
    if call.media_type == accepted.media_type and accepted.raw is None:
        try:
            made = parse(raw)
            if isinstance(made.value, Mapping) and isinstance(accepted.body, Mapping) and not made.duplicates:
                yield from _values(made.value, accepted.body, ())
                return
        except NotJson:
            pass
    if call.media_type != accepted.media_type:
        yield Difference(
            "header Content-Type",
            lambda c: c.with_raw(c.content(), call.media_type),
        )
    if raw != usual:
        yield Difference("body", lambda c: c.with_raw(raw))


def _values(made: Mapping[str, Any], usual: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    """The members of an object that are others; those of objects on both sides one by one."""
    for name in dict.fromkeys((*made, *usual)):
        here, there = made.get(name, NOTHING), usual.get(name, NOTHING)
        if isinstance(here, Mapping) and isinstance(there, Mapping):
            yield from _values(here, there, (*path, name))
        elif here is NOTHING or there is NOTHING or here != there or type(here) is not type(there):
            place = (*path, name)
            yield Difference(pointer(place), partial(_in_body, place, here))


def _set(body: Any, path: Path, value: Any) -> Any:
    name, *rest = path
    held = dict(body)
    if rest:
        held[str(name)] = _set(held.get(str(name), {}), tuple(rest), value)
    elif value is NOTHING:
        held.pop(str(name), None)
    else:
        held[str(name)] = value
    return held
