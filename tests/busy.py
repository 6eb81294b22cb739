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
    of the bank.
    """

    def __init__(self, wire: MemoryWire, clock: Timeline, seed: int, stop: float, every: float) -> None:
        super().__init__(wire, clock)
        self.wire, self.clock, self.random = wire, clock, random.Random(seed)
        self.stops: list[tuple[float, float, bool]] = []
        at = clock()
        while at < clock() + 200:
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
            arrived = self._free(left + self.random.uniform(0.0003, 0.001), client=False)
            self.clock.turn(arrived)
            got = self.wire.send(shot.request, 15)
            ended = self._free(arrived + self.random.uniform(0.0005, 0.002), client=True)
            hits.append(Hit(shot, due, left, ended, got.status, got.headers, got.body, got.wire_bytes))
            waiting.append(hits[-1])
            latest = max(latest, ended)
        self.clock.turn(latest)
        return hits

    def _free(self, at: float, *, client: bool) -> float:
        """The moment from which on that side runs again."""
        for begun, ended, its in self.stops:
            if its is client and begun <= at < ended:
                at = ended
        return at
