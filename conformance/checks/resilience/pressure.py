"""Answers to requests that come fast and are still within the limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median_low

from conformance import probe
from conformance.errors import Inconclusive, NotApplicable
from conformance.load.load import Load
from conformance.load.search import Measured
from conformance.load.shot import Hit, Shot
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check


def _within_limit(found: Measured) -> tuple[Hit, ...]:
    """The hits of the first burst up to the first refusal of the limit."""
    burst = found.volleys[0].hits
    if found.fit is None and not found.run:
        return burst
    served, within = 0, []
    for hit in burst:
        if served >= found.run:
            break
        served += hit.ok
        within.append(hit)
    return tuple(within)


def percentile(seconds: Sequence[float], part: float) -> float:
    """The value that so large a part of the others does not exceed; the largest for a few."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


@check(intrusive=True, requests=0)
def served_in_time(load: Load, *, budget: timedelta) -> Findings:
    """Answers requests within its limit in time, also when they come fast."""
    found = load.measured()
    served = [hit for hit in _within_limit(found) if hit.ok]
    if found.delay:
        raise NotApplicable("the bank holds back what is above its limit, which is judged by itself")
    if len(served) < 4:
        raise Inconclusive("fewer than four requests were served at once")
    seconds = [hit.ended - hit.due for hit in served]
    load.tsp.notes["latency"] = ", ".join(
        f"p{int(part * 100)} {percentile(seconds, part) * 1000:.0f} ms" for part in (0.5, 0.95, 0.99)
    )
    late = percentile(seconds, 0.95)
    if late > budget.total_seconds():
        slow = max(served, key=lambda hit: hit.ended - hit.due)
        yield Finding(
            expected=f"95 of 100 answers within {budget.total_seconds():g} s",
            actual=f"{late:.1f} s, of {len(served)} served at {found.volleys[0].achieved:.0f} a second",
            at="latency within the limit",
            exchange=slow.exchange,
        )


@check(intrusive=True, requests=10)
def no_fault_within_limit(load: Load) -> Findings:
    """Gives no fault and drops no connection within its limit, however fast requests come."""
    found = load.measured()
    usual = found.usual if found.run else -1
    faults = [
        hit for hit in _within_limit(found) if (hit.status >= 500 or hit.status == 0) and hit.status != usual
    ]
    if not faults:
        return
    pace = min(load.caps.rate, load.target.limits.requests_per_second)
    if found.limit is not None and found.limit.window:
        pace = min(pace, found.limit.rate / 2)
    with load.alone():
        load.refresh(found, whole=True)
        calm = load.fire([Shot(index / pace, load.request()) for index in range(12)])
    if any(hit.status >= 500 or hit.status == 0 for hit in calm):
        raise NotApplicable("faults come without pressure as well, which is judged by itself")
    first = faults[0]
    yield Finding(
        expected="every request within the limit served",
        actual=f"{len(faults)} of {len(_within_limit(found))} ended in "
        f"{f'status {first.status}' if first.status else first.fault}",
        at="requests at once, within the limit",
        exchange=first.exchange,
    )


@check()
def read_in_time(reading: Reading, *, budget: timedelta) -> Findings:
    """Answers the plain read of every function in time, in most of the languages that it is read in."""
    probe.read(reading)
    answers = [answer for language in reading.operation.languages if (answer := reading.answer(language)).ok]
    usual = median_low(answer.seconds for answer in answers)
    if usual > budget.total_seconds():
        slow = max(answers, key=lambda answer: answer.seconds)
        yield Finding(
            expected=f"an answer within {budget.total_seconds():g} s",
            actual=f"{usual:.1f} s, the middle of {len(answers)}",
            at="latency of the plain read",
            exchange=slow.exchange,
        )
