"""The table of values: for each keyword of a schema what lies just outside of it, and what just inside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from conformance.generate import keywords, sample
from conformance.generate.keywords import Schema
from conformance.generate.sample import NOTHING

Wrong = tuple[str, Any, str]
LONGEST = 5000
"""Characters of the longest text that is made to pass a length."""

_OTHER_TYPES: Mapping[str, tuple[Any, ...]] = {
    "string": (12345, {}, True),
    "integer": ("text", 1.5, []),
    "number": ("text", "12.50", []),
    "boolean": ("true", 1),
    "array": ({}, "text"),
    "object": ([], "text"),
}
_BAD_FORMATS: Mapping[str, tuple[str, ...]] = {
    "date": ("2026-02-30", "20260101", "tomorrow"),
    "date-time": ("2026-01-01T25:00:00Z", "2026-01-01T00:00:00", "yesterday"),
    "time": ("25:00:00Z", "noon"),
    "uuid": ("not-a-uuid", "3fa85f64-5717-4562-b3fc-2c963f66afZZ"),
    "email": ("nobody", "a@"),
    "uri": ("not a uri", "://"),
    "url": ("not a uri",),
    "https-uri": ("http://example.com/", "not a uri"),
    "ipv4": ("999.1.1.1",),
    "ipv6": ("::zz",),
    "hostname": ("-bad-.example",),
    "duration": ("one day",),
    "decimal": ("ten", "1,000.00"),
    "iso4217": ("ZZZ",),
}
_FULL_WIDTH = {ord("0") + n: 0xFF10 + n for n in range(10)}


def wrong(held: Schema, value: Any) -> Iterator[Wrong]:
    """Values that a schema may forbid, each with the keyword that it is aimed at and words for it.

    The validator has the last word on whether one is forbidden.
    """
    kind = keywords.main_type(held)
    for other in _OTHER_TYPES.get(kind, ()):
        yield "type", other, f"{json.dumps(other)} in place of {_article(kind)}"
    if kind and "null" not in keywords.types(held):
        yield "type", None, "null"
    listed = held.get("enum")
    if isinstance(listed, list) and listed:
        first = listed[0]
        yield "enum", "CONFORMANCE_PROBE" if isinstance(first, str) else 987654, "an unlisted value"
        if isinstance(first, str) and first.swapcase() != first:
            yield "enum", first.swapcase(), "a listed value in other letters"
    if "const" in held:
        yield "const", "CONFORMANCE_PROBE", "another value"
    if kind in ("integer", "number") or any(b in held for b in ("minimum", "maximum")):
        yield from _numbers(held, kind)
    if kind == "string" or isinstance(value, str):
        yield from _texts(held, value if isinstance(value, str) else "")
    if kind == "array" or isinstance(value, list):
        yield from _lists(held, value)


def _numbers(held: Schema, kind: str) -> Iterator[Wrong]:
    step = _step(held, kind)
    for bound, sign in (("minimum", -1), ("maximum", 1)):
        limit = held.get(bound)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            yield (
                bound,
                _tidy(Decimal(str(limit)) + sign * step, kind),
                f"past the {bound} {limit}",
            )
            far = -(abs(int(limit)) + 1) * 1000 if sign < 0 else (abs(int(limit)) + 1) * 1000
            yield bound, far, f"far past the {bound} {limit}"
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        limit = held.get(bound)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            yield bound, limit, f"the {bound} {limit} itself"
            yield bound, (-1 if "Min" in bound else 1) * (abs(limit) + 1), f"past the {bound} {limit}"
    unit = held.get("multipleOf")
    if isinstance(unit, int | float) and unit:
        base = Decimal(str(sample.number(held, kind)))
        yield "multipleOf", float(base + Decimal(str(unit)) / 2), f"no multiple of {unit}"
        yield "multipleOf", float(base + Decimal(str(unit)) / 10), f"a finer scale than {unit}"


def _step(held: Schema, kind: str) -> Decimal:
    """What lies between a bound and the next number, so that no other rule is broken than the bound."""
    unit = held.get("multipleOf")
    if isinstance(unit, int | float) and unit > 0:
        return Decimal(str(unit))
    return Decimal(1) if kind == "integer" else Decimal("0.01")


def _tidy(number: Decimal, kind: str) -> Any:
    return int(number) if kind == "integer" or number == number.to_integral_value() else float(number)


def _texts(held: Schema, value: str) -> Iterator[Wrong]:
    least, most = held.get("minLength"), held.get("maxLength")
    if isinstance(least, int) and least > 0:
        yield "minLength", value[: least - 1], f"{least - 1} characters"
        if least > 1:
            yield "minLength", "", "an empty text"
    if isinstance(most, int) and most < LONGEST:
        yield "maxLength", lengthened(held, value, most + 1), f"{most + 1} characters"
        if most + 1000 < LONGEST:
            yield "maxLength", lengthened(held, value, most + 1000), "over-long"
    if isinstance(held.get("pattern"), str):
        yield "pattern", "#" * max(1, len(value)), "other characters"
        yield "pattern", f"{value}\n", "a line break at the end"
        yield "pattern", f"-{value}", "a sign"
        if any(c.isdigit() for c in value):
            yield "pattern", value.translate(_FULL_WIDTH), "full-width digits"
            yield "pattern", f"{value}9999", "more digits"
            yield "pattern", f"{value}e3", "an exponent"
        yield "pattern", value.swapcase(), "other letters"
        yield "pattern", f" {value}", "a blank in front"
        yield "pattern", f"{value}'", "a quote"
    for bad in _BAD_FORMATS.get(str(held.get("format")), ()):
        yield "format", bad, json.dumps(bad)


def _lists(held: Schema, value: Any) -> Iterator[Wrong]:
    items = list(value) if isinstance(value, list) else []
    least, most = held.get("minItems"), held.get("maxItems")
    if isinstance(least, int) and least > 0:
        yield "minItems", items[: least - 1], f"{least - 1} elements"
    if isinstance(most, int) and most < 500 and items:
        yield "maxItems", [_another(items[0], n) for n in range(most + 1)], f"{most + 1} elements"
    if held.get("uniqueItems") is True and items:
        yield "uniqueItems", [items[0], items[0]], "an element twice"


def _another(value: Any, number: int) -> Any:
    """A value like the given one, different for each number."""
    if isinstance(value, str):
        return f"{value[:-2] if len(value) > 6 else value}{number}"
    return value + number if isinstance(value, int) and not isinstance(value, bool) else value


def lengthened(held: Schema, value: str, length: int) -> str:
    """The text made longer so that its format still holds."""
    missing = max(0, length - len(value))
    if held.get("format") in ("email", "idn-email"):
        local, _, host = (value or "a@example.com").rpartition("@")
        return f"{local}@{'a.' * (missing // 2 + 1)}{host}"
    if held.get("format") in ("uri", "url", "https-uri", "uri-reference"):
        return f"{value or 'https://example.com/'}{'a' * (missing + 1)}"
    return (value or "x") + (value[-1:] or "x") * (missing or (1 if not value else 0))


def wrong_texts(held: Schema, present: str) -> Iterator[str]:
    """Texts that a parameter may forbid; what only a JSON value can say is left out."""
    kind = keywords.main_type(held)
    if kind in ("integer", "number"):
        yield "abc"
        for _, value, _ in _numbers(held, kind):
            yield str(value)
        if kind == "integer":
            yield "1.5"
        yield "1e3x"
    elif kind == "boolean":
        yield "maybe"
    else:
        for _, value, _ in wrong(held, present or sample.text(held)):
            if isinstance(value, str):
                yield value


def allowed(held: Schema) -> Iterator[tuple[str, Any]]:
    """Values at the edges of what a parameter allows."""
    listed = held.get("enum")
    if isinstance(listed, list):
        yield from (("enum", value) for value in listed[:8] if value is not None)
        return
    kind = keywords.main_type(held)
    if kind in ("integer", "number"):
        for bound in ("minimum", "maximum"):
            if isinstance(held.get(bound), int | float) and abs(held[bound]) < 2**53:
                yield bound, held[bound]
    elif kind == "boolean":
        yield "type", True
        yield "type", False
    elif kind == "string" and "pattern" not in held and "format" not in held:
        most = held.get("maxLength")
        if isinstance(most, int) and 0 < most <= 256:
            yield "maxLength", "x" * most


def odd(kind: str) -> Iterator[tuple[str, str]]:
    """Texts for a parameter that have made servers fail."""
    if kind in ("integer", "number"):
        yield "a number of 20 digits", "99999999999999999999"
        yield "full-width digits", "\uff11\uff12"
        yield "an exponent", "1e400"
        return
    yield "a quote", "'"
    yield "emoji and bidirectional marks", "\U0001f600\u202e\u2066x"
    yield "NUL", "a\x00b"
    yield "2,000 characters", "a" * 2000
    yield "a percent sign", "%"
    yield "brackets", "[(*+\\"


def odd_json(is_text: bool) -> Iterator[tuple[str, bytes]]:
    """JSON values that have made servers fail, as bytes."""
    if is_text:
        yield "NUL", b'"a\\u0000b"'
        yield "a lone surrogate", b'"\\ud800"'
        yield "emoji and bidirectional marks", json.dumps("\U0001f600\u202e\u2066x").encode()
        yield "a quote", b'"\'"'
        yield "5,000 characters", b'"' + b"a" * 5000 + b'"'
        return
    yield "2^53 + 1", b"9007199254740993"
    yield "19 digits", b"9999999999999999999"
    yield "1e400", b"1e400"
    yield "minus zero", b"-0"
    yield "NaN", b"NaN"


def plain(document: Any, schema: Schema) -> Any:
    """A value for an optional member that the accepted call does not have."""
    return (
        sample.value(document, schema, optional=True)
        if keywords.types(schema) or "enum" in schema
        else NOTHING
    )


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"
