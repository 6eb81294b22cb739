"""What a consent lets a TSP change: what it names, and nothing else."""

from __future__ import annotations

from conformance.checks.consent.rule import rule_of
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.probe import has_rows
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


@check(
    writes=True,
    requests=6,
    logins=("half of the permissions", "the other half of the permissions", "grant of all"),
)
def permission_needed_to_write(protected: Protected, operation: Operation) -> Findings:
    """Takes a change only under a consent that names its permission."""
    rule_of(protected, "permissions")
    every, own = protected.permissions, operation.function.permission
    if not own or operation.reads:
        raise NotApplicable("the function is no change that a permission opens")
    halves = (every[::2], every[1::2])
    if own not in every or not all(halves):
        raise NotApplicable("bank.yaml names permissions of the bank's own, or there is only one")
    with_it, without = halves if own in halves[0] else halves[::-1]
    access = protected.access
    written = protected.written(protected.objects(operation)[0])
    answer = tried(lambda: access.call(access.grant(without), protected.request(written)))
    if answer is not None and answer.ok and (has_rows(operation, answer) or not answer.body):
        yield Finding(
            f"a refusal without the permission {own}", f"status {answer.status}", f"function {operation.id}",
            answer.exchange,
        )  # fmt: skip
        return
    control = access.call(access.grant(with_it), protected.request(written))
    if not control.ok:
        raise Inconclusive(f"control request refused: a right change was answered {told(control)}")
