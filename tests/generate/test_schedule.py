"""What is likeliest to show a defect is sent first, and a guess at a path value last."""

from __future__ import annotations

from conformance.generate import schedule, seed
from conformance.generate.call import Call
from conformance.generate.contract import Contract, Scoped
from conformance.generate.pool import Pool
from conformance.openapi import describe
from tests.generate.test_mutation import BODY, scoped


def test_rules_of_values_are_broken_once_each_before_any_type_and_before_any_is_broken_twice() -> None:
    one = scoped(BODY)
    call = Call(one.operation, body={"amount": "10.00"}, media_type="application/json")
    contract = Contract((one.api,), (one,), writes=True)
    layers = schedule.layers([(one, call)], contract, schedule.Budget(), {})
    families = [{step.planned.family for steps in layer for step in steps} for layer in layers]
    assert {"syntax", "required", "pattern", "length", "format", "members"} <= families[0]
    assert "type" not in families[0]
    assert families[1] == {"type"}
    rules = [(s.planned.family, s.planned.schema, s.planned.at) for s in layers[0][0]]
    assert len(rules) == len(set(rules))


def test_an_example_of_a_path_value_comes_before_a_member_that_only_has_its_name() -> None:
    path = "/documents/{name}"
    hole = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    operation = {"parameters": [{**hole, "example": "tariff.txt"}], "responses": {}}
    api = describe(
        {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": operation}}}
    )
    pool = Pool()
    pool.learn("/payees", [{"id": "p1", "name": "Chan"}])
    tried = [call.path["name"] for call in seed.calls(Scoped(api.operations[0], api), pool, 0)]
    assert tried == ["tariff.txt", "Chan"]
    pool.learn("/documents", [{"name": "rates.pdf"}])
    assert next(seed.calls(Scoped(api.operations[0], api), pool, 0)).path["name"] == "rates.pdf"
