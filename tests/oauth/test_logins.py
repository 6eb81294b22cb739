"""How many logins a run needs: told beforehand, and not exceeded by a bank that is right."""

from __future__ import annotations

from conformance.conduct import Scope, logins, prepare
from conformance.embedded import memory
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from tests.checks.authorize.judged import MINE
from tests.matrix import Clock


def test_a_run_makes_no_more_logins_than_its_plan_tells() -> None:
    clock = Clock()
    target, wire = memory(clock=clock)
    plan, chosen = prepare(target, Scope(profiles=("phase3",), selection=Selection(checks=MINE)))
    with open_session(target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        judge(plan, session)
        made = len(session.memory(0).once(("oauth", "logins"), list))
    assert 20 < made <= logins(plan) < made * 2


def test_shared_logins_are_counted_once() -> None:
    one, _ = prepare(
        memory()[0], Scope(profiles=("phase3",), selection=Selection(checks=("authorize.no_framing",)))
    )
    two, _ = prepare(
        memory()[0],
        Scope(
            profiles=("phase3",),
            selection=Selection(checks=("authorize.no_framing", "authorize.no_referrer", "token.json_sent")),
        ),
    )
    assert logins(one) == logins(two) == 1


def test_a_plan_without_customers_needs_none() -> None:
    plan, _ = prepare(memory()[0], Scope(profiles=("phase3",), selection=Selection(checks=("metadata.*",))))
    assert logins(plan) == 0
