"""Payloads against schemas: plain words, ECMA patterns, exact numbers, no network."""
# ruff: noqa: RUF001, E501

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.document import parse, resolve
from conformance.errors import ConfigurationError
from conformance.schema import BadSchema, Direction, Validator, Version

QUICK = settings(max_examples=150)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A loopback server that remembers what connects to it."""
    seen: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.append(self.request.recv(4096))
            self.request.sendall(
                b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + b'{"type": "string"}'
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()


def test_the_listener_sees_a_validator_that_follows_references(listener: tuple[str, list[bytes]]) -> None:
    url, seen = listener
    with pytest.warns(DeprecationWarning, match="remote"):
        jsonschema.Draft202012Validator({"$ref": f"{url}/x.json"}).is_valid(1)
    assert seen


@pytest.mark.parametrize("version", list(Version))
def test_a_remote_reference_is_noted_and_never_fetched(
    listener: tuple[str, list[bytes]], version: Version
) -> None:
    url, seen = listener
    schema = {
        "$schema": f"{url}/meta",
        "$id": f"{url}/root",
        "properties": {
            "a": {"$ref": f"{url}/x.json"},
            "b": {"$ref": "other.yaml#/x"},
            "c": {"$dynamicRef": f"{url}/y"},
            "d": {"$id": f"{url}/d", "$schema": f"{url}/meta2", "type": "string"},
        },
    }
    validator = Validator(schema, version=version)
    assert validator.findings({"a": 1, "b": 2, "c": 3}) == []
    assert [v.instance_pointer for v in validator.findings({"d": 1})] == ["/d"]
    assert len(validator.notes) == 3
    assert seen == []


@pytest.mark.parametrize(
    ("schema", "value", "keyword", "expected", "actual"),
    [
        ({"type": "string"}, 7, "type", "a string", "7"),
        ({"type": ["integer", "null"]}, "x", "type", "a whole number or null", '"x"'),
        ({"required": ["rate"]}, {"rat": 1}, "required", 'a member "rate"', 'an object with "rat"'),
        ({"properties": {"y": {}}, "additionalProperties": False}, {"x": 1}, "additionalProperties",
         "no member beside those described", '"x"'),
        ({"additionalProperties": False}, {"x": 1}, "additionalProperties", "no member", "1"),
        ({"enum": ["Y", "N"]}, "ture", "enum", 'one of "Y", "N"', '"ture"'),
        ({"const": 1}, 2, "const", "exactly 1", "2"),
        ({"pattern": "^[A-Z]{3}$"}, "hkd", "pattern", "a text that matches ^[A-Z]{3}$", '"hkd"'),
        ({"minimum": 0}, Decimal("-0.01"), "minimum", "at least 0", "-0.01"),
        ({"maxLength": 2}, "abc", "maxLength", "at most 2 characters", '"abc"'),
        ({"minItems": 1}, [], "minItems", "at least 1 element", "a list of 0"),
        ({"uniqueItems": True}, [1, 1], "uniqueItems", "a list without repeated elements", "a list of 2"),
        ({"multipleOf": 0.01}, Decimal("1.005"), "multipleOf", "a multiple of 0.01", "1.005"),
        ({"anyOf": [{"required": ["id"]}, {"required": ["name"]}]}, {}, "anyOf",
         'a member "id" or a member "name"', "an empty object"),
        ({"anyOf": [{"properties": {"a": {"type": "null"}}}, {"type": "null"}]}, {"a": 1}, "anyOf",
         "null at /a or null", 'an object with "a"'),
        ({"oneOf": [{"type": "number"}, {"minimum": 1}]}, 3, "oneOf", "exactly one of 2 alternatives",
         "3, which fits alternatives 1 and 2"),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}, {"type": "object"}, {}]}, {"c": 1}, "oneOf",
         "exactly one of 4 alternatives", 'an object with "c", which fits alternatives 3 and 4'),
        ({"anyOf": [{"const": number} for number in range(6)]}, 9, "anyOf",
         "exactly 0 or exactly 1 or exactly 2 or exactly 3 or another of 6 alternatives", "9"),
        ({"not": {"type": "null"}}, None, "not", "no such value here", "null"),
    ],
)  # fmt: skip
def test_a_violation_speaks_plainly(
    schema: Any, value: Any, keyword: str, expected: str, actual: str
) -> None:
    (violation,) = Validator(schema).findings(value)
    assert (violation.keyword, violation.expected, violation.actual) == (keyword, expected, actual)
    finding = violation.finding("/data/3")
    assert (finding.expected, finding.actual, finding.at) == (expected, actual, "/data/3")


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date-time", "2024-05-02T09:30:00+08:00", "2024-05-02T09:30:00"),
        ("date-time", "2024-05-02T09:30:00Z", "2022-11-15 09:14:41"),
        ("date", "2024-02-29", "2023-02-29"),
        ("uri", "https://bank.example/a", "bank.example"),
        ("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08"),
        ("email", "a@bank.example", "a@"),
        ("decimal", "-12.50", "12,50"),
        ("decimal", "0", "１２"),
        ("decimal", "7", "7."),
        ("https-uri", "https://bank.example/", "http://bank.example/"),
        ("https-uri", "https://bank.example/", "https:///x"),
        ("iso4217", "CNY", "CNH"),
    ],
)
def test_formats_are_judged(form: str, good: str, bad: str) -> None:
    validator = Validator({"format": form})
    assert validator.valid(good)
    assert [v.keyword for v in validator.findings(bad)] == ["format"]


def test_an_unknown_format_says_nothing() -> None:
    assert Validator({"format": "2022-11-15"}).findings("x") == []


def test_patterns_are_those_of_ecma() -> None:
    assert not Validator({"pattern": r"^\d+$"}).valid("１２")
    assert Validator({"pattern": r"^\p{Script=Han}+$"}).valid("存款")
    assert Validator({"pattern": r"^(?=.*[0-9]).+$"}).valid("a1")


def test_a_pattern_that_never_ends_blames_no_value() -> None:
    validator = Validator({"pattern": "^(a|a)*(?=b)c$"})
    assert validator.findings("a" * 200) == [] or validator.findings("a" * 200)[0].keyword == "pattern"


def test_at_most_the_limit_is_reported() -> None:
    validator = Validator({"items": {"type": "string"}})
    assert len(validator.findings([1] * 100)) == 20
    assert [v.instance_pointer for v in validator.findings([1] * 100, limit=2)] == ["/0", "/1"]


def test_numbers_of_any_size_are_judged() -> None:
    validator = Validator({"items": {"type": "number", "maximum": 10}})
    value = parse(b"[1e400, " + b"9" * 3000 + b", 1e-400, -0.0]").value
    assert [v.instance_pointer for v in validator.findings(value)] == ["/0", "/1"]


@pytest.mark.parametrize(
    ("schema", "at"),
    [
        ({"properties": {"a": {"type": "strin"}}}, "/properties/a/type"),
        ({"properties": {"a": {"pattern": "("}}}, "/properties/a/pattern"),
        ({"properties": {"a": 5}}, "/properties/a"),
        ({"properties": []}, "/properties"),
        ({"allOf": {}}, "/allOf"),
        ({"items": {"$ref": "#/nope"}}, ""),
        ({"items": {"$ref": 5}}, "/items/$ref"),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"minLength": "1"}}}, "/$defs/x/minLength"),
        ("x", ""),
        (None, ""),
    ],
)
def test_a_schema_that_cannot_be_is_refused_with_its_place(schema: Any, at: str) -> None:
    with pytest.raises(BadSchema) as refused:
        Validator(schema)
    assert refused.value.pointer == at
    assert isinstance(refused.value, ConfigurationError)


def test_schemas_in_schemas_without_end_are_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(500):
        schema = {"items": schema}
    with pytest.raises(BadSchema):
        Validator(schema)


def test_recursive_schemas_hold_at_every_depth() -> None:
    document = {"components": {"schemas": {"node": {
        "type": "object", "properties": {"name": {"type": "string"}, "inner": {"$ref": "#/components/schemas/node"}},
    }}}}  # fmt: skip
    validator = Validator(document, at="/components/schemas/node", version=Version.OPENAPI_3_0)
    (violation,) = validator.findings({"inner": {"inner": {"inner": {"name": 5}}}})
    assert violation.instance_pointer == "/inner/inner/inner/name"
    assert violation.schema_pointer == "/components/schemas/node/properties/name/type"
    assert resolve(document, violation.schema_pointer) == "string"


def test_references_with_escapes_and_by_any_path_are_followed() -> None:
    document = {
        "paths": {"/a/{b}": {"schema": {"type": "integer"}}},
        "x": {"items": {"$ref": "#/paths/~1a~1%7Bb%7D/schema"}},
    }
    (violation,) = Validator(document, at="/x", version=Version.OPENAPI_3_1).findings(["x"])
    assert violation.schema_pointer == "/paths/~1a~1{b}/schema/type"


OLD = pytest.mark.parametrize("version", [Version.OPENAPI_3_0, Version.SWAGGER_2])


@OLD
@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, [None, "x"], [1]),
        ({"type": "string", "x-nullable": True}, [None], [1]),
        ({"type": "string", "nullable": True, "enum": ["a"]}, [None, "a"], ["b"]),
        ({"allOf": [{"type": "object"}], "nullable": True}, [None, {}], [1]),
        ({"type": "string"}, ["x"], [None]),
        ({"minimum": 1, "exclusiveMinimum": True}, [Decimal("1.01")], [1]),
        ({"minimum": 1, "exclusiveMinimum": False}, [1], [0]),
        ({"maximum": 1, "exclusiveMaximum": True}, [0], [1]),
        ({"exclusiveMaximum": True}, [5], []),
        ({"type": "file"}, ["x", 1], []),
        ({"items": [{"type": "string"}], "additionalItems": False}, [["x"], []], [[1], ["x", 1]]),
        ({"items": {"type": "string"}, "additionalItems": False}, [["x", "y"]], [[1]]),
        ({"type": "string", "example": 5, "discriminator": {"propertyName": "kind"}}, ["x"], [5]),
        ({"properties": {"nullable": {"type": "string"}}}, [{"nullable": "x"}], [{"nullable": None}]),
        ({"default": {"nullable": True}, "enum": [{"$ref": "#/nope"}]}, [{"$ref": "#/nope"}], [1]),
    ],
)
def test_the_old_words_of_openapi_mean_what_it_says(
    version: Version, schema: Any, good: list[Any], bad: list[Any]
) -> None:
    validator = Validator(schema, version=version)
    for value in good:
        assert validator.findings(value) == []
    for value in bad:
        assert validator.findings(value)


def test_keywords_beside_a_reference_count_only_in_new_descriptions() -> None:
    schema = {"items": {"$ref": "#/$defs/a", "maxLength": 1}, "$defs": {"a": {"type": "string"}}}
    assert Validator(schema, version=Version.OPENAPI_3_0).valid(["xx"])
    assert not Validator(schema, version=Version.OPENAPI_3_1).valid(["xx"])


def test_nullable_is_no_word_of_new_descriptions() -> None:
    assert not Validator({"type": "string", "nullable": True}, version=Version.OPENAPI_3_1).valid(None)


@OLD
def test_required_properties_bind_only_the_direction_that_carries_them(version: Version) -> None:
    schema = {
        "required": ["id", "secret", "pin"],
        "properties": {
            "id": {"readOnly": True},
            "secret": {"writeOnly": True},
            "pin": {"$ref": "#/$defs/pin"},
        },
        "$defs": {"pin": {"type": "string", "writeOnly": True}},
    }
    response = Validator(schema, version=version, direction=Direction.RESPONSE)
    request = Validator(schema, version=version, direction=Direction.REQUEST)
    assert [v.expected for v in response.findings({})] == ['a member "id"']
    assert sorted(v.expected for v in request.findings({})) == ['a member "pin"', 'a member "secret"']


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@QUICK
@given(JSON)
def test_no_value_raises_and_every_violation_has_a_place(value: Any) -> None:
    validator = Validator(
        {
            "type": ["object", "array"],
            "items": {"anyOf": [{"type": "string", "format": "decimal"}, {"$ref": "#"}]},
            "additionalProperties": {
                "oneOf": [{"type": "number", "maximum": 3}, {"minLength": 3, "pattern": "^a"}]
            },
            "minProperties": 1,
        }
    )
    for violation in validator.findings(value):
        resolve(value, violation.instance_pointer)
        assert violation.expected
        assert violation.finding().actual


@QUICK
@given(JSON)
def test_no_schema_raises_anything_but_bad_schema(schema: Any) -> None:
    for version in Version:
        with contextlib.suppress(BadSchema):
            Validator(schema, version=version).findings({"a": [1, "x", None]})


KEYWORDS = st.dictionaries(
    st.sampled_from(
        ["type", "properties", "items", "allOf", "$ref", "nullable", "minimum", "exclusiveMinimum", "enum", "pattern",
         "required", "format", "$defs", "not", "prefixItems", "additionalItems", "readOnly"]
    ),
    st.sampled_from(["string", "object", "#", "#/properties/a", "#/items", "x", "^a$", True, False, 1, None, ["a"], []])
    | st.dictionaries(st.sampled_from(["a", "b"]), st.just({"type": "string"})),
    max_size=6,
)  # fmt: skip


@QUICK
@given(KEYWORDS)
def test_no_mixture_of_keywords_raises_anything_but_bad_schema(schema: Any) -> None:
    for version in Version:
        with contextlib.suppress(BadSchema):
            Validator({"properties": {"a": schema}, "items": schema}, version=version).findings({"a": [1]})
