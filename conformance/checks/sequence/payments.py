"""Sequences of payments that nobody has thought of, beside a model of what must come of them."""

from __future__ import annotations

from conformance.generate.transactions import explored
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.payments import Payments


@check(writes=True, requests=300, creates=24)
def payments_keep_their_invariants(
    payments: Payments, operation: Operation, seed: int, *, runs: int, steps: int
) -> Findings:
    """Pays once for each consent, in any order of retries, lost answers, races and revocations."""
    breach = explored(payments, operation.id, seed, runs=runs, steps=steps)
    if breach is not None:
        yield Finding(
            expected="payments as the model has them after the same steps",
            actual=f"{breach.actual} in place of {breach.expected}, after: {', '.join(breach.steps)}"[:600],
            at="sequence of steps",
            exchange=breach.exchange,
        )
