"""The lint of API descriptions: what it says, and where it is silent."""

from __future__ import annotations

from typing import Any

import pytest

from conformance import apifile
from conformance.lint import Specimen, lint
from conformance.lint.patterns import open_ends
from conformance.openapi import describe

HEAD: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": {}}
OPERATION = {"operationId": "a", "responses": {"200": {"description": "Good."}}}


def said(document: dict[str, Any], body: bytes = b"") -> dict[str, list[str]]:
    """What each rule says, by rule; rules that say nothing are left out."""
    read = describe(document)
    found = lint(Specimen(read.document, read.version, body, "api.yaml"))
    return {rule: [f"{slip.at}: {slip.actual}" for slip in slips] for rule, slips in found.items() if slips}


def with_schema(schema: dict[str, Any], version: str = "3.1.0") -> dict[str, Any]:
    return {
        **HEAD,
        "openapi": version,
        "paths": {"/a": {"get": OPERATION}},
        "components": {"schemas": {"S": schema}},
    }


@pytest.mark.parametrize(
    ("pattern", "open_"),
    [
        ("^[A-Z]{3}$", ""),
        ("^(a|b)$", ""),
        ("(^a$)", ""),
        ("^a$|^b$", ""),
        ("^https://", ""),
        ("^https://.*", ""),
        (".*", ""),
        ("\\.json$", ""),
        ("^\\$$", ""),
        ("^[|]$", ""),
        ("[A-Z]{3}", "both ends"),
        ("^[A-Z]{3}", "its end"),
        ("^a\\d", "its end"),
        ("\\d$", "its beginning"),
        ("a+$", "its beginning"),
        ("[0-9]+$", "its beginning"),
        ("^[0-9]{3}\\$", ""),
        ("^[A-Z]{3}|[0-9]{3}$", "both ends"),
    ],
)
def test_the_ends_of_a_pattern(pattern: str, open_: str) -> None:
    assert open_ends(pattern) == open_


def test_members_of_rows_may_have_the_names_of_keywords() -> None:
    names = (
        "example",
        "default",
        "enum",
        "format",
        "pattern",
        "required",
        "type",
        "nullable",
        "$ref",
        "items",
    )
    properties = {name: {"type": "string"} for name in names}
    assert said(with_schema({"type": "object", "properties": properties, "required": ["example"]})) == {}


def test_components_may_have_the_names_of_keywords() -> None:
    parameter = {"name": "schema", "in": "query", "schema": {"type": "string"}}
    document = {**with_schema({"type": "string"})}
    document["components"] = {
        "parameters": {"schema": parameter, "example": parameter},
        "schemas": {"default": True},
    }
    assert said(document) == {}


def test_an_example_is_no_schema_whatever_it_holds() -> None:
    held = {"type": "nonsense", "pattern": "[", "$ref": "#/nowhere", "enum": 1}
    assert said(with_schema({"type": "object", "example": held})) == {}


def test_a_parameter_may_show_its_example_as_it_travels() -> None:
    listed = {
        "name": "ids",
        "in": "query",
        "schema": {"type": "array", "items": {"type": "string"}},
        "example": "a,b",
    }
    number = {"name": "n", "in": "query", "schema": {"type": "integer"}, "example": "12"}
    document = {**HEAD, "paths": {"/a": {"get": {**OPERATION, "parameters": [listed, number]}}}}
    assert said(document) == {}


def test_examples_of_requests_may_leave_out_what_only_answers_carry() -> None:
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
    }
    body = {"content": {"application/json": {"schema": schema, "example": {"name": "A"}}}}
    document = {**HEAD, "paths": {"/a": {"post": {**OPERATION, "requestBody": body}}}}
    assert said(document) == {}


def test_required_members_of_a_composition_may_stand_in_another_part() -> None:
    described = {"type": "object", "properties": {"a": {"type": "string"}}}
    narrowed = {"required": ["a"], "properties": {"b": {"type": "string"}}}
    assert said(with_schema({"allOf": [described, narrowed]})) == {}


def test_a_description_of_3_0_may_be_nullable_and_one_of_3_1_a_list_of_types() -> None:
    assert said(with_schema({"type": "string", "nullable": True, "example": None}, "3.0.3")) == {}
    assert said(with_schema({"type": ["string", "null"], "examples": [None]})) == {}
    assert set(said(with_schema({"type": ["string", "null"]}, "3.0.3"))) == {"keywords"}


