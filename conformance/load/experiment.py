"""Experiments with a rate limit: rows of requests by the clock, each made to show one thing of it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conformance.load.fit import UNSURE, seen_of
from conformance.load.limiter import Kind, Limit
from conformance.load.shot import Hit, Shot, Until
from conformance.load.sign import LATEST, limited
from conformance.load.volley import Volley
from conformance.model import Request

IN_A_ROW = 4
"""Refusals one after another that make a limit; a fault now and then makes none."""
TOKENS = 10
_FINE = 1.03
_TRIES = 3
_MORE = 8
"""Requests that a burst has more than the limit is said to let through."""

Fire = Callable[[Sequence[Shot], Until | None], list[Hit]]


@dataclass(frozen=True, slots=True)
class Caps:
    """What a search may do: requests a second, requests and seconds in all."""

    rate: float
    requests: int
    seconds: float


@dataclass
class Experiments:
    """What is sent with one request, within caps. ``fire``, ``rest`` and ``now`` are those of a path.

    ``before`` are requests that were sent a moment ago and may count.
    """

    request: Request
    caps: Caps
    fire: Fire
    rest: Callable[[float], None]
    now: Callable[[], float]
    before: tuple[Hit, ...] = ()
    volleys: list[Volley] = field(default_factory=list)
    sent: int = 0
    began: float = 0.0

    def left(self) -> float:
        """Seconds that the search may still take."""
        return self.caps.seconds - (self.now() - self.began)

    def room(self, seconds: float, requests: int) -> bool:
        """Whether the caps allow so much more."""
        return self.left() > seconds and self.caps.requests - self.sent >= requests

    def volley(self, shots: Sequence[Shot], until: Until | None, asked: float) -> Volley:
        """Sends what the caps still allow and keeps what came."""
        room = max(0, self.caps.requests - self.sent)
        hits = self.fire(shots[:room], until) if room else []
        self.sent += len(hits)
        found = Volley(tuple(hits), asked)
        self.volleys.append(found)
        return found

    def burst(self, count: int, refusals: int, rate: float = 0.0) -> Volley:
        """A volley at the highest rate allowed, up to so many refusals in a row."""
        asked = rate or self.caps.rate
        came: list[Hit] = []

        def enough(hit: Hit) -> bool:
            came.append(hit)
            return not hit.ok and limited(came[-LATEST:], refusals)

        return self.volley([Shot(index / asked, self.request) for index in range(count)], enough, asked)

    def one(self) -> Hit | None:
        """A single request; None when the caps allow none."""
        hits = self.volley([Shot(0.0, self.request)], None, self.caps.rate).hits
        return hits[0] if hits else None

    def until(self, moment: float) -> None:
        """Rests until a moment of the clock."""
        self.rest(max(0.0, moment - self.now()))

    def stream(self, rate: float, tokens: float = TOKENS) -> float:
        """A stream of three times as many requests as are let through; gives the rate that it shows."""
        asked = min(self.caps.rate, rate * 3)
        if asked < rate * 1.3 or tokens / rate > self.left():
            return rate
        count = max(12, int(tokens / rate * asked))
        shots = [Shot(index / asked, self.request) for index in range(count)]
        passed = [hit.arrived for hit in self.volley(shots, None, asked).hits if hit.ok]
        return (len(passed) - 1) / (passed[-1] - passed[0]) if len(passed) > 2 else rate

    def end_of(self, start: float, low: float, high: float, most: int) -> tuple[float, float, float] | None:
        """Single requests until one is served, from ``low`` seconds after ``start`` on, ever later.

        Gives the last gap refused, the gap served, and the moment of that; None when none is served.
        """
        growth = max(_FINE, (high * 1.02 / low) ** (1 / most))
        gap, held = low, low * 0.8
        while gap < high * 1.6:
            self.until(start + gap)
            hit = self.one()
            if hit is None:
                return None
            if hit.ok:
                return held, hit.arrived - start, hit.arrived
            held = hit.arrived - start
            gap = max(gap * growth, held)
        return None

    def split(self, window: float, quota: int) -> None:
        """Half the quota, the other half late in the window, and a whole burst just after its end."""
        rate, half = self.caps.rate, max(1, quota // 2)
        shots = [Shot(index / rate, self.request) for index in range(half)]
        shots += [Shot(window * 0.6 + index / rate, self.request) for index in range(quota - half)]
        shots += [Shot(window * 1.12 + index / rate, self.request) for index in range(quota + 2)]
        self.volley(sorted(shots, key=lambda shot: shot.at), None, rate)

    def decay(self, seconds: Sequence[float], quota: int) -> None:
        """A burst, silence, and another, and so on: how many pass shows how much has been forgotten."""
        volley = self.burst(quota + _MORE, 2)
        for each in seconds:
            if volley.hits:
                self.until(volley.hits[0].sent + each)
            volley = self.burst(quota + _MORE, 2)

    def took(self) -> float:
        """Seconds that an answer usually takes."""
        return statistics.median([hit.seconds for volley in self.volleys for hit in volley.hits if hit.ok])

    def overlap(self, quota: int) -> None:
        """As many as fit at a time, and a few more while those are on their way and as long again."""
        took = self.took()
        rate = self.caps.rate
        shots = [Shot(index / rate, self.request) for index in range(quota + 2)]
        start = shots[-1].at
        shots += [Shot(start + took * 0.15 * (index + 1), self.request) for index in range(12)]
        self.volley(shots, None, rate)

    def trial(self, limit: Limit) -> bool | None:
        """Whether a limit does what it is said to do, from a state in which it has let go of everything.

        It is used up at once and must let through what it is said to, no less and no more; then: a window is
        shut just before its end and open just after; a bucket has filled up by a few, a counter has forgotten
        a part. None where the caps leave no room, or all answers were long on their way.
        """
        window, quota = limit.window, limit.quota
        for _ in range(_TRIES):
            if not self.room(4.5 * window, quota * 2 + 2 * _MORE):
                return None
            known = len(self.volleys)
            self._forgotten(limit)
            hits = self.burst(quota + _MORE, IN_A_ROW).hits
            if not hits or hits[0].seconds > UNSURE + min(self._fastest(), 1.0):
                continue
            held = self._follows(limit, hits[0])
            seen, sent = seen_of([hit for volley in self.volleys[known:] for hit in volley.hits])
            judged = sent if limit.kind is Kind.CONCURRENCY else seen
            if held is None or sum(not each.sure for each in judged) > len(judged) * 0.2:
                continue
            return held and limit.errors(judged) <= max(1, sum(each.ok for each in judged) * 0.06)
        return None

    def _forgotten(self, limit: Limit) -> None:
        """Rests until nothing counts any more; where windows go by the clock, until one begins."""
        if limit.kind is Kind.CONCURRENCY:
            return
        # Not only it, also what it may be taken for: two counters forget last.
        self.rest(limit.window * 2.1)
        if limit.phase is not None:
            self.rest(limit.window * 1.02 - (self.now() - limit.phase) % limit.window)

    def _follows(self, limit: Limit, first: Hit) -> bool | None:
        """What a used-up limit must do next; None where an answer was too long on its way to tell."""
        window, start = limit.window, first.arrived
        if limit.kind is Kind.CONCURRENCY:
            self.overlap(limit.quota)
        elif limit.kind is Kind.BUCKET:
            self.until(self.now() + 3.5 / limit.rate)
            return 3 <= len(self.burst(_MORE, 3).accepted) <= 5
        elif limit.kind is Kind.COUNTER or limit.counts_refused:
            self.until(start + window * 1.55)
            self.burst(limit.quota + _MORE, 3)
        else:
            if limit.phase is not None:
                start -= (start - limit.phase) % window
            early, late = self._at(start + window * 0.95), self._at(start + window * 1.05)
            return None if early is None or late is None else late.ok and not early.ok
        return True

    def _at(self, moment: float) -> Hit | None:
        """One request at a moment; None where it did not come through in time."""
        self.until(moment)
        hit = self.one()
        fastest = self._fastest()
        prompt = hit and hit.seconds - fastest < UNSURE and hit.arrived - fastest / 2 - moment < UNSURE
        return hit if prompt else None

    def _fastest(self) -> float:
        """Seconds that the fastest answer took."""
        return min(hit.seconds for volley in self.volleys for hit in volley.hits)
