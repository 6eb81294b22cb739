"""The search for a rate limit: what to send next, from what has been seen so far.

A burst to the first refusals; single requests at growing gaps until one is served again; a second burst. A
bucket then shows its rate in a stream a little too fast. A window shows its kind in a burst split over one
window, and its length in single requests close together where it must end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from conformance.load.fit import UNSURE, Clues, Fit, best
from conformance.load.limiter import Kind, Limit
from conformance.load.shot import Hit, Shot, Until
from conformance.load.sign import LATEST, held_back, limited, served_first, stalled
from conformance.load.volley import Volley, points, usual_refusal
from conformance.model import Request

IN_A_ROW = 4
"""Refusals one after another that make a limit; a fault now and then makes none."""
_TOKENS = 10
_FAR = 0.08
"""The part by which a rate that was found may differ from what an experiment shows."""
_GROWTH = 1.5
_FINE = 1.03
_CLOSE = 1.1
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Caps:
    """What a search may do: requests a second, requests and seconds in all."""

    rate: float
    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a search found. ``fit`` is None when no limit was met, and ``reason`` says how far it looked.

    ``run`` requests were served before the first refusal; the bank let go again between ``shortest`` and
    ``longest`` seconds after the burst began (0 when it did not). ``recovered`` is false when it never
    did. ``delay`` is the seconds between answers of a bank that holds requests back.
    """

    fit: Fit | None
    volleys: tuple[Volley, ...]
    started: float
    reason: str = ""
    run: int = 0
    shortest: float = 0.0
    longest: float = 0.0
    recovered: bool = True
    delay: float = 0.0

    @property
    def hits(self) -> tuple[Hit, ...]:
        return tuple(hit for volley in self.volleys for hit in volley.hits)

    @property
    def usual(self) -> int:
        """The status of the refusals; -1 where there are none."""
        return usual_refusal(self.hits)

    @property
    def refused(self) -> tuple[Hit, ...]:
        """The refusals of the limit; a fault of another status is none."""
        usual = self.usual
        return tuple(hit for hit in self.hits if hit.status == usual)

    @property
    def limit(self) -> Limit | None:
        return self.fit.limit if self.fit else None

    def note(self, subject: str) -> dict[str, object]:
        """The facts for a report: the limit in words, and the curve."""
        met = f"{self.fit.limit}" if self.fit else self.reason
        if self.fit and self.fit.confidence == "low":
            met = f"a limit after {self.run} requests, whose kind and rate do not show clearly"
        return {
            "subject": subject,
            "limit": met,
            "confidence": self.fit.confidence if self.fit else "",
            "requests": len(self.hits),
            "points": points(self.volleys, self.started),
        }


Fire = Callable[[Sequence[Shot], Until | None], list[Hit]]


