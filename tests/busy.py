"""A bank in memory as a busy machine shows it: every now and then either side stands still for a moment."""

from __future__ import annotations

import heapq
import math
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
        start, left = self.now(), 0.0
        landed: list[Hit] = []
        # What comes next, by the clock: a shot arrives at the bank, or its answer at the client.
        coming: list[tuple[float, int, Shot | Hit]] = []
        sent: dict[int, float] = {}
        hits: dict[int, Hit] = {}

        def come(to: float) -> bool:
            while coming and coming[0][0] <= to:
                at, index, what = heapq.heappop(coming)
                if isinstance(what, Hit):
                    landed.append(what)
                    if until is not None and until(what):
                        return True
                    continue
                self.clock.turn(at)
                got = self.wire.send(what.request, 15)
                ended = self._free(at + self._way(), client=True)
                due, body = start + what.at, got.body
                hit = Hit(what, due, sent[index], ended, got.status, got.headers, body, got.wire_bytes)
                hits[index] = hit
                heapq.heappush(coming, (ended, index, hit))
            return False

        stopped = False
        for index, shot in enumerate(shots):
            left = max(self._free(start + shot.at, client=True), left + 1e-5)
            stopped = stopped or come(left)
            if stopped:
                break
            sent[index] = left
            heapq.heappush(coming, (self._free(left + self._way(), client=False), index, shot))
        until = None
        come(math.inf)
        self.clock.turn(max((hit.ended for hit in hits.values()), default=start))
        return [hits[index] for index in sorted(hits)]

    def _way(self) -> float:
        return max(0.0002, self.latency / 2 + self.random.uniform(-self.jitter, self.jitter) / 2)

    def _free(self, at: float, *, client: bool) -> float:
        """The moment from which on that side runs again."""
        for begun, ended, its in self.stops:
            if its is client and begun <= at < ended:
                at = ended
        return at
