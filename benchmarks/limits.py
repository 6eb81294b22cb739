"""Rate limits found against limits set: ``python -m benchmarks.limits [near] [far] [busy] [--times N]``.

For each server and rate: what was found, how far off, how sure, with how many requests and in what time.
``far`` puts 50 ms of latency and 10 ms of jitter before every server. ``busy`` counts the outcomes of
searches in memory, on a machine that stands still for a moment now and then: what is not sure is not claimed.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import partial

from benchmarks.machine import say
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
OUTCOMES = ("right", "right, not sure", "wrong, not sure", "sure and wrong")
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
        counts = Counter[str]()
        for name, kind in BANK_KINDS.items():
            for number in (5, 20):
                for seed in range(5):
                    clock = Timeline()
                    policy = replace(Policy(), limits=LimitPolicy(kind=name, quota=number))
                    path = BusyPath(MemoryWire(Bank(policy, clock=clock)), clock, seed, stop, 0.5)
                    request = Request("GET", f"https://bank.example{limiters.PATH}")
                    caps = Caps(CEILING, 800, 60.0)
                    found = Search(request, caps, path.fire, path.rest, path.now).run()
                    counts[outcome(found, kind, number)] += 1
        told = ", ".join(f"{counts[each]} {each}" for each in OUTCOMES)
        say(f"busy     stops of {stop * 1000:.0f} ms twice a second: {told}")


def outcome(found: Measured, kind: Kind | None, number: float) -> str:
    """One of the ``OUTCOMES``: what is not sure is not claimed, and no check compares with it."""
    right = off(found, kind, number) <= 0.1
    if found.fit is not None and found.fit.confidence == "low":
        return "right, not sure" if right else "wrong, not sure"
    return "right" if right else "sure and wrong"


def off(found: Measured, kind: Kind | None, number: float) -> float:
    """The part by which a search missed; infinite for another kind, and for a limit where there is none.

    The larger of what it missed the rate by and, beyond one request, the number.
    """
    if found.limit is None or kind is None:
        return 0.0 if found.limit is None and kind is None else float("inf")
    if found.limit.kind is not kind:
        return float("inf")
    quota = max(0, abs(found.limit.quota - number) - 1) / number
    return quota if kind is Kind.CONCURRENCY else max(quota, abs(found.limit.rate / number - 1))


def main() -> None:
    """Prints a line for each search, and in a table how many came out how for each server."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("words", nargs="*", help="near, far, busy, or a part of a server's name")
    words.add_argument("--times", type=int, default=1, help="searches for each server")
    words.add_argument("--minutes", type=float, default=60.0, help="after which no more rounds begin")
    told = words.parse_args()
    ways = [word for word in told.words if word in WAYS] or list(WAYS)
    wanted = [word for word in told.words if word not in WAYS]
    if "busy" in ways:
        busy()
    end = time.monotonic() + told.minutes * 60
    for way in ways:
        if way != "busy":
            _rounds(way, wanted, told.times, end)


def _rounds(way: str, wanted: Sequence[str], times: int, end: float) -> None:
    """Searches each server once in a round, so that a table that is cut short has all of them."""
    table: dict[str, Counter[str]] = {}
    for _ in range(times):
        for name, server, kind, number in servers():
            if wanted and not any(word in name for word in wanted):
                continue
            if time.monotonic() > end:
                break
            counts = table.setdefault(name, Counter())
            counts[_searched(way, name, server, kind, number)] += 1
    if len(table) > 1 or times > 1:
        say(f"\n{way:32}" + "".join(f"{each:>17}" for each in OUTCOMES))
        for name, counts in [*table.items(), ("all", sum(table.values(), Counter()))]:
            say(f"{name:32}" + "".join(f"{counts[each]:17}" for each in OUTCOMES))


def _searched(way: str, name: str, server: Server, kind: Kind | None, number: float) -> str:
    """Searches a server once, prints a line, and gives the outcome."""
    with ExitStack() as stack:
        url = stack.enter_context(server())
        if way == "far":
            url = stack.enter_context(limiters.far(url))
        began = time.monotonic()
        found = measure(url)
        seconds = time.monotonic() - began
    came = outcome(found, kind, number)
    sure = found.fit.confidence if found.fit else ""
    say(
        f"{came:17}{way:5}{name:32}{found.limit or found.reason}"
        f"  off {off(found, kind, number):.1%}  {sure}  {len(found.hits)} requests  {seconds:.1f} s"
    )
    return came


if __name__ == "__main__":
    main()
