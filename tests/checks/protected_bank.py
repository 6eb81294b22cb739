"""The reference bank with other, equally right ways, judged in memory by chosen checks of Phase III."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.bank.app import Bank
from conformance.conduct import Scope, prepare
from conformance.embedded import MEMORY_URL, POLICY, description
from conformance.model import Result, Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire, WSGIApplication


class Clock:
    """A clock that a wait moves."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(frozen=True)
class Judged:
    """What the chosen checks came to."""

    results: tuple[Result, ...]
    found: Mapping[str, list[str]] = field(default_factory=dict)

    def verdicts(self, check: str) -> set[Verdict]:
        return {result.verdict for result in self.results if result.case.check == check}

    def reasons(self, verdict: Verdict) -> set[str]:
        return {result.reason for result in self.results if result.verdict is verdict}


def judged(
    *checks: str,
    policy: Mapping[str, object] | None = None,
    around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    file: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Judged:
    """Judges by globs of checks. ``policy`` changes the bank, ``around`` its wire, ``file`` its bank.yaml."""
    clock, chosen = Clock(), POLICY
    for path, value in (policy or {}).items():
        chosen = chosen.evolve(path, value)
    data = description(MEMORY_URL, policy=chosen)
    file(data)
    target = Target.model_validate(data)
    plan, profiles = prepare(target, Scope(profiles=("phase3",), selection=Selection(checks=checks)))
    wire = MemoryWire(around(Bank(chosen, clock, 0)))
    with open_session(target, profiles, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        results = judge(plan, session)
    kept = tuple(result for result in results if not result.reason.startswith("left out"))
    assert not [result.traceback for result in kept if result.verdict is Verdict.ERROR]
    found: dict[str, list[str]] = {}
    for result in kept:
        for finding in result.findings:
            found.setdefault(result.case.check, []).append(f"{finding.at}: {finding.actual}")
    return Judged(kept, found)


def everything(*but: str) -> Sequence[str]:
    """Globs of all subjects behind the authorization server, but for some."""
    subjects = (
        "resource", "dpop", "refresh", "revocation", "introspection", "consent", "object", "account",
        "registration",
    )  # fmt: skip
    return tuple(f"{name}.*" for name in subjects if name not in but)
