"""A bank in memory as a busy machine shows it: every now and then either side stands still for a moment."""

from __future__ import annotations

import random
from collections.abc import Sequence

from conformance.load.shot import Hit, Shot, Until
from conformance.load.timeline import MemoryPath, Timeline
from conformance.wire import MemoryWire


class BusyPath(MemoryPath):
    """Shots that are late, and answers that are long on their way, by a clock that stands still otherwise.

    A stop lasts ``stop`` seconds on average, and one comes every ``every`` seconds; each is of the client or
    of the bank. The bank's first ``cold`` seconds are a stop, too. An answer is ``latency`` seconds on its
    way, give or take ``jitter``.
    """

    def __init__(
        self,
        wire: MemoryWire,
        clock: Timeline,
        seed: int,
        stop: float = 0.0,
        every: float = 0.5,
        *,
        cold: float = 0.0,
        latency: float = 0.002,
        jitter: float = 0.001,
    ) -> None:
        super().__init__(wire, clock)
        self.latency, self.jitter = latency, jitter
        self.wire, self.clock, self.random = wire, clock, random.Random(seed)
        self.stops: list[tuple[float, float, bool]] = [(clock(), clock() + cold, False)] if cold else []
        at = clock()
        while stop and at < clock() + 200:
            at += self.random.expovariate(1 / every)
            self.stops.append((at, at + self.random.expovariate(1 / stop), self.random.random() < 0.5))

    def fire(self, shots: Sequence[Shot], until: Until | None = None) -> list[Hit]:
        start = latest = self.now()
        hits: list[Hit] = []
        waiting: list[Hit] = []
        left = 0.0
        for shot in shots:
            due = start + shot.at
            left = max(self._free(due, client=True), left + 1e-5)
            landed = sorted((hit for hit in waiting if hit.ended <= left), key=lambda hit: hit.ended)
            waiting = [hit for hit in waiting if hit.ended > left]
            if until is not None and any(until(hit) for hit in landed):
                break
            arrived = self._free(left + self._way(), client=False)
            self.clock.turn(arrived)
            got = self.wire.send(shot.request, 15)
            ended = self._free(arrived + self._way(), client=True)
            hits.append(Hit(shot, due, left, ended, got.status, got.headers, got.body, got.wire_bytes))
            waiting.append(hits[-1])
            latest = max(latest, ended)
        self.clock.turn(latest)
        return hits

    def _way(self) -> float:
        return max(0.0002, self.latency / 2 + self.random.uniform(-self.jitter, self.jitter) / 2)

    def _free(self, at: float, *, client: bool) -> float:
        """The moment from which on that side runs again."""
        for begun, ended, its in self.stops:
            if its is client and begun <= at < ended:
                at = ended
        return at