def test_swagger_2_has_schemas_in_its_parameters() -> None:
    parameter = {"name": "code", "in": "query", "type": "string", "pattern": "[A-Z]{3}", "format": "YYYY"}
    document = {
        "swagger": "2.0",
        "info": {"title": "A", "version": "1"},
        "paths": {"/a": {"get": {**OPERATION, "parameters": [parameter]}}},
    }
    found = said(document)
    assert set(found) == {"patterns-anchored", "formats"} or set(found) == {"patterns-anchored"}
    assert found["patterns-anchored"][0].startswith("/paths/~1a/get/parameters/0/pattern")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("x-a: no", "boolean"),
        ("x-a: [YES, Off]", "boolean"),
        ("x-a: 2026-01-31", "date"),
        ("x-a: 0777", "octal"),
        ("x-a: 12:30", "sixty"),
        ("x-a: 1_000", "number"),
        ("on: 1", "boolean"),
        ("x-a: 1\nx-a: 2", "again"),
        ("x-a: &a {b: 1}\nx-c: {<<: *a}", "<<"),
    ],
)
def test_yaml_that_two_readers_take_otherwise(line: str, word: str) -> None:
    text = f"openapi: 3.1.0\ninfo: {{title: A, version: '1'}}\npaths: {{}}\n{line}\n"
    document = apifile.parsed(text.encode(), "api.yaml")
    assert any(word in told for told in said(document, text.encode())["yaml"])


@pytest.mark.parametrize(
    "line", ["x-a: 'no'", "x-a: nothing", "description: on time", "x-a: 12.5", "x-a: -3", "x-a: null"]
)
def test_yaml_that_all_readers_take_alike(line: str) -> None:
    text = f"openapi: 3.1.0\ninfo: {{title: A, version: '1'}}\npaths: {{}}\n{line}\n"
    document = apifile.parsed(text.encode(), "api.yaml")
    assert "yaml" not in said(document, text.encode())


def test_a_description_of_odd_types_crashes_nothing() -> None:
    odd: list[Any] = [None, 1, "x", [], {}, [[]], {"a": None}]
    for value in odd:
        document: dict[str, Any] = {**HEAD, "paths": {"/a": {"get": value}}, "components": {"schemas": value}}
        said(document)
        said({**HEAD, "servers": value, "security": value, "tags": value})
        for name in (
            "type",
            "format",
            "pattern",
            "enum",
            "required",
            "properties",
            "items",
            "allOf",
            "example",
            "minimum",
        ):
            said(with_schema({name: value}))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("64 hexadecimal digits", '"64 hexadecimal digits", which is no name'),
        ("YYYY-MM-DD", '"YYYY-MM-DD", which is a mask'),
        ("date-time,", '"date-time,", which is no name'),
        ("datetime", '"datetime", which no specification defines'),
    ],
)
def test_a_format_that_is_none_is_called_what_it_is(form: str, told: str) -> None:
    assert said(with_schema({"type": "string", "format": form})) == {
        "formats": [f"/components/schemas/S/format: {told}"]
    }


def test_a_format_with_a_stray_sign_is_named_with_the_one_that_was_meant() -> None:
    read = describe(with_schema({"type": "string", "format": "date-time,"}))
    (slip,) = lint(Specimen(read.document, read.version))["formats"]
    assert slip.expected == "the format date-time"


def test_no_required_member_is_proposed_in_the_place_of_another() -> None:
    schema = {"type": "object", "required": ["datatype", "type"], "properties": {"type": {}}}
    read = describe(with_schema(schema))
    (slip,) = lint(Specimen(read.document, read.version))["required"]
    assert slip.expected == "a description of each required member"


def test_an_example_that_fits_two_alternatives_of_one_is_told_so() -> None:
    schema = {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object"}, {"type": "object"}]}
    assert said(with_schema({**schema, "example": {"b": 1}}))["examples"] == [
        '/components/schemas/S/example: an object with "b", which fits alternatives 2 and 3'
    ]


def test_an_example_that_refers_to_another_from_inside_is_told_so() -> None:
    schema = {"type": "object", "required": ["id"], "example": {"$ref": "#/components/examples/E"}}
    (told,) = said(with_schema(schema))["examples"]
    assert told.endswith('an object with "$ref": a reference, which inside a value is not followed')


def test_an_example_of_many_uses_is_told_with_the_use_that_it_does_not_fit() -> None:
    def answer(schema: dict[str, Any]) -> dict[str, Any]:
        media = {"schema": schema, "examples": {"x": {"$ref": "#/components/examples/E"}}}
        return {"description": "Good.", "content": {"application/json": media}}

    responses = {"200": answer({"type": "string"}), "201": answer({"type": "array", "items": {}})}
    document = {
        **HEAD,
        "paths": {"/a": {"get": {"operationId": "a", "responses": responses}}},
        "components": {"examples": {"E": {"value": "one"}}},
    }
    place = "/paths/~1a/get/responses/201/content/application~1json/schema"
    assert said(document)["examples"] == [f'/components/examples/E/value: "one", as an example of {place}']
