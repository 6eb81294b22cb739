"""Signs: what a row of answers shows of a limit, before any model of one is tried."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

from conformance.load.shot import Hit
from conformance.load.volley import Volley, usual_refusal

LATEST = 12
"""Answers in which most refusals make a limit, however they are mixed."""


def limited(hits: Sequence[Hit], wanted: int) -> bool:
    """Whether these are the refusals of a limit, and no fault now and then.

    So many one after another, so many that say so themselves (429), or most of the latest.
    """
    row = told = 0
    for hit in hits:
        row = 0 if hit.ok else row + 1
        told += hit.status == 429
        if row >= wanted or told >= wanted:
            return True
    latest = hits[-LATEST:]
    return len(latest) == LATEST and sum(not hit.ok for hit in latest) > LATEST * 0.6


def stalled(hit: Hit, others: Sequence[Hit]) -> bool:
    """Whether an answer was so long on its way that nobody can tell when its request arrived."""
    return hit.seconds > 1.0 + 10 * statistics.median(other.seconds for other in others)


def served_first(hits: Sequence[Hit]) -> int:
    """Requests served before the first refusal of the limit, in the order in which they seem to have come.

    Where that one overtook others on the way, all that were served came before.
    """
    usual, run = usual_refusal(hits), 0
    for hit in hits:
        if hit.status == usual:
            break
        run += hit.ok
    return run or sum(hit.ok for hit in hits)


def held_back(volley: Volley) -> float:
    """Seconds between the answers of a bank that lines requests up; 0 when it does not.

    Their mark: answers come evenly, much slower than the requests, and each waits longer than the one before.
    """
    if len(volley.hits) < 12:
        return 0.0
    ended = sorted(hit.ended for hit in volley.hits)
    gaps = [later - earlier for earlier, later in itertools.pairwise(ended[1:])]
    middle = statistics.median(gaps)
    even = sum(abs(gap - middle) < middle * 0.25 for gap in gaps) >= len(gaps) * 0.8
    late = volley.hits[-1].seconds > 5 * max(volley.hits[0].seconds, middle)
    return middle if even and late and middle > 0.005 and middle * volley.asked > 2 else 0.0
