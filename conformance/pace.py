"""The pace of a run: when the next request may leave, and how many there may be, for all threads together."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from conformance.errors import Refused

SLOWEST = 2.0
"""Seconds between requests to a bank that throttles whatever the rate."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a target allows: requests a second, requests and seconds in all (0: no cap), seconds a request."""

    requests_per_second: float = 10.0
    max_requests: int = 0
    max_seconds: float = 0.0
    request_seconds: float = 30.0


class Pace:
    """Lets requests leave one after the other, slower where the bank throttles, until the caps are reached.

    Every method that lets something leave raises ``Refused`` when the requests or the time are spent.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._interval = 1.0 / limits.requests_per_second
        self._next_slot = 0.0
        self._pause_until = 0.0

    @property
    def interval(self) -> float:
        """Seconds between two requests, as the target allows and the bank bears them."""
        with self._lock:
            return self._interval

    def answered(self, *, throttled: bool) -> None:
        """Slows down for a bank that throttles below the rate it was allowed, and recovers by and by."""
        allowed = 1.0 / self.limits.requests_per_second
        with self._lock:
            changed = max(self._interval * 2, 0.05) if throttled else self._interval * 0.97
            self._interval = max(allowed, min(changed, SLOWEST))

    def pause(self, seconds: float) -> None:
        """Holds patient requests back, as the bank has asked."""
        with self._lock:
            self._pause_until = max(self._pause_until, time.monotonic() + seconds)

    def take_turn(self, waits: bool = True) -> None:
        """Waits for this thread's place in the rate; an impatient probe does not wait out a pause."""
        with self._lock:
            self._counted()
            self.seconds_left()
            now = time.monotonic()
            earliest = max(now, self._next_slot, self._pause_until if waits else 0.0)
            most = self.limits.max_seconds
            if most and earliest - self._began > most:
                raise Refused(f"the limit of {most:.0f} seconds ends before the bank may be asked again")
            self.requests += 1
            self._next_slot = earliest + self._interval
        if earliest > now:
            time.sleep(earliest - now)

    def room(self, wanted: int) -> int:
        """How many of the requests that are to leave by a clock of their own may do so."""
        with self._lock:
            self.seconds_left()
            if wanted:
                self._counted()
            cap = self.limits.max_requests
            return min(wanted, max(0, cap - self.requests)) if cap else wanted

    def sent(self, number: int) -> None:
        """Counts requests that have left by a clock of their own."""
        with self._lock:
            self.requests += number

    def seconds_left(self) -> float:
        """Seconds that the next request may take."""
        most = self.limits.max_seconds
        if not most:
            return self.limits.request_seconds
        left = most - (time.monotonic() - self._began)
        if left <= 0:
            raise Refused(f"the limit of {most:.0f} seconds is reached; raise limits.max_time, or --max-time")
        return min(left, self.limits.request_seconds)

    def _counted(self) -> None:
        cap = self.limits.max_requests
        if cap and self.requests >= cap:
            raise Refused(
                f"the limit of {cap} requests is reached; raise limits.max_requests, or --max-requests"
            )
