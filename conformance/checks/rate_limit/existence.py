"""That there is a limit, and that it refuses."""

from __future__ import annotations

from conformance.errors import Inconclusive
from conformance.load.load import Load
from conformance.load.search import Measured
from conformance.load.shot import Shot
from conformance.model import Finding
from conformance.registry import Findings, check

FAULTS = frozenset({0, 500, 502, 504})


@check(intrusive=True, requests=300)
def limited(load: Load) -> Findings:
    """Refuses a TSP that asks for more than some number of requests, within the rate that may be tried."""
    found = load.measured()
    load.tsp.notes["rate"] = found.note(f"{load.operation.method} {load.operation.id}")
    if (found.refused and found.run) or found.delay:
        return
    if not found.run and found.refused and not found.hits[0].ok:
        raise Inconclusive(found.reason)
    burst = found.volleys[0]
    if not burst.faithful:
        raise Inconclusive(
            f"{burst.achieved:.0f} of {burst.asked:.0f} requests a second could be sent, so that no limit "
            "up to that rate is shown or ruled out"
        )
    yield Finding(
        expected=f"a limit below {burst.asked:g} requests a second or {len(burst.hits)} requests",
        actual=f"none met: {_outcome(found)}",
        at="requests by the clock",
        exchange=burst.hits[-1].exchange,
    )


def _outcome(found: Measured) -> str:
    burst = found.volleys[0]
    # Of so many without a refusal, the part refused is below three in so many with a confidence of 95 %.
    bound = 300 / max(len(burst.hits), 1)
    return (
        f"{len(burst.accepted)} of {len(burst.hits)} served; with 95 % confidence under {bound:.2g} % refused"
    )


@check(intrusive=True, requests=0)
def refused_with_429(load: Load) -> Findings:
    """Refuses what is above the limit with 429."""
    found = load.refusing()
    statuses: dict[int, int] = {}
    for hit in found.refused:
        statuses[hit.status] = statuses.get(hit.status, 0) + 1
    if statuses.get(429, 0) >= sum(statuses.values()) * 0.9:
        return
    odd = max((s for s in statuses if s != 429), key=lambda s: statuses[s])
    hit = next(h for h in found.refused if h.status == odd)
    what = f"status {odd}" if odd else f"no answer: {hit.fault}"
    if odd in FAULTS:
        what += ", as if the bank had a fault"
    yield Finding(
        expected="429 for every request above the limit",
        actual=f"{what}, {statuses[odd]} of {len(found.refused)} times",
        at="status of the refusal",
        exchange=hit.exchange,
    )


@check(intrusive=True, requests=0)
def not_held_back(load: Load) -> Findings:
    """Refuses what is above the limit at once, rather than holding answers back."""
    found = load.measured()
    if found.delay:
        slow = found.volleys[0].hits[-1]
        yield Finding(
            expected="an answer at once, or 429",
            actual=f"answers one after another every {found.delay * 1000:.0f} ms, the last after "
            f"{slow.ended - slow.due:.1f} s",
            at="time of the answers",
            exchange=slow.exchange,
        )


@check(intrusive=True, requests=0)
def lets_go(load: Load, *, within: float) -> Findings:
    """Serves a TSP again, when it has asked too much and then been silent, within some time."""
    found = load.refusing()
    if found.recovered:
        return
    load.rest(within)
    hit = load.fire([Shot(0.0, load.request())])[0]
    if not hit.ok:
        yield Finding(
            expected=f"the request served again after {within:.0f} s of silence",
            actual=f"status {hit.status}, Retry-After {hit.header('Retry-After') or 'absent'}",
            at="recovery",
            exchange=hit.exchange,
        )
