"""The known kinds of rate limit, as models that say which requests of a sequence they would let through.

Parameters of a kind are counts (``quota``) and seconds (``window``) or, for a bucket, tokens a second.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a limit counts."""

    BUCKET = "token bucket"
    FIXED = "fixed window"
    SLIDING = "sliding window"
    COUNTER = "sliding window of two counters"
    CONCURRENCY = "concurrency"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as a limiter met it: when it arrived and ended, and whether it was let through.

    It is not ``sure`` where it may have arrived at another time, which a long answer leaves open.
    """

    at: float
    ended: float
    ok: bool
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one kind. ``quota`` is a bucket's size, a window's number, or the requests in flight.

    ``window`` is in seconds; for a bucket it is the time in which it fills up. ``phase`` is when a window of
    the clock begins; None where it begins with the first request. With ``counts_refused`` refusals count too.
    """

    kind: Kind
    quota: int
    window: float = 0.0
    phase: float | None = None
    counts_refused: bool = False

    @property
    def rate(self) -> float:
        """Requests a second that are let through for good; infinite for a limit on concurrency."""
        return self.quota / self.window if self.window else math.inf

    def __str__(self) -> str:
        if self.kind is Kind.CONCURRENCY:
            return f"concurrency, {self.quota} at a time"
        if self.kind is Kind.BUCKET:
            return f"token bucket, {self.rate:.3g} a second, burst {self.quota}"
        counting = ", refused requests counted" if self.counts_refused else ""
        return f"{self.kind}, {self.quota} in {self.window:.3g} s{counting}"

    def most(self, seconds: float) -> float:
        """The most requests that it lets through in any time so long; infinite for one on concurrency."""
        if self.kind is Kind.CONCURRENCY:
            return math.inf
        windows = seconds / self.window
        if self.kind is Kind.BUCKET:
            return self.quota * (1 + windows)
        if self.kind is Kind.COUNTER:
            # What was used up late in one window is let through again as its weight goes down.
            return self.quota * (1 + windows) + 1
        # Windows that begin one after another may end and begin once more in it than fit into it whole.
        return self.quota * (int(windows) + (2 if self.kind is Kind.FIXED else 1))

    def errors(self, seen: Sequence[Seen], most: int = 1 << 30) -> int:
        """How many requests it would have judged otherwise; stops counting above ``most``."""
        judge = _JUDGES[self.kind]
        return judge(self, seen, most)


def _bucket(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    size, rate = float(limit.quota), limit.rate
    tokens, last, wrong = size, seen[0].at, 0
    for each in seen:
        tokens = min(size, tokens + (each.at - last) * rate)
        last = each.at
        # A millionth: sums of fractions must not decide.
        allowed = tokens >= 1 - 1e-6
        wrong += each.sure and allowed is not each.ok
        # What really happened moves the model on, so that being wrong by one is not counted twice.
        if each.ok:
            tokens = max(tokens - 1, 0.0)
        elif 1 <= tokens < 2:
            tokens = 0.5
        if wrong > most:
            break
    return wrong


def _fixed(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    window, used, wrong = limit.window, 0, 0
    begun = -math.inf if limit.phase is None else limit.phase
    for each in seen:
        if each.at >= begun + window - 1e-9:
            begun = each.at if limit.phase is None else begun + window * ((each.at - begun + 1e-9) // window)
            used = 0
        allowed = used < limit.quota
        wrong += each.sure and allowed is not each.ok
        used += each.ok or used == limit.quota - 1
        if wrong > most:
            break
    return wrong


def _sliding(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    window, kept, wrong = limit.window, deque[float](), 0
    for each in seen:
        while kept and kept[0] <= each.at - window + 1e-9:
            kept.popleft()
        wrong += each.sure and (len(kept) < limit.quota) is not each.ok
        if each.ok or limit.counts_refused:
            kept.append(each.at)
        if wrong > most:
            break
    return wrong


def _counter(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    window, before, now, wrong = limit.window, 0, 0, 0
    begun = seen[0].at if limit.phase is None else limit.phase
    for each in seen:
        passed = int((each.at - begun + 1e-9) // window)
        if passed > 0:
            before = now if passed == 1 else 0
            now = 0
            begun = each.at if limit.phase is None and passed > 1 else begun + passed * window
        weight = 1 - (each.at - begun) / window
        wrong += each.sure and (now + before * weight < limit.quota) is not each.ok
        now += each.ok or limit.counts_refused
        if wrong > most:
            break
    return wrong


def _concurrency(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    ends: list[float] = []
    wrong = 0
    for each in seen:
        while ends and ends[0] <= each.at:
            heapq.heappop(ends)
        wrong += each.sure and (len(ends) < limit.quota) is not each.ok
        if each.ok:
            heapq.heappush(ends, each.ended)
        if wrong > most:
            break
    return wrong


_JUDGES = {
    Kind.BUCKET: _bucket,
    Kind.FIXED: _fixed,
    Kind.SLIDING: _sliding,
    Kind.COUNTER: _counter,
    Kind.CONCURRENCY: _concurrency,
}
