"""Numbers as a schema writes them: a bank's own way to write one is neither right nor wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance.quantity import plain

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_MOST_DIGITS = 400


def written(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value with its numbers in the type that ``schema`` has at their place.

    A JSON number becomes the text of digits of ``format: decimal``, and a text of digits alone becomes an
    integer; everything else stays what it is.
    """
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: written(inner, members.get(name, {})) for name, inner in value.items()}
    if isinstance(value, list):
        return [written(inner, schema.get("items", {})) for inner in value]
    if schema.get("format") == "decimal" and isinstance(value, int | float | Decimal):
        return value if isinstance(value, bool) else _digits(Decimal(str(value)), value)
    if schema.get("type") == "integer" and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    return value


def _digits(number: Decimal, value: Any) -> Any:
    """The number as digits, unless it has more of them than anybody could mean."""
    return plain(number) if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS else value
