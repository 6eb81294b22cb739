"""Sequences of payments are those of the seed: what was found once is found again."""

from __future__ import annotations

from dataclasses import replace

from conformance.bank.mutant import all_mutants
from conformance.embedded import POLICY, memory
from conformance.run import judge
from conformance.session import open_session
from tests.matrix import Clock, planned, profiles_of

CHECK = "sequence.payments_keep_their_invariants"


def told(seed: int) -> str:
    """The steps after which a bank that pays with every retry is found out."""
    clock = Clock()
    mutant = next(each for each in all_mutants() if each.name == "money-goes-with-every-retry")
    target, wire = memory(mutant, 0, POLICY, clock)
    plan, profiles = planned(target, mutant, seed, profiles_of(mutant))
    plan = replace(plan, cases=tuple(case for case in plan.cases if case.check == CHECK)[:1])
    with open_session(target, profiles, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        (result,) = judge(plan, session)
    (finding,) = result.findings
    assert finding.seen == finding.tried > 1
    return finding.actual.partition("after: ")[2]


def test_a_seed_takes_the_same_steps_each_time_and_another_takes_others() -> None:
    assert told(1) != told(2)
