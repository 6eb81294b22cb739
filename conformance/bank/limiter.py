"""The kinds of rate limit: each counts the requests of one caller."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from conformance.bank.limits import LimitPolicy


@dataclass(slots=True)
class Decision:
    """Whether a request is served, how many more are, and the seconds until the next one is."""

    served: bool
    remaining: int
    wait: float


class Limiter(Protocol):
    """Counts the requests of one caller."""

    def take(self, now: float) -> Decision:
        """Count one request."""
        ...

    def refund(self) -> None:
        """Count the last request out again."""
        ...


class TokenBucket:
    """Fills at a steady rate up to its size; each request takes a token."""

    def __init__(self, policy: LimitPolicy) -> None:
        self.size = float(policy.quota)
        self.rate = policy.quota / policy.window
        self.tokens = self.size
        self.last = -math.inf

    def take(self, now: float) -> Decision:
        if self.last > -math.inf:
            self.tokens = min(self.size, self.tokens + (now - self.last) * self.rate)
        self.last = now
        if self.tokens < 1 - 1e-9:
            return Decision(False, 0, (1 - self.tokens) / self.rate)
        self.tokens -= 1
        return Decision(True, int(self.tokens), (1 - self.tokens) / self.rate if self.tokens < 1 else 0.0)

    def refund(self) -> None:
        self.tokens = min(self.size, self.tokens + 1)


class FixedWindow:
    """Counts from zero in each window; a window begins with the first request after the last one."""

    def __init__(self, policy: LimitPolicy) -> None:
        self.policy = policy
        self.begun = -math.inf
        self.used = 0

    def take(self, now: float) -> Decision:
        if now >= self.begun + self.policy.window:
            self.begun, self.used = now, 0
        left = self.begun + self.policy.window - now
        served = self.used < self.policy.quota
        self.used += served
        return Decision(served, self.policy.quota - self.used, left)

    def refund(self) -> None:
        self.used = max(0, self.used - 1)


class SlidingWindow:
    """Keeps the time of every request, and serves as many as fit into the window that ends now."""

    def __init__(self, policy: LimitPolicy) -> None:
        self.policy = policy
        self.kept: deque[float] = deque()

    def take(self, now: float) -> Decision:
        while self.kept and self.kept[0] <= now - self.policy.window:
            self.kept.popleft()
        served = len(self.kept) < self.policy.quota
        if served or self.policy.counts_refused:
            self.kept.append(now)
        nth = self.kept[-self.policy.quota] if len(self.kept) >= self.policy.quota else now
        wait = nth + self.policy.window - now if len(self.kept) >= self.policy.quota else 0.0
        return Decision(served, max(0, self.policy.quota - len(self.kept)), wait)

    def refund(self) -> None:
        if self.kept:
            self.kept.pop()


class SlidingCounter:
    """Counts in windows, and takes the last one in part: what gateways keep instead of every time."""

    def __init__(self, policy: LimitPolicy) -> None:
        self.policy = policy
        self.begun = -math.inf
        self.before = self.used = 0

    def take(self, now: float) -> Decision:
        window, quota = self.policy.window, self.policy.quota
        if self.begun == -math.inf or now >= self.begun + 2 * window:
            self.begun, self.before, self.used = now, 0, 0
        elif now >= self.begun + window:
            self.begun, self.before, self.used = self.begun + window, self.used, 0
        past = self.before * (1 - (now - self.begun) / window)
        served = self.used + past < quota
        self.used += served or self.policy.counts_refused
        return Decision(served, max(0, math.ceil(quota - self.used - past)), self._wait(now))

    def refund(self) -> None:
        self.used = max(0, self.used - 1)

    def _wait(self, now: float) -> float:
        """Until the weight of what was counted is below the quota."""
        window, quota = self.policy.window, self.policy.quota
        if self.used >= quota:
            return self.begun + window - now + window * (1 - quota / self.used) + 1e-6
        past = self.before * (1 - (now - self.begun) / window)
        return (self.used + past - quota) / self.before * window + 1e-6 if self.used + past >= quota else 0.0


class Concurrency:
    """Serves so many requests at a time; `refund` ends one."""

    def __init__(self, policy: LimitPolicy) -> None:
        self.quota = policy.quota
        self.flying = 0

    def take(self, now: float) -> Decision:
        if self.flying >= self.quota:
            return Decision(False, 0, 1.0)
        self.flying += 1
        return Decision(True, self.quota - self.flying, 0.0)

    def refund(self) -> None:
        self.flying -= 1


KINDS: dict[str, type[TokenBucket | FixedWindow | SlidingWindow | SlidingCounter | Concurrency]] = {
    "token-bucket": TokenBucket,
    "fixed-window": FixedWindow,
    "sliding-window": SlidingWindow,
    "sliding-counter": SlidingCounter,
    "concurrency": Concurrency,
}
