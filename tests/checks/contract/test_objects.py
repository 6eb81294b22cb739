"""Identifiers that nothing has: each wrong answer is found, and no right one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from conformance.absence import alike
from conformance.model import Verdict
from tests.checks.contract.described_bank import CODES, Answering, deposit, described, judged, of_json

CHECK = ("contract.unknown_objects_are_not_found",)


def found(folder: Path, unknown: Answering, **description: Any) -> list[str]:
    """What is found of a bank that answers for codes that it does not have as given."""
    (result,) = judged(
        folder,
        CHECK,
        lambda code: of_json(deposit(code)) if code in CODES else unknown(code),
        description=described(**description),
    )
    assert result.verdict in (Verdict.PASS, Verdict.OBSERVATION), result.reason
    return [finding.actual for finding in result.findings]


@pytest.mark.parametrize(
    ("answer", "holding"),
    [
        (None, "nothing"),
        ({}, "nothing"),
        ([], "nothing"),
        ({"code": None, "name": None, "rate": None, "tiers": None}, "nothing"),
        ({"code": "", "name": "", "rate": "0", "tiers": []}, "nothing"),
        ({"data": None}, "nothing"),
        (deposit("SAV001"), "the object of another identifier"),
        (deposit("SAV777"), "the object of another identifier"),
        ({"error": {"code": "NOT_FOUND"}}, "an error under a status of success"),
    ],
)
def test_a_success_without_the_object_is_found(tmp_path: Path, answer: Any, holding: str) -> None:
    (said,) = found(tmp_path, lambda _: of_json(answer))
    assert said == f"status 200 with {holding} from GET /deposits/{{code}}"


def test_a_success_without_a_body_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, lambda _: Response(status=200, content_type="application/json"))
    assert found(tmp_path, lambda _: Response(status=204))


def test_an_object_that_is_made_up_of_the_identifier_is_found(tmp_path: Path) -> None:
    bare = {"name": "", "rate": "0", "tiers": []}
    assert found(tmp_path, lambda code: of_json({"code": code} | bare))


def test_one_object_under_all_identifiers_of_many_digits_is_found(tmp_path: Path) -> None:
    def one(code: str) -> Response:
        return of_json({**deposit("100234567"), "code": code, "name": "Any deposit"})

    (result,) = judged(tmp_path, CHECK, one, many=lambda: of_json([deposit("100234567")]))
    assert [f.actual for f in result.findings] == [
        "status 200 with what every identifier is answered from GET /deposits/{code}"
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 302])
def test_a_refusal_of_any_kind_is_right(tmp_path: Path, status: int) -> None:
    assert not found(tmp_path, lambda _: of_json({"error": "x"}, status))


def test_what_the_description_says_of_absent_objects_is_right(tmp_path: Path) -> None:
    nullable = {"type": "object", "nullable": True}
    assert not found(tmp_path, lambda _: of_json(None), schema=nullable)
    assert not found(tmp_path, lambda _: Response(status=204), responses={"204": {"description": "None."}})


def test_objects_that_the_list_left_out_are_right(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, CHECK, lambda code: of_json(deposit(code)))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert not result.findings


@pytest.mark.parametrize(
    "parameter", [{"type": "string", "format": "date"}, {"type": "string", "enum": list(CODES)}]
)
def test_a_value_that_names_no_object_is_not_judged(tmp_path: Path, parameter: dict[str, Any]) -> None:
    (result,) = judged(
        tmp_path, CHECK, lambda code: of_json(deposit(code)), description=described(parameter=parameter)
    )
    assert result.verdict is Verdict.NOT_APPLICABLE


def test_an_envelope_that_tells_of_errors_is_right_where_nothing_else_is_described(tmp_path: Path) -> None:
    description = described()
    del description["paths"]["/deposits/{code}"]["get"]["responses"]["404"]

    def one(code: str) -> Response:
        held = deposit(code) if code in CODES else None
        return of_json({"status": {"code": "0" if held else "E404"}, "result": held})

    (result,) = judged(tmp_path, CHECK, one, description=description)
    assert result.verdict is Verdict.PASS, result.findings


@pytest.mark.parametrize(
    "identifier",
    ["SAV001", "hkd-savings", "1042", "7", "A1", "3f2b8c9e-1111-4222-8333-abcdefabcdef", "HK-GOLD-CARD"],
)
def test_an_identifier_of_the_same_form_is_another_one(identifier: str) -> None:
    def form(text: str) -> str:
        hexadecimal = len(text) == 36
        return "".join(
            "x" if c.isalnum() and hexadecimal else "9" if c.isdigit() else "A" if c.isupper() else "a"
            if c.islower() else c for c in text
        )  # fmt: skip

    made = list(alike(identifier, ["SAV843"]))
    assert made
    assert len(set(made)) == len(made) <= 3
    assert not {identifier, "SAV843"} & set(made)
    assert {form(one) for one in made} == {form(identifier)}


def test_a_day_is_no_identifier() -> None:
    assert not list(alike("2026-01-01"))
