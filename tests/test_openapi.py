# ruff: noqa: E501
"""A bank's own API description: any version, any quality, never trusted."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import ConfigurationError
from conformance.openapi import ApiDescription, BadSchema, describe, load_description
from conformance.schema import Direction, Version
from tests.described_apis import ACCOUNTS, CARDS


@pytest.fixture
def accounts() -> ApiDescription:
    return describe(ACCOUNTS)


def test_operations_come_with_all_that_is_said_of_them(accounts: ApiDescription) -> None:
    assert [(o.id, o.method) for o in accounts.operations] == [
        ("getAccount", "GET"), ("all", "GET"), ("GET /accounts/{id}/{part}.json", "GET"), ("search", "POST"),
    ]  # fmt: skip
    get, every, _, search = accounts.operations
    assert [(p.name, p.place, p.required, p.examples) for p in get.parameters] == [
        ("id", "path", True, ()), ("page", "query", False, (2,)), ("Accept-Language", "header", False, ()),
    ]  # fmt: skip
    page, language = get.parameters[1].schema, get.parameters[2].schema
    assert page is not None
    assert language is not None
    assert page.validator().findings(0)
    assert language.pointer == "/components/parameters/Language/content/text~1plain/schema"
    assert get.security == ({"oauth": ["accounts"]},)
    assert every.security == ()
    assert search.body_required
    assert search.body_examples == {"application/json": ({"id": "1"}, {"id": "2"})}
    assert (accounts.title, accounts.version, accounts.bases) == (
        "Accounts",
        Version.OPENAPI_3_0,
        ("/open-api/v1",),
    )
    assert accounts.security_schemes == {"oauth": {"type": "oauth2"}}
    assert accounts.operation("search") is search
    assert accounts.operation("none") is None


def test_a_response_is_found_by_status_and_media_type(accounts: ApiDescription) -> None:
    get, search = accounts.operations[0], accounts.operations[3]
    found = [get.response_for(status) for status in (200, 404, 500)]
    assert [response.status if response else None for response in found] == ["200", "4XX", "default"]
    account = found[0]
    assert account is not None
    assert account.headers["X-Request-Id"].required
    schema = account.schema_for("Application/JSON; charset=utf-8")
    assert schema is not None
    assert schema.pointer == "/components/responses/Account/content/application~1json/schema"
    assert account.schema_for("text/html") is None
    ranged = search.response_for(200)
    assert ranged is not None
    assert ranged.schema_for("application/json") is not None
    assert accounts.operations[1].response_for(404) is None


def test_schemas_are_those_of_their_version_and_direction(accounts: ApiDescription) -> None:
    body = accounts.operations[3].bodies["application/json"]
    assert body is not None
    response = body.validator()
    assert response.findings({"id": None, "children": [{"id": "x"}], "elsewhere": 5}) == []
    (violation,) = response.findings({"id": "1", "children": [{}]})
    assert (violation.instance_pointer, violation.schema_pointer) == (
        "/children/0",
        "/components/schemas/Account/required",
    )
    assert body.validator(Direction.REQUEST).findings({}) == []
    assert response is body.validator()
    assert any("evil.example" in note for note in response.notes)


@pytest.mark.parametrize(
    ("method", "path", "id", "values"),
    [
        ("GET", "/open-api/v1/accounts/7", "getAccount", {"id": "7"}),
        ("get", "/open-api/v1/accounts/a%2Fb%20c?page=1", "getAccount", {"id": "a/b c"}),
        ("GET", "/open-api/v1/accounts/all", "all", {}),
        ("GET", "/accounts/all", "all", {}),
        ("GET", "/accounts/1/x.json", "GET /accounts/{id}/{part}.json", {"id": "1", "part": "x"}),
        ("POST", "/open-api/v1/accounts", "search", {}),
    ],
)
def test_a_request_finds_the_most_concrete_operation(
    accounts: ApiDescription, method: str, path: str, id: str, values: dict[str, str]
) -> None:
    found = accounts.match(method, path)
    assert found is not None
    assert (found[0].id, found[1]) == (id, values)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/accounts/7"),
        ("GET", "/accounts/"),
        ("GET", "/open-api/v2/accounts/7"),
        ("GET", ""),
        ("GET", "/"),
    ],
)
def test_what_is_not_described_matches_nothing(accounts: ApiDescription, method: str, path: str) -> None:
    assert accounts.match(method, path) is None


def test_swagger_2_is_read_to_the_same_operations() -> None:
    api = describe(CARDS)
    cards, add, token = api.operations
    assert (cards.id, api.bases) == ("GET /v1/cards", ("/gcb/api",))
    assert api.match("GET", "/gcb/api/v1/cards") == (cards, {})
    parameter = cards.parameters[0].schema
    assert parameter is not None
    assert [v.expected for v in parameter.validator().findings(0)] == ["more than 0"]
    response = cards.response_for(200)
    assert response is not None
    assert response.examples == {"application/json": ({"cards": []},)}
    assert response.headers["X-RateLimit-Limit"].schema is not None
    schema = response.schema_for("application/json")
    assert schema is not None
    assert schema.validator().findings({"cards": [{"number": None}]}) == []
    assert [v.instance_pointer for v in schema.validator().findings({"cards": [{}]})] == ["/cards/0"]
    assert list(add.bodies) == ["application/json"]
    assert add.body_required
    assert add.parameters == ()
    assert list(token.bodies) == ["application/x-www-form-urlencoded"]
    assert api.security_schemes == {"basic": {"type": "basic"}}


def test_what_is_wrong_is_noted_with_its_place_and_the_rest_is_read() -> None:
    api = describe(
        {
            "openapi": "3.1.0",
            "paths": {
                "accounts": {"get": {}},
                "x-internal": 5,
                "/a": {
                    "get": 5,
                    "post": {"operationId": "same", "parameters": [5, {"name": "x"}, {"$ref": "#/nope"}]},
                },
                "/b": {
                    "get": {"operationId": "same", "responses": {"200": {"$ref": "other.yaml#/x"}, "201": 5}}
                },
                "/c": {"$ref": "#/paths/~1c"},
                "/d": "x",
                "/e": {"get": {"responses": {"200": {"content": {"application/json": {"schema": 5}}}}}},
            },
        }
    )
    assert [o.path for o in api.operations] == ["/a", "/b", "/e"]
    said = "\n".join(api.notes)
    for text in (
        '/paths/accounts: the path "accounts" does not begin with /',
        "/paths/~1a/get: expected an object, got a number",
        "/paths/~1a/post/parameters/0: expected an object",
        "/paths/~1a/post/parameters/1: a parameter without name or in",
        '/paths/~1a/post/parameters/2/$ref: "#/nope" does not exist',
        '/paths/~1b/get: the operationId "same" comes twice',
        '/paths/~1b/get/responses/200/$ref: "other.yaml#/x" lies outside',
        "/paths/~1b/get/responses/201: expected an object",
        "references that lead to each other",
        "/paths/~1d: expected an object, got a string",
        "/paths/~1e/get/responses/200/content/application~1json/schema: expected a schema",
    ):
        assert text in said, text


def test_a_bad_schema_is_an_error_of_its_own_place_and_no_other() -> None:
    document: dict[str, Any] = json.loads(json.dumps(ACCOUNTS))
    document["paths"]["/accounts"]["post"]["responses"]["200"]["content"]["application/*"]["schema"] = {
        "type": "strin"
    }
    api = describe(document)
    bad = api.operations[3].responses["200"].content["application/*"]
    assert bad is not None
    for _ in range(2):
        with pytest.raises(BadSchema, match="application~1\\*/schema/type"):
            bad.validator()
    good = api.operations[3].bodies["application/json"]
    assert good is not None
    assert good.validator().findings({"id": "1"}) == []


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("[]", "a.json", "an object with openapi or swagger"),
        ("{}", "a.json", "has neither openapi nor swagger"),
        ('{"openapi": "4.0.0"}', "a.json", "says '4.0.0'"),
        ('{"openapi": "3.0.3", "paths": []}', "a.json", "paths is not an object"),
        ('{"openapi": "3.0.3",', "a.json", "a.json: not valid JSON: line 1 column 21"),
        ("openapi: 3.0.3\npaths: [", "a.yaml", "a.yaml:3:1: not valid YAML"),
        ("a: &a [*a]", "a.yaml", "contains itself"),
        ("a: !!python/object:os.system {}", "a.yaml", "not valid YAML"),
        ("a: " + "[" * 20_000, "a.yaml", "not valid YAML"),
        ("a: 2001-99-99\nb: !!timestamp 2001-99-99", "a.yaml", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_description_is_refused_with_its_place(
    tmp_path: Path, text: str, name: str, message: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_description(file)
    assert message in str(refused.value)


def test_a_missing_and_an_oversized_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_description(tmp_path / "none.yaml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_description(tmp_path)
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(ConfigurationError, match="larger than 20 MB"):
        load_description(large)


def test_nested_aliases_are_refused_before_they_unfold(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(lines))
    started = time.thread_time()
    with pytest.raises(ConfigurationError, match="use \\$ref instead of aliases"):
        load_description(file)
    assert time.thread_time() - started < 2


def test_yaml_values_stay_what_they_look_like(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(
        "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          content:\n"
        "            application/json:\n              example: {bank: 004, off: NO, on: on, day: 2022-11-15,"
        " rate: 0.10, big: 1e3, yes: true, none: ~, hex: 0x1F}\n              schema: {minimum: 0.10}\n"
    )
    response = load_description(file).operations[0].response_for(200)
    assert response is not None
    (example,) = response.examples["application/json"]
    assert {name: str(value) for name, value in example.items()} == {
        "bank": "004", "off": "NO", "on": "on", "day": "2022-11-15", "rate": "0.10", "big": "1E+3", "yes": "True",
        "none": "None", "hex": "0x1F",
    }  # fmt: skip
    schema = response.schema_for("application/json")
    assert schema is not None
    assert schema.validator().findings(0)


def test_reading_takes_time_in_proportion_to_the_operations() -> None:
    def seconds(count: int) -> float:
        document = {
            "openapi": "3.0.3",
            "paths": {
                f"/r{n}/{{id}}": {"get": {"responses": {"200": {"content": {"application/json": {
                    "schema": {"$ref": f"#/components/schemas/S{n}"}}}}}}}
                for n in range(count)
            },
            "components": {"schemas": {f"S{n}": {"$ref": f"#/components/schemas/S{n + 1}"} for n in range(count)}},
        }  # fmt: skip
        started = time.thread_time()
        api = describe(document)
        assert api.match("GET", f"/r{count - 1}/5")
        return time.thread_time() - started

    seconds(50)
    assert seconds(4000) < 40 * max(seconds(400), 0.002)


def test_the_canonical_description_is_read_and_keeps_its_own_promises() -> None:
    api = load_description(Path(__file__).parent.parent / "profiles" / "phase1" / "openapi.yaml")
    assert api.notes == ()
    assert len(api.operations) > 30
    for operation in api.operations:
        for response in operation.responses.values():
            for media, schema in response.content.items():
                if schema is not None:
                    for example in response.examples.get(media, ()):
                        assert schema.validator().findings(example) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["#/paths", "#/a", "x#/y", "get"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["get", "post", "parameters", "responses", "200", "$ref", "content", "schema", "name", "in", "headers",
             "requestBody", "examples", "application/json", "/a", "/a/{b}", "security", "operationId", "value"]
        ), inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200)
@given(st.sampled_from([{"openapi": "3.1.0"}, {"openapi": "3.0.0"}, {"swagger": "2.0"}]), JSON, JSON, JSON)
def test_no_description_crashes_the_reader(
    head: dict[str, str], paths: Any, servers: Any, components: Any
) -> None:
    document = head | {
        "paths": paths,
        "servers": servers,
        "basePath": servers,
        "info": servers,
        "components": components,
    }
    try:
        api = describe(document)
    except ConfigurationError:
        return
    api.match("GET", "/a/x")
    for operation in api.operations:
        for response in operation.responses.values():
            for schema in response.content.values():
                try:
                    if schema is not None:
                        schema.validator().findings({"a": 1})
                except BadSchema:
                    continue
