"""Changed calls: each breaks one rule of the description, and what breaks none is never sent as wrong."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.generate import mutation
from conformance.generate.call import Call
from conformance.generate.contract import Scoped
from conformance.openapi import describe
from conformance.schema import Direction


def scoped(body: dict[str, Any] | None = None, parameters: list[dict[str, Any]] | None = None) -> Scoped:
    operation: dict[str, Any] = {"responses": {"200": {"description": "ok"}}, "parameters": parameters or []}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"post": operation}},
    }
    api = describe(document)
    return Scoped(api.operations[0], api)


BODY = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "string", "pattern": "^[0-9]{1,5}\\.[0-9]{2}$"},
        "note": {"type": "string", "maxLength": 5},
        "when": {"type": "string", "format": "date"},
        "free": {},
    },
    "additionalProperties": False,
}


def test_every_changed_body_is_one_that_the_schema_forbids() -> None:
    one = scoped(BODY)
    call = Call(one.operation, body={"amount": "10.00"}, media_type="application/json")
    schema = one.operation.bodies["application/json"]
    assert schema is not None
    changed = [m for m in mutation.negative(call, one) if m.call.raw is None]
    assert changed
    for each in changed:
        assert not schema.validator(Direction.REQUEST).valid(each.call.body)
    assert {m.family for m in changed} >= {"required", "type", "pattern", "length", "format", "members"}


@pytest.mark.parametrize("what", ["a sign", "a line break at the end", "full-width digits", "an exponent"])
def test_amounts_are_tried_with_what_amounts_must_not_have(what: str) -> None:
    one = scoped(BODY)
    call = Call(one.operation, body={"amount": "10.00"}, media_type="application/json")
    assert any(what in m.what for m in mutation.negative(call, one))


def test_where_a_description_is_silent_nothing_is_claimed() -> None:
    one = scoped({"type": "object"}, [{"name": "q", "in": "query", "schema": {"type": "string"}}])
    call = Call(one.operation, query=(("q", "a"),), body={}, media_type="application/json")
    said = {m.family for m in mutation.negative(call, one)}
    assert said <= {"syntax", "media", "required", "type"}
    assert not [m for m in mutation.negative(call, one) if m.at == "parameter q"]


def test_values_that_http_lets_a_server_ignore_are_left_alone() -> None:
    headers = [
        {"name": name, "in": "header", "schema": {"type": "string", "enum": ["a"]}}
        for name in ("Accept-Language", "If-None-Match", "Prefer")
    ]
    one = scoped(None, headers)
    assert list(mutation.negative(Call(one.operation), one)) == []


def test_a_number_in_a_query_that_only_looks_wrong_is_not_called_wrong() -> None:
    one = scoped(None, [{"name": "n", "in": "query", "schema": {"type": "number"}}])
    wrong = [dict(m.call.query)["n"] for m in mutation.negative(Call(one.operation), one)]
    assert wrong
    for text in wrong:
        with pytest.raises(ValueError, match="could not convert"):
            float(text)


def test_the_budget_leaves_out_no_kind_of_rule() -> None:
    one = scoped(BODY)
    call = Call(one.operation, body={"amount": "10.00", "note": "abc"}, media_type="application/json")
    everything = list(mutation.negative(call, one))
    kept = mutation.picked(iter(everything), 30)
    assert len(kept) == 30
    assert {m.family for m in kept} == {m.family for m in everything}
