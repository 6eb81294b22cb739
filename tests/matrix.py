"""The matrix: the reference bank, right or with one seeded defect, judged in memory."""

from __future__ import annotations

from functools import cache

from conformance.bank.mutant import Mutant
from conformance.conduct import Scope, prepare
from conformance.embedded import memory
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session


@cache
def results(mutant: Mutant | None, seed: int = 0, profiles: tuple[str, ...] = ("phase1",)) -> tuple[Result, ...]:
    """All results of the reference bank in memory."""
    target, wire = memory(mutant, seed)
    plan, chosen = prepare(target, Scope(profiles=profiles, seed=seed))
    with open_session(target, chosen, plan, wire=wire) as session:
        return judge(plan, session)


def fired(found: tuple[Result, ...]) -> dict[str, list[str]]:
    """The checks that found something, each with what it found."""
    checks: dict[str, list[str]] = {}
    for result in found:
        if result.verdict in (Verdict.FAIL, Verdict.OBSERVATION) or result.findings:
            said = [f"{result.case.id}: expected {f.expected}, got {f.actual} at {f.at}" for f in result.findings]
            checks.setdefault(result.case.check, []).extend(said)
    return checks
