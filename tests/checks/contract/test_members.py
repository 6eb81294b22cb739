"""Members without a description: told once, and only where the description means to name them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.model import Verdict
from tests.checks.contract.described_bank import deposit, described, judged, of_json

CHECK = ("contract.members_are_described", "contract.bodies_are_as_described")
NAMES = {"code": {"type": "string"}, "name": {"type": "string"}, "rate": {"type": "string"}, "tiers": {}}
NAMED = {"type": "object", "properties": NAMES}


def found(folder: Path, schema: dict[str, Any], answer: dict[str, Any]) -> dict[str, list[str]]:
    """What each check finds of a bank whose deposits hold more members than those described."""
    results = judged(
        folder, CHECK, lambda code: of_json({**deposit(code), **answer}), description=described(schema)
    )
    assert {r.verdict for r in results} <= {Verdict.PASS, Verdict.OBSERVATION, Verdict.FAIL, *_NEITHER}
    return {r.case.check: [f.at for f in r.findings] for r in results if r.findings}


_NEITHER = (Verdict.NOT_APPLICABLE,)


def test_a_member_without_a_description_is_observed(tmp_path: Path) -> None:
    assert found(tmp_path, NAMED, {"margin": "0.4"}) == {"contract.members_are_described": ["/margin"]}
    results = judged(
        tmp_path, CHECK[:1], lambda code: of_json({**deposit(code), "x": 1}), description=described(NAMED)
    )
    assert [r.verdict for r in results] == [Verdict.OBSERVATION]


def test_a_member_that_the_schema_forbids_is_a_body_unlike_its_description(tmp_path: Path) -> None:
    shut = {**NAMED, "additionalProperties": False}
    assert list(found(tmp_path, shut, {"margin": "0.4"})) == ["contract.bodies_are_as_described"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {**NAMED, "additionalProperties": True},
        {**NAMED, "additionalProperties": {"type": "string"}},
        {"allOf": [NAMED, {"properties": {"margin": {"type": "string"}}}]},
        {"anyOf": [{"properties": {"other": {}}}, {"properties": {**NAMES, "margin": {}}}]},
        {**NAMED, "patternProperties": {"^m": {}}},
    ],
)
def test_a_member_that_the_schema_leaves_open_or_names_anywhere_is_right(
    tmp_path: Path, schema: dict[str, Any]
) -> None:
    assert not found(tmp_path, schema, {"margin": "0.4"})


def test_one_member_of_many_elements_is_told_once(tmp_path: Path) -> None:
    tiers = {"tiers": {"type": "array", "items": {"type": "object", "properties": {"from": {}}}}}
    schema = {"type": "object", "properties": {**NAMES, **tiers}}
    answer = {"tiers": [{"from": "0", "secret": 1}, {"from": "9", "secret": 2}]}
    assert found(tmp_path, schema, answer) == {"contract.members_are_described": ["/tiers/*/secret"]}
