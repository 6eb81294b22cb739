"""The checks of the authorization server, asked of a bank that is right or wrong in a way of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.bank.app import Bank
from conformance.bank.policy import Policy
from conformance.conduct import Scope, prepare
from conformance.embedded import MEMORY_URL, POLICY, description
from conformance.model import Result, Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire, WSGIApplication
from tests.matrix import Clock

MINE = ("metadata.*", "keys.*", "authorize.*", "par.*", "token.*", "client.*")


def judged(
    policy: Policy = POLICY,
    *,
    checks: tuple[str, ...] = MINE,
    told: Policy | None = None,
    wrap: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    change: Callable[[dict[str, Any]], None] = lambda _: None,
) -> tuple[Result, ...]:
    """The results of the checks; ``told`` is the policy that the bank file describes, where it is another."""
    clock = Clock()
    data = description(MEMORY_URL, policy=told or policy)
    change(data)
    target = Target.model_validate(data)
    scope = Scope(profiles=("phase3",), selection=Selection(checks=checks))
    plan, chosen = prepare(target, scope)
    wire = MemoryWire(wrap(Bank(policy, clock)))
    with open_session(target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        return tuple(r for r in judge(plan, session) if not r.reason.startswith("left out"))


def found(results: tuple[Result, ...]) -> dict[str, list[str]]:
    """What was found, by check."""
    return {r.case.check: [f"{f.expected}: {f.actual}" for f in r.findings] for r in results if r.findings}


def open_cases(results: tuple[Result, ...]) -> dict[str, str]:
    """The cases that could not be decided, or failed by our own fault, with the reason."""
    undecided = (Verdict.INCONCLUSIVE, Verdict.ERROR)
    return {r.case.check: f"{r.reason}{r.traceback}" for r in results if r.verdict in undecided}
