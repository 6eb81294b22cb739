"""A peer judged over the network by its bank file, as ``conformance run`` would."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import load_target

SLOW = ("par.expires",)
"""Checks that wait for a minute: what this server pushes lives that long, whatever its settings are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The results of the cases that were chosen."""

    results: tuple[Result, ...]

    @property
    def findings(self) -> dict[str, str]:
        """What was found: requirement by check."""
        return {r.case.check: r.case.requirement for r in self.results if r.findings}

    @property
    def requirements(self) -> set[str]:
        """The requirements that something was found against."""
        return {r.case.requirement for r in self.results if r.findings}

    @property
    def undecided(self) -> dict[str, str]:
        """The cases that could not be decided, or failed by our own fault, with the reason."""
        verdicts = (Verdict.INCONCLUSIVE, Verdict.ERROR)
        return {r.case.check: f"{r.reason}{r.traceback}" for r in self.results if r.verdict in verdicts}

    def count(self, verdict: Verdict) -> int:
        """How many cases came to a verdict."""
        return sum(result.verdict is verdict for result in self.results)


def judged(
    bank: Path,
    *,
    checks: tuple[str, ...] = (),
    skips: tuple[str, ...] = SLOW,
    clock: Callable[[], float] = time.time,
) -> Judged:
    """Judges the bank of a file by Phase III, but for what ``skips`` names."""
    target = load_target(bank)
    scope = Scope(profiles=("phase3",), selection=Selection(checks=checks, skips=skips))
    plan, profiles = prepare(target, scope)
    with open_session(target, profiles, plan, clock=clock) as session:
        found = judge(plan, session, jobs=session.jobs)
    return Judged(tuple(r for r in found if not r.reason.startswith("left out")))
