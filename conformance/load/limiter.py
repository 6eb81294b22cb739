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

_NEAR = 8
"""Requests before and after one that may have changed places with it on the way."""


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

    It may have arrived ``slack`` seconds earlier or later, and is not ``sure`` where a long answer leaves
    open by how much.
    """

    at: float
    ended: float
    ok: bool
    sure: bool = True
    slack: float = 0.0


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
        passed, slack = each.at - last, each.slack
        # A millionth: sums of fractions must not decide.
        fewest = min(size, tokens + (passed - slack) * rate) + 1e-6
        highest = min(size, tokens + (passed + slack) * rate) + 1e-6
        tokens, last = min(size, tokens + passed * rate), each.at
        # What really happened moves the model on, so that being wrong by one is not counted twice.
        if each.ok:
            wrong += each.sure and highest < 1
            tokens = max(tokens - 1, -slack * rate)
        elif fewest >= 1:
            wrong += each.sure
            if tokens < 2:
                tokens = 0.5
        if wrong > most:
            break
    return wrong


def _fixed(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    window, quota, used, wrong = limit.window, limit.quota, 0, 0
    begun, slack = -math.inf if limit.phase is None else limit.phase, 0.0
    for index, each in enumerate(seen):
        # Used up and close to its end, a window is over or not as what came shows.
        near = 0.0 if used < quota else each.slack + slack
        if each.at >= begun + window - 1e-9 + (-near if each.ok else near):
            begun = (
                each.at
                if limit.phase is None
                else begun + window * ((each.at - begun + near + 1e-9) // window)
            )
            slack, used = each.slack if limit.phase is None else 0.0, 0
        if each.ok:
            wrong += each.sure and used >= quota
            used += 1
        elif used < quota and not _overtaken(seen, index, quota - used):
            wrong += each.sure
            used += used == quota - 1
        if wrong > most:
            break
    return wrong


def _sliding(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    window, quota, kept, wrong = limit.window, limit.quota, deque[Seen](), 0
    gone = deque[Seen](maxlen=_NEAR)
    for index, each in enumerate(seen):
        while kept and kept[0].at <= each.at - window + 1e-9:
            gone.append(kept.popleft())
        if each.ok and len(kept) >= quota:
            # What counted first may just have been forgotten.
            first = kept.popleft()
            gone.append(first)
            wrong += each.sure and first.at > each.at - window + first.slack + each.slack
        elif not each.ok and len(kept) < quota:
            # What was forgotten last may still have counted.
            oldest = each.at - window - each.slack
            counted = sum(one.at + one.slack > oldest for one in gone) if each.slack else 0
            wrong += each.sure and not _overtaken(seen, index, quota - len(kept) - counted)
        if each.ok or limit.counts_refused:
            kept.append(each)
        if wrong > most:
            break
    return wrong


def _overtaken(seen: Sequence[Seen], index: int, count: int) -> bool:
    """Whether so many that were served may have come before a refused one that seems to be earlier."""
    if count <= 0:
        return True
    refused = seen[index]
    for later in seen[index + 1 : index + 1 + _NEAR]:
        if later.at - later.slack > refused.at + refused.slack:
            return False
        count -= later.ok
        if count <= 0:
            return True
    return False


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
        beyond = now + before * weight - limit.quota
        slack = before * each.slack / window
        wrong += each.sure and (beyond >= slack if each.ok else beyond < -slack)
        now += each.ok or limit.counts_refused
        if wrong > most:
            break
    return wrong


def _concurrency(limit: Limit, seen: Sequence[Seen], most: int) -> int:
    ends: list[float] = []
    freed = deque[float](maxlen=_NEAR)
    wrong = 0
    for index, each in enumerate(seen):
        while ends and ends[0] <= each.at:
            freed.append(heapq.heappop(ends))
        if each.ok and len(ends) >= limit.quota:
            wrong += each.sure and ends[0] > each.at + 2 * each.slack
        elif not each.ok and len(ends) < limit.quota:
            flying = sum(end > each.at - 2 * each.slack for end in freed)
            wrong += each.sure and not _overtaken(seen, index, limit.quota - len(ends) - flying)
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