@dataclass
class Search:
    """One search with one request. ``fire`` and ``rest`` belong to a path; ``now`` is its clock.

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

    def run(self) -> Measured:
        """Searches until the limit is known, none is met, or a cap is reached."""
        self.began = self.now()
        first = self.burst(max(20, int(self.caps.requests * 0.6)), IN_A_ROW)
        if not limited(first.hits, IN_A_ROW):
            return self._none(first)
        run = served_first(first.hits)
        if run == 0:
            return self._end(None, "the bank refused from the first request on", recovered=False)
        start, last = first.hits[0].arrived, first.hits[-1]
        held, served = self._recovery(last)
        for _ in range(_ROUNDS):
            if served is None or not stalled(served, first.hits):
                break
            # How long it took says nothing where an answer was long on its way.
            more = self.burst(run + 12, 3)
            if not more.refused:
                break
            start, last = more.hits[0].arrived, more.hits[-1]
            held, served = self._recovery(last)
        if served is None:
            seconds = self.now() - start
            reason = f"a limit after {run} requests, which had not let go again after {seconds:.0f} s"
            return self._end(None, reason, run, recovered=False)
        shortest, longest = max(held.arrived - start, 0.001), max(served.arrived - start, 0.002)
        second = self.burst(run + 12, 3)
        again = served_first(second.hits) + 1 if second.refused else run
        clues = Clues((run, again), shortest, longest, fastest=self.caps.rate)
        fit = self._fit(clues)
        if fit.limit.kind is Kind.BUCKET or again <= run * 0.5:
            fit = self._bucket(1 / max(0.005, served.arrived - last.arrived), clues, run)
        if fit.limit.kind not in (Kind.BUCKET, Kind.CONCURRENCY):
            fit = self._window(fit, clues, served.arrived)
        for _ in range(_ROUNDS):
            if fit.confidence == "high" or self.left() <= 0:
                break
            fit = self._again(fit, clues)
        if fit.confidence != "low" and self._refuted(fit):
            fit = self._again(fit, clues)
            fit = replace(fit, doubted=self._refuted(fit))
        return self._end(fit, "", run, shortest, longest)

    def burst(self, count: int, refusals: int, rate: float = 0.0) -> Volley:
        """A volley at the highest rate allowed, up to so many refusals in a row."""
        asked = rate or self.caps.rate
        came: list[Hit] = []

        def enough(hit: Hit) -> bool:
            came.append(hit)
            return not hit.ok and limited(came[-LATEST:], refusals)

        return self.volley([Shot(index / asked, self.request) for index in range(count)], enough, asked)

    def volley(self, shots: Sequence[Shot], until: Until | None, asked: float) -> Volley:
        """Sends what the caps still allow and keeps what came."""
        room = max(0, self.caps.requests - self.sent)
        hits = self.fire(shots[:room], until) if room else []
        self.sent += len(hits)
        found = Volley(tuple(hits), asked)
        self.volleys.append(found)
        return found

    def left(self) -> float:
        """Seconds that the search may still take."""
        return self.caps.seconds - (self.now() - self.began)

    def _one(self) -> Hit | None:
        hits = self.volley([Shot(0.0, self.request)], None, self.caps.rate).hits
        return hits[0] if hits else None

    def _recovery(self, last: Hit) -> tuple[Hit, Hit | None]:
        """The last refused request and the first one served, at gaps that grow."""
        held, begun, gap = last, self.now(), 0.02
        while gap < self.left() * 0.8:
            self.rest(max(0.0, begun + gap - self.now()))
            hit = self._one()
            if hit is None:
                break
            if hit.ok:
                return held, hit
            if hit.status:
                held, gap = hit, gap * _GROWTH
        return held, None

    def _stream(self, rate: float, tokens: float = _TOKENS) -> float:
        """A stream of three times as many requests as are let through; gives the rate that it shows."""
        asked = min(self.caps.rate, rate * 3)
        if asked < rate * 1.3 or tokens / rate > self.left():
            return rate
        count = max(12, int(tokens / rate * asked))
        shots = [Shot(index / asked, self.request) for index in range(count)]
        passed = [hit.arrived for hit in self.volley(shots, None, asked).hits if hit.ok]
        return (len(passed) - 1) / (passed[-1] - passed[0]) if len(passed) > 2 else rate

    def _bucket(self, rate: float, clues: Clues, run: int) -> Fit:
        """Streams from an empty bucket until the rate that one shows is the rate that it was made for."""
        shown = self._stream(rate)
        if shown > rate * 1.5:
            self.burst(run * 2, 3)
            shown = self._stream(shown)
        return self._fit(replace(clues, rates=(shown,)))

    def _window(self, fit: Fit, clues: Clues, start: float) -> Fit:
        """How long the window is, and then which kind, where time and requests suffice."""
        low, high, quota = clues.shortest, clues.longest, fit.limit.quota
        for _ in range(2 * _ROUNDS):
            if self.left() < 2.5 * high or self.caps.requests - self.sent < quota + 20:
                break
            gaps = self._end_of(start, low, high, min(16, max(3, quota - 1)))
            if gaps is None:
                break
            low, high, start = gaps
            self.burst(quota + 8, 3)
            if high <= low * _FINE:
                break
        clues = replace(clues, shortest=min(low, clues.shortest), longest=max(high, clues.longest))
        if high <= low * _CLOSE:
            clues = replace(clues, near=high)
        fit = self._fit(clues)
        window, quota = fit.limit.window, fit.limit.quota
        if self.left() > 3.5 * window and self.caps.requests - self.sent >= quota * 2:
            self.rest(window * 2.1)
            self._split(window, quota, max(1, quota // 2))
            fit = self._fit(clues)
        for turn in range(4 if fit.limit.counts_refused else 0):
            if self.left() < 4 * window or self.caps.requests - self.sent < quota + 24:
                break
            self.rest(window * 2.1)
            self._decay(window * (1.2 + 0.17 * turn), quota)
            fit = self._fit(clues)
        return fit

    def _again(self, fit: Fit, clues: Clues) -> Fit:
        """The experiments for a kind once more, where what was seen leaves doubt and the caps leave room."""
        limit = fit.limit
        if limit.kind is Kind.CONCURRENCY or self.caps.requests - self.sent < limit.quota * 3 + 40:
            return fit
        if limit.kind is Kind.BUCKET:
            self.burst(limit.quota + 12, 3)
            shown = self._stream(limit.rate)
            return self._fit(replace(clues, rates=(limit.rate, shown)))
        window = limit.window
        if limit.counts_refused or self.left() < 7 * window:
            return fit
        self.rest(window * 2.1)
        exhausted = self.burst(limit.quota + 8, 3)
        if exhausted.hits:
            self._end_of(
                exhausted.hits[0].arrived, window * 0.75, window * 1.3, min(16, max(3, limit.quota - 1))
            )
        self.rest(window * 2.1)
        self._split(window, limit.quota, max(1, limit.quota // 2))
        low, high = min(clues.shortest, window * 0.7), max(clues.longest, window * 1.4)
        return self._fit(replace(clues, shortest=low, longest=high))

    def _refuted(self, fit: Fit) -> bool:
        """Whether an experiment made for what was found comes out otherwise.

        A window that is used up at once must be shut just before its end and open just after; a stream from
        an empty bucket, where the fit leaves doubt, must show its rate.

        Only what was not long on its way counts; where all was, or caps leave no room, nothing is refuted.
        """
        limit = fit.limit
        if limit.kind is Kind.BUCKET and fit.confidence == "medium":
            self.burst(limit.quota + 12, 3)
            shown = self._stream(limit.rate, max(_TOKENS, limit.rate))
            return abs(shown / limit.rate - 1) > _FAR
        window, quota = limit.window, limit.quota
        if limit.kind not in (Kind.FIXED, Kind.SLIDING) or limit.counts_refused:
            return False
        for _ in range(_ROUNDS + 1):
            if self.left() < 5 * window or self.caps.requests - self.sent < quota + 12:
                return False
            self.rest(window * 2.1)
            if limit.phase is not None:
                self.rest(window * 1.02 - (self.now() - limit.phase) % window)
            hits = self.burst(quota + 8, 3).hits
            if not hits or hits[0].seconds > UNSURE:
                continue
            end = hits[0].arrived + window
            if limit.phase is not None:
                end -= (hits[0].arrived - limit.phase) % window
            early, late = self._at(end - window * 0.05), self._at(end + window * 0.05)
            if early is not None and late is not None:
                return early.ok or not late.ok
        return False

    def _at(self, moment: float) -> Hit | None:
        """One request at a moment; None where it did not come through in time."""
        self.rest(max(0.0, moment - self.now()))
        hit = self._one()
        return hit if hit and hit.seconds < UNSURE and hit.arrived - moment < UNSURE else None

    def _end_of(self, start: float, low: float, high: float, most: int) -> tuple[float, float, float] | None:
        """Single requests until one is served, from ``low`` seconds after ``start`` on, ever later.

        Gives the last gap refused, the gap served, and the moment of that; None when none is served.
        """
        growth = max(_FINE, (high * 1.02 / low) ** (1 / most))
        gap, held = low, low * 0.8
        while gap < high * 3:
            self.rest(max(0.0, start + gap - self.now()))
            hit = self._one()
            if hit is None:
                return None
            if hit.ok:
                return held, hit.arrived - start, hit.arrived
            held = hit.arrived - start
            gap = max(gap * growth, held)
        return None

    def _split(self, window: float, quota: int, half: int) -> None:
        """Half the quota, the other half late in the window, and a whole burst just after its end."""
        rate = self.caps.rate
        shots = [Shot(index / rate, self.request) for index in range(half)]
        shots += [Shot(window * 0.6 + index / rate, self.request) for index in range(quota - half)]
        shots += [Shot(window * 1.12 + index / rate, self.request) for index in range(quota + 2)]
        self.volley(sorted(shots, key=lambda shot: shot.at), None, rate)

    def _decay(self, seconds: float, quota: int) -> None:
        """A burst, silence, and another: how many pass shows how much has been forgotten."""
        volley = self.burst(quota + 8, 2)
        if volley.hits:
            self.rest(max(0.0, volley.hits[0].sent + seconds - self.now()))
            self.burst(quota + 8, 2)

    def _fit(self, clues: Clues) -> Fit:
        return best([*self.before, *(hit for volley in self.volleys for hit in volley.hits)], clues)

    def _none(self, first: Volley) -> Measured:
        seconds = first.hits[-1].sent - first.hits[0].sent if first.hits else 0.0
        count = len(first.hits)
        delay = held_back(first)
        reason = f"none met in {count} requests at {first.achieved:.3g} a second for {seconds:.3g} s"
        if delay:
            reason = f"answers held back to {1 / delay:.3g} a second, none refused in {count} requests"
        return self._end(None, reason, delay=delay)

    def _end(
        self,
        fit: Fit | None,
        reason: str,
        run: int = 0,
        shortest: float = 0.0,
        longest: float = 0.0,
        *,
        recovered: bool = True,
        delay: float = 0.0,
    ) -> Measured:
        return Measured(
            fit, tuple(self.volleys), self.began, reason, run, shortest, longest, recovered, delay
        )
