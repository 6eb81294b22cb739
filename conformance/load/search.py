"""The search for a rate limit: what to send next, from what has been seen so far.

A burst to the first refusals; single requests at growing gaps until one is served again; a second burst.
Then, while several kinds explain what was seen, or one of several lengths, the experiment that tells those
apart; at last a trial of what was found, from a state in which it has let go of everything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.load.experiment import IN_A_ROW, Caps, Experiments
from conformance.load.fit import Clues, Fit, best
from conformance.load.limiter import Kind, Limit
from conformance.load.shot import Hit
from conformance.load.sign import held_back, limited, served_first, stalled
from conformance.load.volley import Volley, points, usual_refusal

__all__ = ["Caps", "Measured", "Search"]

_GROWTH = 1.5
_CLOSE = 1.1
_ROUNDS = 3
_SLOW = 0.1
_TURNS = 9
"""Experiments after the second burst, before what is left open stays open."""


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


class Search(Experiments):
    """One search with one request."""

    def run(self) -> Measured:
        """Searches until the limit is known, none is met, or a cap is reached."""
        self.began = self.now()
        warm = [] if self.before else self._warm()
        first = self.burst(max(20, int(self.caps.requests * 0.6)), IN_A_ROW)
        # In the order of the answers too: what is cut off overtakes what is served.
        landed = sorted(first.hits, key=lambda hit: hit.ended)
        if not (limited(first.hits, IN_A_ROW) or limited(landed, IN_A_ROW)):
            return self._none(first)
        # A limit of one at a time was used up by what was sent before.
        run = served_first([*warm, *first.hits]) or served_first(self.before)
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
        clues = Clues((run, again, len(first.accepted)), shortest, longest, fastest=self.caps.rate)
        fit = self._fit(clues)
        if again <= run * 0.5 and (fit.also or fit.limit.kind is not Kind.BUCKET):
            # A bucket that fills slowly, or a window that forgets slowly: a short stream differs.
            self.stream(4 / longest, 5)
            fit = self._fit(clues)
        fit, clues = self._told_apart(fit, clues)
        for turn in range(_ROUNDS):
            if fit.confidence == "low":
                break
            window = fit.limit.kind in (Kind.FIXED, Kind.SLIDING, Kind.COUNTER)
            hurried = window and not self.room(self.needs(fit.limit), fit.limit.quota)
            borne = self.trial(fit.limit)
            if borne is not False:
                # What took the place of a limit that failed its trial is not believed without one, nor is
                # a window for which there was no time: whoever asks too much may be shut out as long.
                sure = fit.confidence == "high" and turn == 0 and not hurried
                fit = replace(fit, doubted=borne is None and not sure)
                break
            # What the trial showed belongs to what has to be explained.
            fit = self._fit(clues)
            if fit.limit.kind in (Kind.BUCKET, Kind.COUNTER) and self.room(6 * fit.limit.window, 40):
                # In a steady stream one is like the other; in silence they are not.
                self._silence(fit.limit, turn)
                fit = self._fit(clues)
            fit, clues = self._told_apart(fit, clues)
        else:
            fit = replace(fit, doubted=True)
        return self._end(fit, "", run, shortest, longest)

    def _warm(self) -> list[Hit]:
        """A request alone, for what a bank does once before its first answer would blur the burst.

        After a slow one comes a rest, in which it loses its weight: nobody knows when it counted.
        """
        hit = self.one()
        if hit is not None and hit.seconds > _SLOW:
            self.rest(min(2.5, 15 * hit.seconds, self.left() / 10))
        return [hit] if hit else []

    def _recovery(self, last: Hit) -> tuple[Hit, Hit | None]:
        """The last refused request and the first one served, at gaps that grow."""
        held, begun, gap = last, self.now(), 0.02
        while gap < self.left() * 0.8:
            self.until(begun + gap)
            hit = self.one()
            if hit is None:
                break
            if hit.ok:
                return held, hit
            if hit.status:
                held, gap = hit, gap * _GROWTH
        return held, None

    def _told_apart(self, fit: Fit, clues: Clues) -> tuple[Fit, Clues]:
        """Experiments until one limit alone explains what was seen, or turns or caps are used up."""
        for turn in range(_TURNS):
            if fit.confidence == "high" or (fit.confidence == "medium" and turn >= _ROUNDS):
                break
            limit = fit.limit
            if not self.room(5 * limit.window, limit.quota + 20):
                break
            if Kind.CONCURRENCY in (limit.kind, *(other.kind for other in fit.also)):
                self._flying(fit, turn)
            elif limit.kind is Kind.BUCKET:
                if fit.also and turn % 2:
                    # Used up after a rest, a bucket fills up evenly, and a window is shut for a while.
                    self.rest(limit.window * (2.1 + 0.31 * turn))
                    self.decay([limit.window * 0.6], limit)
                else:
                    clues = self._bucket(fit, clues)
            elif limit.kind is Kind.COUNTER or limit.counts_refused:
                self._silence(limit, turn)
            elif fit.also and turn % 2:
                # Never after the same rest, with which windows of another length may keep step.
                self.rest(limit.window * (2.1 + 0.23 * turn))
                self.split(limit.window, limit.quota)
            else:
                self.rest(limit.window * (1.1 + 0.31 * turn))
                clues = self._window(fit, clues)
            fit = self._fit(clues)
        return fit, clues

    def _flying(self, fit: Fit, turn: int) -> None:
        """Whether a limit lets go when answers end, or by a clock that is about as fast."""
        took, quota = self.took(), fit.limit.quota
        if turn % 2:
            self.rest(took * (1.1 + 0.31 * turn))
            self.split(took, quota)
        else:
            counting = [each.window for each in (fit.limit, *fit.also) if each.counts_refused]
            self.overlap(quota, min(counting, default=0.0))

    def _silence(self, limit: Limit, turn: int) -> None:
        """What two counters have forgotten after more than a window, each time after another time."""
        self.rest(limit.window * 2.1)
        parts = (1.2 + 0.17 * turn, 1.54 - 0.11 * turn)
        self.decay([limit.window * part for part in parts], limit)

    def _bucket(self, fit: Fit, clues: Clues) -> Clues:
        """Streams from an empty bucket until the rate that one shows is the rate that it was made for."""
        rate = fit.limit.rate
        if self.volleys[-1].hits and self.volleys[-1].hits[-1].ok:
            self.burst(self.enough(fit.limit), 3)
        shown = self.stream(rate)
        if shown > rate * 1.5:
            self.burst(self.enough(fit.limit), 3)
            shown = self.stream(shown)
        return replace(clues, rates=(rate, shown))

    def _window(self, fit: Fit, clues: Clues) -> Clues:
        """How long a window is: it is used up at once, and asked again and again where it must end."""
        window, quota = fit.limit.window, fit.limit.quota
        exhausted = self.burst(quota + 8, 3)
        if not exhausted.hits:
            return clues
        start = exhausted.hits[0].arrived
        low, high = max(clues.shortest, window * 0.7), min(clues.longest, window * 1.4)
        if clues.near:
            low, high = window * (1 - 1.7 * fit.spread - 0.01), window * (1 + 1.7 * fit.spread + 0.01)
        gaps = self.end_of(start, low, max(high, low * 1.05), min(16, max(3, quota - 1)))
        if gaps is None:
            return clues
        low, high, _ = gaps
        self.burst(quota + 8, 3)
        clues = replace(clues, shortest=min(low, clues.shortest), longest=max(high, clues.longest))
        return replace(clues, near=high) if high <= low * _CLOSE else clues

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
