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
_FINE = 1.015
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

        They leave by the clock, as an answer may be longer on its way than there is between them. Gives the
        last gap refused, the gap served, and the moment of that; None when none is served.
        """
        growth = max(_FINE, (high * 1.02 / low) ** (1 / most))
        gaps = [low]
        while gaps[-1] * growth < high * 1.6:
            gaps.append(gaps[-1] * growth)
        self.until(start + low)
        shots = [Shot(gap - low, self.request) for gap in gaps]
        hits = self.volley(shots, lambda hit: hit.ok, self.caps.rate).hits
        served = next((hit for hit in hits if hit.ok), None)
        if served is None:
            return None
        held = [hit.arrived - start for hit in hits if not hit.ok and hit.arrived < served.arrived]
        return max(held, default=low * 0.8), served.arrived - start, served.arrived

    def split(self, window: float, quota: int) -> None:
        """Half the quota, the other half late in the window, and a whole burst just after its end."""
        rate, half = self.caps.rate, max(1, quota // 2)
        shots = [Shot(index / rate, self.request) for index in range(half)]
        shots += [Shot(window * 0.6 + index / rate, self.request) for index in range(quota - half)]
        shots += [Shot(window * 1.12 + index / rate, self.request) for index in range(quota + 2)]
        self.volley(sorted(shots, key=lambda shot: shot.at), None, rate)

    def enough(self, limit: Limit) -> int:
        """Requests of which a limit refuses some, also where it lets some more through meanwhile."""
        share = min(0.8, limit.rate / self.caps.rate) if limit.kind is Kind.BUCKET else 0.0
        return int(limit.quota / (1 - share)) + _MORE

    def decay(self, seconds: Sequence[float], limit: Limit) -> None:
        """A burst, silence, and another, and so on: how many pass shows how much has been forgotten."""
        count = self.enough(limit)
        volley = self.burst(count, 2)
        for each in seconds:
            if volley.hits:
                self.until(volley.hits[0].sent + each)
            volley = self.burst(count, 2)

    def took(self) -> float:
        """Seconds that an answer usually takes."""
        return statistics.median([hit.seconds for volley in self.volleys for hit in volley.hits if hit.ok])

    def overlap(self, quota: int, within: float = 0.0) -> None:
        """As many as fit at a time, and a few more while those are on their way and as long again.

        Or more than the quota in every so many seconds, all the time: where refused ones count, none passes.
        """
        took, rate = self.took(), self.caps.rate
        gap = max(within * 0.7 / (quota + 3) if within else took * 0.15, 1 / rate)
        shots = [Shot(index / rate, self.request) for index in range(quota + 2)]
        start = shots[-1].at
        shots += [Shot(start + gap * (index + 1), self.request) for index in range(int(took * 1.8 / gap))]
        self.volley(shots, None, rate)

    def trial(self, limit: Limit) -> bool | None:
        """Whether a limit does what it is said to do, from a state in which it has let go of everything.

        It must let through what it is said to, no less and no more, and not as another kind would: a window
        is used up in two parts, is shut just before its end, open just after, and lets through what its kind
        then does; a bucket that was emptied has filled up by a few, two counters have forgotten a part.

        None where the caps leave no room, or answers were long on their way.
        """
        for _ in range(_TRIES):
            if not self.room(self.needs(limit), limit.quota + self.enough(limit) + _MORE):
                return None
            known = len(self.volleys)
            self._forgotten(limit)
            held = self._behaves(limit)
            hits = [hit for volley in self.volleys[known:] for hit in volley.hits]
            if not hits:
                return None
            seen, sent = seen_of(hits)
            judged = sent if limit.kind is Kind.CONCURRENCY else seen
            if held is None or sum(not each.sure for each in judged) > len(judged) * 0.2:
                continue
            return held and limit.errors(judged) <= max(1, sum(each.ok for each in judged) * 0.06)
        return None

    def needs(self, limit: Limit) -> float:
        """Seconds that a trial takes at least; a window that lasts long is tried after a shorter rest."""
        plain = limit.kind in (Kind.FIXED, Kind.SLIDING) and not limit.counts_refused and limit.phase is None
        return (2.5 if plain and self.left() <= 4.5 * limit.window else 4.5) * limit.window

    def _forgotten(self, limit: Limit) -> None:
        """Rests until nothing counts any more; where windows go by the clock, until one begins."""
        if limit.kind is Kind.CONCURRENCY:
            return
        # Not only it, also what it may be taken for: two counters forget last.
        self.rest(limit.window * (2.1 if self.needs(limit) > 4 * limit.window else 1.1))
        if limit.phase is not None:
            self.rest(limit.window * 1.02 - (self.now() - limit.phase) % limit.window)

    def _behaves(self, limit: Limit) -> bool | None:
        """What no errors of single requests show; None where an answer was too long on its way to tell."""
        if limit.kind in (Kind.FIXED, Kind.SLIDING) and not limit.counts_refused:
            return self._ends(limit)
        first = self.burst(self.enough(limit), IN_A_ROW).hits
        if not first or self._slow(first[0]):
            return None
        if limit.kind is Kind.CONCURRENCY:
            self.overlap(limit.quota)
        elif limit.kind is Kind.BUCKET:
            return self._filled(limit, first[-1])
        else:
            self.until(first[0].arrived + limit.window * 1.55)
            self.burst(limit.quota + _MORE, 3)
        return True

    def _filled(self, limit: Limit, last: Hit) -> bool | None:
        """Whether an emptied bucket has got as many tokens as fall due since its last refusal."""
        road = min(hit.seconds for volley in self.volleys for hit in volley.hits)
        self.until(last.arrived + 3.5 / limit.rate - road / 2)
        few = self.burst(_MORE + round(limit.rate * road), 3).hits
        if not few or self._slow(few[0]) or self._slow(last):
            return None
        due = min(limit.rate * (few[0].arrived - last.arrived), limit.quota)
        unsure = limit.rate * ((few[0].seconds + last.seconds) / 2 - road)
        more = limit.rate * (few[-1].arrived - few[0].arrived)
        return due - 1 - unsure <= sum(hit.ok for hit in few) <= due + 1.5 + more + unsure

    def _ends(self, limit: Limit) -> bool | None:
        """Half the quota, the rest and more late in the window, and what comes just before and after it."""
        window, quota, rate = limit.window, limit.quota, self.caps.rate
        if limit.phase is not None:
            # What is left of the window that the first request finds.
            window -= (self.now() - limit.phase) % window
        half = max(1, quota // 2)
        shots = [Shot(index / rate, self.request) for index in range(half)]
        shots += [Shot(window * 0.55 + index / rate, self.request) for index in range(quota - half + 2)]
        early, late = Shot(window * 0.95, self.request), Shot(window * 1.05, self.request)
        shots += [early, late]
        shots += [Shot(window * 1.1 + index / rate, self.request) for index in range(quota + 2)]
        hits = self.volley(sorted(shots, key=lambda shot: shot.at), None, rate).hits
        edges = {id(hit.shot): hit for hit in hits}
        before, after = edges.get(id(early)), edges.get(id(late))
        if before is None or after is None or any(self._slow(hit) for hit in (before, after, hits[0])):
            return None
        return after.ok and not before.ok

    def _slow(self, hit: Hit) -> bool:
        """Whether a request left late, or its answer was longer on its way than the fastest of its kind."""
        alike = (other for volley in self.volleys for other in volley.hits if other.ok is hit.ok)
        return hit.lag > UNSURE or hit.seconds - min(other.seconds for other in alike) > UNSURE
