"""Relations between operations: links of the description, and lives that paths show."""

from __future__ import annotations

import pytest

from conformance.answer import Answer
from conformance.generate.call import Call
from conformance.generate.chains import chains, lines, valued
from conformance.generate.contract import contract
from conformance.model import Request
from conformance.openapi import describe
from tests.keyed_bank.app import description

CONTRACT = contract("https://api.keyed.example", describe(description()), (), (), writes=True)
CALL = Call(
    CONTRACT.operations[0].operation, {"card": "c 1"}, (("limit", "3"),), (("X-Trace", "t"),), {"a": "b"}
)
ANSWER = Answer(
    Request("GET", "https://api.keyed.example/cards"),
    201,
    (("Location", "/notes/7"), ("Content-Type", "application/json")),
    b'{"data": [{"id": 12, "flag": true}]}',
    0.0,
    1,
)


def test_a_plan_shows_links_and_inferred_lives() -> None:
    assert [str(line) for line in lines(CONTRACT)] == [
        "link ceilingOfCard: GET /cards 200, then GET /plastic/{card}/ceiling",
        "inferred: POST /notes, then GET /notes/{key}, then DELETE /notes/{key}",
    ]


def test_a_link_may_name_its_target_by_a_pointer() -> None:
    document = description()
    link = document["paths"]["/cards"]["get"]["responses"]["200"]["links"]["ceilingOfCard"]
    del link["operationId"]
    link["operationRef"] = "#/paths/~1plastic~1%7Bcard%7D~1ceiling/get"
    other = contract("https://api.keyed.example", describe(document), (), (), writes=True)
    assert [chain.target.name for chain in chains(other)] == ["GET /plastic/{card}/ceiling"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$response.body#/data/0/id", "12"),
        ("$response.body#/data/0/flag", None),
        ("$response.body#/data/9/id", None),
        ("$response.header.location", "/notes/7"),
        ("$request.path.card", "c 1"),
        ("$request.query.limit", "3"),
        ("$request.header.x-trace", "t"),
        ("$request.body#/a", "b"),
        ("$statusCode", "201"),
        ("$nonsense", None),
        ("constant", "constant"),
        (5, "5"),
        ({"a": 1}, None),
    ],
)
def test_expressions_take_their_values_from_the_call_and_its_answer(expression: object, value: str) -> None:
    assert valued(expression, CALL, ANSWER) == value
