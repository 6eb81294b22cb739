"""How many logins a run needs: told beforehand, and not exceeded by a bank that is right."""

from __future__ import annotations

from conformance.conduct import Scope, logins, prepare
from conformance.embedded import memory
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from tests.matrix import Clock

TOLERANCE = 1.1
"""How much more a plan may tell than a run needs: what needs no login at a bank that refuses beforehand."""


def test_a_run_makes_the_logins_that_its_plan_tells_or_a_tenth_less() -> None:
    clock = Clock()
    target, wire = memory(clock=clock)
    plan, chosen = prepare(target, Scope(profiles=("phase3",)))
    with open_session(target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        judge(plan, session)
        made = len(session.memory(0).once(("oauth", "logins"), list))
    assert 90 < made <= logins(plan) < made * TOLERANCE


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


def test_what_reads_a_customers_data_needs_the_grant_that_all_share() -> None:
    chosen = Selection(checks=("http.media_type", "resource.challenge_sent"))
    plan, _ = prepare(memory()[0], Scope(profiles=("phase3",), selection=chosen))
    assert logins(plan) == 1


def test_a_plan_without_customers_needs_none() -> None:
    plan, _ = prepare(memory()[0], Scope(profiles=("phase3",), selection=Selection(checks=("metadata.*",))))
    assert logins(plan) == 0
