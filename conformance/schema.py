"""Validation of payloads against JSON Schemas, in plain words and always offline.

The validator is jsonschema-rs: its regular expressions are those of ECMA-262, in which a full-width digit is
no ``\\d``, and it takes exact decimals. References are resolved by ``dialect.bundle`` beforehand, and the
validator itself may fetch nothing: a hostile API description must not make the suite send requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from conformance.currency import ISO_4217
from conformance.dialect import BadSchema, Bundle, Direction, Version, bundle
from conformance.document import parts_of, pointer, shown
from conformance.model import Finding

__all__ = ["BadSchema", "Direction", "Validator", "Version", "Violation"]

_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _is_https(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme.lower() == "https" and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        return False


_FORMATS = {
    "decimal": lambda value: _DECIMAL.fullmatch(value) is not None,
    "https-uri": _is_https,
    "iso4217": lambda value: value in ISO_4217,
}

_FORMAT_WORDS = {
    "date-time": "a date-time of RFC 3339 with its offset",
    "date": "a date as YYYY-MM-DD",
    "time": "a time of RFC 3339 with its offset",
    "uri": "an absolute URI",
    "uuid": "a UUID",
    "email": "an e-mail address",
    "decimal": "a decimal number written as a text of digits",
    "https-uri": "an https URL",
    "iso4217": "a currency code of ISO 4217",
}
_TYPE_WORDS = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "a boolean",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} elements",
    "maxItems": "at most {} elements",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One value that its schema does not allow. ``schema_pointer`` is the keyword's place in its document."""

    keyword: str
    instance_pointer: str
    schema_pointer: str
    expected: str
    actual: str

    def finding(self, base: str = "") -> Finding:
        """The violation as a finding; ``base`` is the pointer of the judged value in the bank's document."""
        return Finding(self.expected, self.actual, base + self.instance_pointer)


class Validator:
    """A compiled schema. Raises ``BadSchema`` when it cannot be compiled; a value never raises.

    ``schema`` is the schema itself or the document in which it stands ``at`` a pointer; ``version`` says by
    which rules it is read, ``direction`` which way the values travel. ``notes`` name what was not followed.
    """

    __slots__ = ("_compiled", "_origin_of", "_origins", "notes", "parts")

    def __init__(
        self,
        schema: Mapping[str, Any] | bool,
        *,
        at: str = "",
        version: Version = Version.JSON_SCHEMA,
        direction: Direction = Direction.RESPONSE,
    ) -> None:
        made: Bundle = bundle(schema, at, version, direction)
        self.notes = made.notes
        self.parts = made.parts
        # The bundled schema itself is not kept: the compiled one is all that is asked.
        self._origin_of, self._origins = made.origin, made.origins
        try:
            self._compiled = jsonschema_rs.Draft202012Validator(
                made.schema,
                validate_formats=True,
                formats=_FORMATS,
                pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000),
                offline=True,
            )
        except jsonschema_rs.ValidationError as error:
            place = self._origin([str(part) for part in error.instance_path])
            raise BadSchema(place, error.message[:200]) from None
        except (ValueError, TypeError, OverflowError, jsonschema_rs.ReferencingError) as error:
            raise BadSchema(at, str(error)[:200]) from None

    def valid(self, value: Any) -> bool:
        """Whether the schema allows the value."""
        return self._compiled.is_valid(value)

    def findings(self, value: Any, limit: int = 20) -> list[Violation]:
        """What the schema does not allow in a value, at most ``limit``."""
        found: list[Violation] = []
        for error in islice(self._compiled.iter_errors(value), limit):
            violation = self._violation(error)
            if violation is not None:
                found.append(violation)
        return found

    def _violation(self, error: jsonschema_rs.ValidationError) -> Violation | None:
        keyword = error.kind.name
        if keyword in ("backtrackLimitExceeded", "regexEngineFailure"):
            return None  # the pattern is at fault, not the value
        expected, actual = _words(error)
        path = [str(part) for part in error.schema_path]
        if keyword == "falseSchema" and path[-1:] == ["additionalProperties"]:
            keyword, expected = "additionalProperties", "no member"
        return Violation(keyword, pointer(error.instance_path), self._origin(path), expected, actual)

    def _origin(self, path: list[str]) -> str:
        """A place in the bundle as a place in the document that it was made of."""
        base = parts_of(self._origin_of)
        if len(path) >= 2 and path[0] == "$defs" and path[1] in self._origins:
            base, path = parts_of(self._origins[path[1]]), path[2:]
        return pointer((*base, *path))


def _words(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """What a violated keyword expects, and what came, in words."""
    keyword, detail, instance = error.kind.name, error.kind.as_dict(), error.instance
    value = error.kind.value
    if keyword == "type":
        return _types(value), shown(instance)
    if keyword == "required":
        return f"a member {shown(detail.get('property'))}", shown(instance)
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        names = detail.get("unexpected") or []
        return "no member beside those described", ", ".join(shown(name) for name in names[:5])
    if keyword == "enum":
        options = [shown(option, 40) for option in value or ()]
        return f"one of {', '.join(options[:12])}{', …' if len(options) > 12 else ''}", shown(instance)
    if keyword == "const":
        return f"exactly {shown(value)}", shown(instance)
    if keyword == "format":
        return _FORMAT_WORDS.get(str(value), f"a text in the format {value}"), shown(instance)
    if keyword == "pattern":
        return f"a text that matches {value}", shown(instance)
    if keyword in _BOUNDS:
        words = _BOUNDS[keyword].format(value)
        return words.removesuffix("s") if value == 1 else words, shown(instance)
    if keyword == "uniqueItems":
        return "a list without repeated elements", shown(instance)
    if keyword in ("anyOf", "oneOf") and isinstance(detail.get("context"), list):
        return _alternatives(error, detail["context"], shown(instance))
    if keyword == "propertyNames":
        return f"member names as described: {error.message[:100]}", shown(instance)
    if keyword == "contains":
        return "a list with an element as described", shown(instance)
    if keyword in ("not", "falseSchema"):
        return "no such value here", shown(instance)
    return str(error.message)[:200], shown(instance)


def _types(value: Any) -> str:
    names = sorted([value] if isinstance(value, str) else value, key=lambda name: str(name) == "null")
    return " or ".join(_TYPE_WORDS.get(str(name), str(name)) for name in names)


def _alternatives(error: jsonschema_rs.ValidationError, context: list[Any], came: str) -> tuple[str, str]:
    fitting = [str(number) for number, branch in enumerate(context, 1) if not branch]
    if fitting:  # oneOf: what the other alternatives miss is not what is wrong
        numbers = f"{', '.join(fitting[:-1][:5])} and {fitting[-1]}" if len(fitting) > 1 else fitting[0]
        return f"exactly one of {len(context)} alternatives", f"{came}, which fits alternatives {numbers}"
    wanted: list[str] = []
    for first in (branch[0] for branch in context[:4]):
        text = _words(first)[0]
        place = pointer(first.instance_path[len(error.instance_path) :])
        wanted.append(f"{text} at {place}" if place else text)
    words = " or ".join(dict.fromkeys(wanted))
    return (f"{words} or another of {len(context)} alternatives" if len(context) > 4 else words), came
