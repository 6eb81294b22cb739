"""A bank in memory: shots one after another, on the bank's own clock where that only moves when told to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from conformance.errors import Inconclusive
from conformance.load.shot import EXCERPT, Hit, Shot, Talk, Until
from conformance.model import Request
from conformance.wire import MemoryWire, Wire

START = 1_767_236_400.0


class Timeline:
    """A clock that stands still until somebody waits: minutes of limits pass in no time, always the same."""

    def __init__(self, start: float = START) -> None:
        self._at = start

    def __call__(self) -> float:
        return self._at

    def sleep(self, seconds: float) -> None:
        """Moves the clock on."""
        self._at += max(0.0, seconds)

    def turn(self, moment: float) -> None:
        """Sets the clock, also back: to follow what happens at the same time one after another."""
        self._at = moment


class RealTime:
    """The clock of the machine."""

    def __call__(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(max(0.0, seconds))


class MemoryPath:
    """Calls a wire one shot at a time; answers take no time by a ``Timeline``."""

    def __init__(self, wire: Wire, clock: Timeline | RealTime | None = None, timeout: float = 15.0) -> None:
        self._wire = wire
        self._clock = clock or RealTime()
        self._timeout = timeout
        self._fresh = 0

    def now(self) -> float:
        return self._clock()

    def rest(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def fire(self, shots: Sequence[Shot], until: Until | None = None) -> list[Hit]:
        start, hits = self.now(), []
        latest = start
        for shot in shots:
            due = start + shot.at
            if isinstance(self._clock, Timeline):
                # Every shot leaves in time, as if there were as many connections as it takes.
                self._clock.turn(due)
            elif due > self.now():
                self._clock.sleep(due - self.now())
            hit = self._one(shot, due)
            hits.append(hit)
            latest = max(latest, hit.ended)
            if until is not None and until(hit):
                break
        self._clock.sleep(latest - self.now())
        return hits

    def _one(self, shot: Shot, due: float) -> Hit:
        sent = self.now()
        if shot.version == "2":
            return Hit(shot, due, sent, sent, 0, fault="HTTP/2 is spoken over TLS alone")
        wire = self._wire
        usual = wire.port if isinstance(wire, MemoryWire) else 0
        if shot.fresh and isinstance(wire, MemoryWire):
            self._fresh += 1
            wire.port = usual + self._fresh
        if isinstance(wire, MemoryWire):
            wire.version = shot.version
        try:
            got = wire.send(shot.request, self._timeout)
        except Inconclusive as fault:
            return Hit(shot, due, sent, self.now(), 0, fault=fault.reason)
        finally:
            if isinstance(wire, MemoryWire):
                wire.port, wire.version = usual, "1.1"
        body = got.body[:EXCERPT]
        return Hit(shot, due, sent, self.now(), got.status, got.headers, body, got.wire_bytes)

    def cut(self, request: Request, sent: int) -> None:
        told = request.with_header("Content-Length", str(len(request.body)))
        self._one(Shot(0.0, replace(told, body=request.body[:sent])), self.now())

    def converse(self, request: Request, pieces: Sequence[bytes], patience: float) -> Talk | None:
        return None

    def beside(self, pieces: Sequence[bytes], shots: Sequence[Shot]) -> list[Hit] | None:
        return None

    def close(self) -> None:
        """Nothing stays open."""
