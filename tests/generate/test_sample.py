"""Values made for schemas: allowed, plain, the same every time."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.generate import pattern, sample
from conformance.schema import Direction, Validator


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 3, "maxLength": 5},
        {"type": "string", "pattern": "^[A-Z]{3}/[A-Z]{3}$"},
        {"type": "string", "pattern": "^(?!0+\\.00$)[0-9]{1,9}\\.[0-9]{2}$"},
        {"type": "string", "pattern": "^[^\\s@]+$", "minLength": 4},
        {"type": "string", "format": "uuid"},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 7, "multipleOf": 5},
        {"type": "integer", "maximum": -3},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        {"type": ["string", "null"], "enum": ["a", None]},
        {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "object"}]},
        {
            "allOf": [
                {
                    "type": "object",
                    "required": ["a"],
                    "properties": {"a": {"type": "string", "minLength": 2}},
                },
                {"required": ["b"], "properties": {"b": {"const": 4}}},
            ]
        },
    ],
)
@pytest.mark.parametrize("optional", [False, True])
def test_a_made_value_is_one_that_the_schema_allows(schema: dict[str, Any], optional: bool) -> None:
    made = sample.value(schema, schema, optional=optional)
    assert Validator(schema, direction=Direction.REQUEST).findings(made) == []
    assert made == sample.value(schema, schema, optional=optional)


def test_members_that_are_read_only_are_not_sent() -> None:
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
    }
    assert sample.value(schema, schema, optional=True) == {"name": "example"}


def test_a_schema_that_holds_itself_ends() -> None:
    document = {"node": {"type": "object", "properties": {"next": {"$ref": "#/node"}}, "required": ["next"]}}
    assert sample.value(document, document["node"], optional=True)


@pytest.mark.parametrize("text", ["^(", "[z-a]", "(?P<x>a)(?P=x)", "a{99999999999}"])
def test_a_pattern_that_cannot_be_read_gives_no_text(text: str) -> None:
    assert pattern.matching(text) is None
