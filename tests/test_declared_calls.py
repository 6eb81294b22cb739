"""Calls that the bank's file declares: what it says of them holds, whatever metadata or methods say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.test import Client

from conformance.conduct import Scope, prepare
from conformance.embedded import POLICY, application, memory
from conformance.model import Verdict
from conformance.oauth.consent import consent_request
from conformance.oauth.settings import Asked
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import Session, open_session
from conformance.supply import SUPPLIES, Supply
from conformance.wire import MemoryWire
from conformance.writing.payments import Payments
from tests.matrix import Clock

METADATA = "/.well-known/"


@contextmanager
def _session(
    profile: str, checks: tuple[str, ...], change: Callable[[dict[str, Any]], None] = lambda _: None
) -> Iterator[tuple[Session, Any]]:
    """A session of some checks at the reference bank, whose metadata are changed."""
    clock = Clock()
    target, _ = memory(None, 0, POLICY, clock)
    bank = application(None, 0, POLICY, clock)

    def changed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(METADATA):
            return bank(environ, start_response)
        given = Client(bank).open(environ)
        document = given.get_json()
        change(document)
        start_response(given.status, [("Content-Type", "application/json")])
        return [json.dumps(document).encode()]

    plan, profiles = prepare(target, Scope(profiles=(profile,), selection=Selection(checks=checks)))
    wire = MemoryWire(changed)
    with open_session(target, profiles, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        yield session, plan


def _payments(session: Session, plan: Any) -> Payments:
    case = next(case for case in plan.cases if case.check == "payment.zero_is_refused" and not case.settled)
    made: Payments = SUPPLIES["payments"](Supply.of(session, case, session.checks[case.check], 0))
    return made


def test_applications_are_judged_where_the_metadata_leave_the_grant_type_out() -> None:
    def silent(document: dict[str, Any]) -> None:
        document["grant_types_supported"] = ["authorization_code"]

    check = "application.function_takes_applications"
    with _session("phase2", (check,), silent) as (session, plan):
        found = [r.verdict for r in judge(plan, session) if r.case.check == check]
    assert set(found) == {Verdict.PASS}


@pytest.mark.parametrize(
    ("method", "reads", "listed"),
    [
        ("GET", None, 0),
        ("GET", False, 1),
        ("POST", None, 1),
        ("POST", True, 0),
    ],
)
def test_a_call_counts_as_the_file_marks_it(method: str, reads: bool | None, listed: int) -> None:
    with _session("phase4", ("payment.zero_is_refused",)) as (session, plan):
        payments = _payments(session, plan)
        payments.ask(Asked(method=method, path="/payments/{id}/cancellation", reads=reads), "p1")
        assert len(session.ledger.entries) == listed


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        ("c-1", "/payments/c-1/status"),
        ("urn:bank:c1", "/payments/urn:bank:c1/status"),
        ("../accounts?x=1#y", "/payments/..%2Faccounts%3Fx%3D1%23y/status"),
        ("a b/ü", "/payments/a%20b%2F%C3%BC/status"),
    ],
)
def test_an_identifier_stays_one_segment_of_the_path(identifier: str, path: str) -> None:
    with _session("phase4", ("payment.zero_is_refused",)) as (session, plan):
        access = _payments(session, plan).access
        asked = Asked(method="GET", path="/payments/{id}/status")
        assert consent_request(access, asked, {"id": identifier}).url == f"https://bank.example{path}"
