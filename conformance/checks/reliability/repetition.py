"""The same read, again and again."""

from __future__ import annotations

from collections import Counter

from conformance import probe
from conformance.errors import Unreachable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=10, confirm=False)
def repeats_agree(tsp: Tsp, operations: tuple[Operation, ...], *, times: int) -> Findings:
    """Answers the same correct request with the same status and media type every time.

    Nothing is sent twice to get a better answer; only a bank that says it is asked too often is given time.
    """
    operation = probe.sample(tsp, operations)
    plain = tsp.call(operation)
    seen: Counter[str] = Counter()
    odd = None
    for _ in range(times):
        try:
            answer = tsp.send(tsp.request(operation), patient=False)
            if answer.status == 429:
                answer = tsp.send(tsp.request(operation))
        except Unreachable as lost:
            if "maintenance" in lost.reason:
                raise
            seen["no answer"] += 1
            continue
        same = answer.ok and answer.media_type == plain.media_type
        kind = "as before" if same else f"status {answer.status} {answer.media_type}".strip()
        seen[kind] += 1
        if not same:
            odd = answer.exchange
    others = {kind: count for kind, count in seen.items() if kind != "as before"}
    if others:
        yield Finding(
            expected=f"status {plain.status} with {plain.media_type} every time",
            actual="; ".join(f"{kind}: {count} of {times}" for kind, count in sorted(others.items())),
            at="repeated request",
            exchange=odd,
        )
