"""Rate limits found against limits set: ``python -m benchmarks.limits [near] [far] [busy]``.

For each server and rate: what was found, how far off, how sure, with how many requests and in what time.
``far`` puts 50 ms of latency and 10 ms of jitter before every server. ``busy`` counts the outcomes of
searches in memory, on a machine that stands still for a moment now and then: what is not sure is not claimed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import partial

from conformance.bank.app import Bank
from conformance.bank.limits import LimitPolicy
from conformance.bank.policy import Policy
from conformance.load.limiter import Kind
from conformance.load.path import NetworkPath
from conformance.load.search import Caps, Measured, Search
from conformance.load.timeline import Timeline
from conformance.model import Request
from conformance.wire import MemoryWire
from tests import limiters
from tests.busy import BusyPath

Server = Callable[[], AbstractContextManager[str]]
CEILING = 200.0
"""Requests a second that a search may send."""
WAYS = ("near", "far", "busy")
BANK_KINDS = {
    "token-bucket": Kind.BUCKET,
    "fixed-window": Kind.FIXED,
    "sliding-window": Kind.SLIDING,
    "sliding-counter": Kind.COUNTER,
}


def servers() -> Iterator[tuple[str, Server, Kind | None, float]]:
    """Name, server, the kind that is right, the number that is (requests a second, or at a time)."""
    for n in (5, 20, 50):
        yield f"nginx limit_req {n}/s burst {n}", partial(limiters.nginx, n, n - 1), Kind.BUCKET, n
        yield f"HAProxy {n} in 1 s", partial(limiters.haproxy, n), Kind.COUNTER, n
        for name, kind in BANK_KINDS.items():
            yield f"bank {name} {n}/s", partial(limiters.bank, name, n), kind, n
        slow = partial(limiters.bank, "concurrency", n, seconds=0.4)
        yield f"bank concurrency {n}", slow, Kind.CONCURRENCY, n
    yield "nginx without a limit", partial(limiters.nginx, 1, limit=False), None, 0
    yield "bank without a limit", partial(limiters.bank, "none", 1), None, 0


def measure(url: str) -> Measured:
    """One search over the network."""
    path = NetworkPath(timeout=10)
    try:
        request = Request("GET", url, (("Accept", "application/json"),))
        return Search(request, Caps(CEILING, 800, 60.0), path.fire, path.rest, path.now).run()
    finally:
        path.close()


def busy() -> None:
    """Prints how many searches of how many were right, not sure, and sure of what is wrong."""
    for stop in (0.02, 0.06, 0.15):
        counts = dict.fromkeys(("right", "right, not sure", "wrong, not sure", "sure and wrong"), 0)
        for name, kind in BANK_KINDS.items():
            for number in (5, 20):
                for seed in range(5):
                    clock = Timeline()
                    policy = replace(Policy(), limits=LimitPolicy(kind=name, quota=number))
                    path = BusyPath(MemoryWire(Bank(policy, clock=clock)), clock, seed, stop, 0.5)
                    request = Request("GET", f"https://bank.example{limiters.PATH}")
                    caps = Caps(CEILING, 800, 60.0)
                    found = Search(request, caps, path.fire, path.rest, path.now).run()
                    right = off(found, kind, number) <= 0.1
                    sure = found.fit is not None and found.fit.confidence != "low"
                    words = ("right" if right else "sure and wrong") if sure else None
                    counts[words or ("right, not sure" if right else "wrong, not sure")] += 1
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        print(f"busy     stops of {stop * 1000:.0f} ms twice a second: {told}", flush=True)  # noqa: T201


def off(found: Measured, kind: Kind | None, number: float) -> float:
    """The part by which a search missed; infinite for another kind, and for a limit where there is none."""
    if found.limit is None or kind is None:
        return 0.0 if found.limit is None and kind is None else float("inf")
    if found.limit.kind is not kind:
        return float("inf")
    met = found.limit.quota if kind is Kind.CONCURRENCY else found.limit.rate
    return abs(met / number - 1)


def main() -> None:
    """Prints a line for each server."""
    ways = [word for word in sys.argv[1:] if word in WAYS] or list(WAYS)
    wanted = [word for word in sys.argv[1:] if word not in WAYS]
    if "busy" in ways:
        busy()
    for way in ways:
        if way == "busy":
            continue
        for name, server, kind, number in servers():
            if wanted and not any(word in name for word in wanted):
                continue
            with ExitStack() as stack:
                url = stack.enter_context(server())
                if way == "far":
                    url = stack.enter_context(limiters.far(url))
                began = time.monotonic()
                found = measure(url)
                seconds = time.monotonic() - began
            missed = off(found, kind, number)
            sure = found.fit.confidence if found.fit else ""
            # What is not sure is not claimed: the report says so, and no check compares with it.
            verdict = "ok " if missed <= 0.1 else "not told" if sure == "low" else "BAD"
            print(  # noqa: T201
                f"{verdict:8} {way:5}{name:32}{found.limit or found.reason}"
                f"  off {missed:.1%}  {sure}  {len(found.hits)} requests  {seconds:.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
