"""That there is a limit, and that it refuses."""

from __future__ import annotations

from collections import Counter

from conformance.checks.rate_limit.declared import wanted
from conformance.errors import Inconclusive
from conformance.load.load import GRACE, Load
from conformance.load.search import Measured
from conformance.load.shot import Hit, Shot
from conformance.model import Finding
from conformance.registry import Findings, check

_NEVER = 32 * 86400.0
"""Seconds from which on a limit lets go in no customer's time; quotas go by the month at most."""
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
    refused = [*found.refused, *_beside(found)]
    statuses = Counter(hit.status for hit in refused)
    if statuses[429] >= len(refused) * 0.9:
        return
    odd = max((s for s in statuses if s != 429), key=lambda s: statuses[s])
    hit = next(h for h in refused if h.status == odd)
    what = f"status {odd}" if odd else f"no answer: {hit.fault}"
    if odd in FAULTS:
        what += ", as if the bank had a fault"
    yield Finding(
        expected="429 for every request above the limit",
        actual=f"{what}, {statuses[odd]} of {len(refused)} times",
        at="status of the refusal",
        exchange=hit.exchange,
    )


def _beside(found: Measured) -> list[Hit]:
    """Failures of another status between two refusals of the limit, where nothing was served."""
    came = []
    for volley in found.volleys:
        row: list[Hit] | None = None
        for hit in volley.hits:
            if hit.ok:
                row = None
            elif hit.status == found.usual:
                came += row or []
                row = []
            elif row is not None:
                row.append(hit)
    return came


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
    """Serves a TSP again, when it has asked too much and then been silent, within some time.

    That is ``within`` seconds, or what the bank itself asks to wait where that is more: a quota for a day
    is a limit too.
    """
    found = load.refusing()
    if found.recovered:
        return
    asked = wanted(found.refused[-1], load.tsp.now())
    if asked is not None and asked > _NEVER:
        asked = None
    load.rest(within if asked is None else max(asked + GRACE, min(within, load.caps.seconds)))
    began = found.refused[-1].ended
    hit = load.fire([Shot(0.0, load.request())])[0]
    if not hit.ok:
        yield Finding(
            expected=f"the request served again after {hit.sent - began:.0f} s of silence",
            actual=f"status {hit.status}, Retry-After {hit.header('Retry-After') or 'absent'}",
            at="recovery",
            exchange=hit.exchange,
        )
