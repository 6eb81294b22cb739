"""Random sequences over consent, code, token, refresh and revocation, and what holds after each step."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.lifecycle.world import STEPS, World, differences, untroubled
from conformance.generate.sequence import Search, Step
from conformance.model import Finding
from conformance.protected import Protected
from conformance.registry import Findings, check


@check(requests=300, logins=(26, "grant of all", "grant of all, customer 2"))
def invariants_hold(protected: Protected, seed: int, *, requests: int = 300, longest: int = 6) -> Findings:
    """Opens nothing by what is over, and shows each customer their own data, whatever the order of steps."""
    operation = protected.probe()
    protected.control(operation)
    customers, theirs = differences(protected, operation)
    before = len(protected.tsp.exchanges)

    def play(sequence: Sequence[Step]) -> None:
        World(protected, operation, customers, theirs).play(sequence)

    search = Search(
        tuple(STEPS),
        ("let in", 0),
        untroubled(play),
        lambda: len(protected.tsp.exchanges) - before,
        requests,
        seed,
        longest,
    )
    found = search.run()
    sent = len(protected.tsp.exchanges) - before
    protected.tsp.notes["sequences"] = {"seed": seed, "played": search.played, "requests": sent}
    if found is not None:
        sequence, broken = found
        told = ", ".join(f"{kind} ({number})" for kind, number in sequence)
        protected.tsp.notes["sequences"]["sequence"] = told
        yield Finding(broken.expected, f"{broken.actual} after: {told}"[:400], "sequence", broken.exchange)
    protected.control(operation)
