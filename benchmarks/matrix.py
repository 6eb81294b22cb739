"""Cases a second against the reference bank in memory, which is what the matrix of mutants costs."""

from __future__ import annotations

import time

from benchmarks.machine import say
from conformance.conduct import Scope, prepare
from conformance.embedded import memory
from conformance.model import Case
from conformance.run import judge
from conformance.session import open_session

ROUNDS = 3


def pace(plain: bool) -> tuple[int, float]:
    """Cases, and seconds for them in the best of three rounds; ``plain`` keeps passive checks alone."""
    best = float("inf")
    count = 0
    for number in range(ROUNDS):
        target, wire = memory(None, number)
        plan, profiles = prepare(target, Scope(phases=("1",), seed=number))
        with open_session(target, profiles, plan, wire=wire) as session:
            if plain:
                judge(plan, session)  # what a plain check reads has been asked for by others
                chosen = tuple(case for case in plan.cases if _is_plain(case))
                plan = type(plan)(chosen, plan.profiles, plan.seed, plan.digest)
            begun = time.perf_counter()
            count = len(judge(plan, session))
            best = min(best, time.perf_counter() - begun)
    return count, best


def _is_plain(case: Case) -> bool:
    return case.settled is None and not case.intrusive and not case.writes and case.requests <= 1


def main() -> None:
    for name, plain in (
        ("all checks with their requests", False),
        ("plain checks of what has been read", True),
    ):
        cases, took = pace(plain)
        say(
            f"in memory, {name}: {cases / took:,.0f} cases a second "
            f"({cases} in {took:.2f} s; wanted: over 1,000)"
        )


if __name__ == "__main__":
    main()
