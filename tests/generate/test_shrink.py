"""Generated calls: the rule that one breaks, and the smallest call that still shows what it showed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from conformance.answer import Answer
from conformance.conduct import Scope, prepare
from conformance.generate.call import Call
from conformance.generate.shown import shown
from conformance.generate.shrink import differences, smallest
from conformance.generate.survey import Seed, Survey
from conformance.generate.violation import violated
from conformance.session import open_session
from conformance.supply import SUPPLIES, Supply
from conformance.target import load_target
from conformance.wire import MemoryWire
from tests.third_bank.app import ThirdBank
from tests.third_bank.faults import FAULTS, together
from tests.third_bank.judged import HERE, KEYS

DRAWN = {"name": "x" * 60, "bank": "222", "account": "7654321", "currency": "USD", "tags": ["a", "b"]}


@contextmanager
def surveyed(*faults: str) -> Iterator[tuple[Survey, ThirdBank]]:
    os.environ.update(KEYS)
    target = load_target(HERE / "bank.yaml")
    plan, profiles = prepare(target, Scope())
    bank = together([fault for fault in FAULTS if fault.name in faults])
    with open_session(target, profiles, plan, wire=MemoryWire(bank)) as session:
        case = next(case for case in plan.cases if case.check.startswith("negative."))
        supply = Supply.of(session, case, session.checks[case.check], 0)
        yield SUPPLIES["survey"](supply), bank


def drawn(one: Seed, body: Any, **changes: Any) -> Call:
    return replace(one.call.with_body(body), **changes)


def test_a_call_that_is_let_in_is_left_with_its_one_broken_rule() -> None:
    with surveyed("unchecked PayeeData/properties/name/maxLength") as (survey, bank):
        one = survey.seeds["POST /payees"]
        call = drawn(one, DRAWN)
        before = bank.served
        trial = shown(survey, one, call, "a generated request", survey.send(call, one.scoped))
        assert trial is not None
        assert trial.mutation is not None
        assert trial.kind == "negative"
        assert trial.mutation.keyword == "maxLength"
        assert trial.mutation.at == "/name"
        assert trial.mutation.schema == "/components/schemas/PayeeData/properties/name/maxLength"
        assert trial.call.body == {**one.call.body, "name": DRAWN["name"]}
        assert bank.served - before <= 25


def test_a_failure_of_the_server_is_left_with_what_fails_it() -> None:
    with surveyed("long_text_crashes") as (survey, _):
        one = survey.seeds["POST /payees"]
        call = drawn(one, {**DRAWN, "name": "x", "email": "a" * 5000 + "@example.com"})
        trial = shown(survey, one, call, "a generated request", survey.send(call, one.scoped))
        assert trial is not None
        assert trial.mutation is not None
        assert trial.mutation.at == "/email"
        assert set(trial.call.body) == {*one.call.body, "email"}


def test_what_the_bank_refuses_or_may_accept_shows_nothing_and_costs_nothing() -> None:
    with surveyed() as (survey, bank):
        one = survey.seeds["POST /payees"]
        for body, kind in ((DRAWN, "negative"), ({**DRAWN, "name": "Ada"}, "odd")):
            call = drawn(one, body)
            answer = survey.send(call, one.scoped)
            before = bank.served
            trial = shown(survey, one, call, "a generated request", answer)
            assert trial is not None
            assert trial.kind == kind
            assert bank.served == before


def test_the_same_rule_is_made_small_once() -> None:
    with surveyed("unchecked PayeeData/properties/name/maxLength") as (survey, bank):
        one = survey.seeds["POST /payees"]
        for number in range(3):
            call = drawn(one, {**DRAWN, "account": f"765432{number}"})
            answer = survey.send(call, one.scoped)
            before = bank.served
            assert shown(survey, one, call, "a generated request", answer) is not None
            assert (bank.served > before) is (number == 0)


@pytest.mark.parametrize(
    ("call", "keyword"),
    [
        ({"query": (("limit", "0"),)}, "minimum"),
        ({"query": (("limit", "ten"),)}, "type"),
        ({"query": (("limit", ""),)}, ""),
        ({"query": (("limit", "0"), ("limit", "5"))}, ""),
        ({"query": (("unknown", "1"),)}, ""),
        ({"query": (("sort", "balance"),)}, "enum"),
    ],
)
def test_a_rule_is_claimed_only_where_the_description_leaves_no_doubt(
    call: dict[str, Any], keyword: str
) -> None:
    with surveyed() as (survey, _):
        one = survey.seeds["GET /accounts"]
        found = violated(replace(one.call, **call), one.scoped)
        assert (found.keyword if found else "") == keyword


def test_no_more_requests_are_spent_than_allowed() -> None:
    with surveyed() as (survey, _):
        one = survey.seeds["POST /payees"]
        call = drawn(one, {**one.call.body, **{f"m{n}": n for n in range(40)}})
        sent: list[Call] = []

        def never(tried: Call) -> Answer | None:
            sent.append(tried)
            return None

        small = smallest(call, one.answer, one.call, never, most=10)
        assert len(sent) == 10
        assert len(small.places) == 40 == len(list(differences(call, one.call)))
