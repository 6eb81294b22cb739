"""Schemas that say something else than their author meant, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from conformance.document import mapping, shown
from conformance.lint.walk import LISTED, Slip, Specimen

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})
_NUMBERS = {
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double", "decimal",
    "decimal128", "double-int", "sf-integer", "sf-decimal",
}  # fmt: skip
_TEXTS = {
    "date", "date-time", "time", "duration", "password", "byte", "binary", "email", "idn-email", "hostname",
    "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid",
    "json-pointer", "relative-json-pointer", "regex", "char", "commonmark", "html", "http-date",
    "media-range", "base64url", "date-time-local", "time-local", "unixtime", "sf-string", "sf-token",
    "sf-binary", "sf-boolean",
}  # fmt: skip
KNOWN = frozenset(_NUMBERS | _TEXTS)
_MASK = re.compile(r"(?i)(?:[ymd]{2,4}[-/. ]?){2,3}(?:[ t].*)?|hh:?mm(?::?ss)?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*")


def formats(given: Specimen) -> Iterator[Slip]:
    """``format`` names a format; it holds no value, mask or pattern (JSON Schema Validation 2020-12, 7)."""
    for part in given.schemas:
        if "format" not in part.value:
            continue
        found, at = part.value["format"], f"{part.at}/format"
        if not isinstance(found, str):
            yield Slip("the name of a format", shown(found), at)
        elif _MASK.fullmatch(found) or not _NAME.fullmatch(found):
            kind = "a mask" if _MASK.fullmatch(found) else "no name"
            meant = "" if kind == "a mask" or " " in found else _meant(found)
            expected = f"the format {meant}" if meant else "the name of a format"
            yield Slip(expected, f"{shown(found)}, which is {kind}", at)
        elif found not in KNOWN:
            meant = _meant(found)
            if meant:
                yield Slip(f"the format {meant}", f"{shown(found)}, which no specification defines", at)
        else:
            yield from _misplaced(found, part.value.get("type"), at)


def _meant(found: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", found.lower())
    return next((name for name in sorted(KNOWN) if name.replace("-", "") == plain), "")


def _misplaced(found: str, type_: Any, at: str) -> Iterator[Slip]:
    types = {type_} if isinstance(type_, str) else set(type_) if isinstance(type_, list) else set()
    if not types:
        return
    if found in ("int32", "int64", "float", "double") and not types & {"integer", "number", "string"}:
        yield Slip("a format of its type", f"{found} on {shown(type_)}", at)
    if found in ("date", "date-time", "uuid", "email", "uri", "ipv4", "ipv6") and "string" not in types:
        yield Slip("a format of its type", f"{found}, which is of strings, on {shown(type_)}", at)


def types(given: Specimen) -> Iterator[Slip]:
    """Types are those of JSON, and a list says what its elements are."""
    for part in given.schemas:
        named = part.value.get("type")
        if named is None:
            continue
        for each in named if isinstance(named, list) else [named]:
            allowed = TYPES | {"null"} | ({"file"} if given.swagger else set())
            if not isinstance(each, str) or each not in allowed:
                near = get_close_matches(str(each).lower(), TYPES, 1, 0.5)
                hint = f", perhaps {near[0]}" if near else ""
                yield Slip(f"one of {', '.join(sorted(TYPES))}{hint}", shown(each), f"{part.at}/type")
        if named == "array" and "items" not in part.value and given.version.old:
            yield Slip("items beside the type array", "none", part.at)


_PAIRS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)


def bounds(given: Specimen) -> Iterator[Slip]:
    """Bounds leave room for a value, and are numbers."""
    for part in given.schemas:
        for least, most in _PAIRS:
            low, high = part.value.get(least), part.value.get(most)
            for name, value in ((least, low), (most, high)):
                if value is not None and (isinstance(value, bool | str | list | dict)):
                    yield Slip("a number", shown(value), f"{part.at}/{name}")
                    break
            else:
                if low is not None and high is not None and low > high:
                    yield Slip(f"{least} of at most {high}", shown(low), f"{part.at}/{least}")


def required(given: Specimen) -> Iterator[Slip]:
    """``required`` lists members that the schema describes."""
    for part in given.schemas:
        if part.plain or "required" not in part.value:
            continue
        names = part.value["required"]
        if not isinstance(names, list):
            yield Slip("a list of the names of members", shown(names), f"{part.at}/required")
            continue
        described = mapping(part.value.get("properties"))
        if not part.whole or not described or LISTED & set(part.value) or "$ref" in part.value:
            continue
        for name in names:
            if name not in described and not part.value.get("patternProperties"):
                unasked = [str(member) for member in described if member not in names]
                near = get_close_matches(str(name), unasked, 1)
                hint = f", perhaps {near[0]}" if near else ""
                yield Slip(f"a description of each required member{hint}", f"none of {shown(name)}",
                           f"{part.at}/required")  # fmt: skip
