"""A description that contradicts itself is told so; one that does not is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.contract.description import _contradictions
from conformance.openapi import describe


def described(operation: dict[str, Any], path: str = "/x") -> list[str]:
    operation = {"responses": {"200": {"description": "ok"}}, **operation}
    info = {"title": "t", "version": "1"}
    document = {"openapi": "3.1.0", "info": info, "paths": {path: {"get": operation}}}
    return [f"{f.expected} | {f.actual}" for f in _contradictions(describe(document))]


def parameter(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "q", "in": "query", "schema": schema, **more}]}


@pytest.mark.parametrize(
    "operation",
    [
        {},
        parameter({"type": "integer", "minimum": 1, "maximum": 1}, example=1),
        parameter({"type": "string", "enum": ["a"], "default": "a"}),
        {"responses": {"200": {"description": "ok", "content": {"application/json": {"example": {"a": 1}}}}}},
    ],
)
def test_a_description_without_contradiction_is_left_alone(operation: dict[str, Any]) -> None:
    assert described(operation) == []


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (parameter({"type": "integer", "minimum": 5, "maximum": 1}), "minimum at most maximum"),
        (parameter({"type": "string", "enum": ["a"], "default": "b"}), "default among"),
        (parameter({"type": "integer"}, example="one"), "example"),
        ({"parameters": [{"$ref": "#/components/parameters/None"}]}, "read whole"),
    ],
)
def test_a_contradiction_is_told(operation: dict[str, Any], word: str) -> None:
    assert any(word in text for text in described(operation))


def test_a_value_of_the_path_without_a_parameter_is_told() -> None:
    assert any("{id}" in text for text in described({}, "/x/{id}"))
