"""Requests a second through the suite, beside a plain httpx loop with as many threads on the same server.

The suite's side does all that a run does: the limiter, the caps, the vault, and every exchange redacted and
written to a results file. Both sides keep connections open, verify the certificate and read the whole body.
The server is ``benchmarks.cheap``, a process of its own. Ratios are medians of rounds taken in turns.
"""

from __future__ import annotations

import ssl
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx

from benchmarks.machine import say
from benchmarks.served import bank
from conformance.conduct import Scope, prepare
from conformance.embedded import description
from conformance.load.shot import Shot
from conformance.model import Request
from conformance.results import Writer
from conformance.session import open_session
from conformance.target import Target
from conformance.tsp import Memory, Tsp

FUNCTION = "deposits.savings-account-product"
LATENCIES = (0.0, 0.02, 0.05)
WANTED = {0.0: 0.7, 0.02: 0.95, 0.05: 0.95}
FASTER = 4.0
SECONDS = 1.0
"""How long each side of a round sends."""
ROUNDS = 5
SALVO = 4000
HURRY = 10_000.0
"""Requests a second that the limiter allows, so that it is not what is measured."""

Send = Callable[[], object]


def rate(threads: int, send: Send, seconds: float = SECONDS) -> float:
    """Requests a second of so many threads that send one after the other."""
    ends = time.perf_counter() + seconds

    def loop() -> int:
        sent = 0
        while time.perf_counter() < ends:
            send()
            sent += 1
        return sent

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        sent = sum(future.result() for future in [pool.submit(loop) for _ in range(threads)])
    return sent / (time.perf_counter() - begun)


@contextmanager
def suite(url: str, authority: str, threads: int, folder: Path) -> Iterator[tuple[Tsp, Request]]:
    """The suite as a run opens it, and the request that is sent."""
    data = description(url, ca=Path(authority))
    data["limits"] = {"requests_per_second": HURRY, "jobs": threads}
    target = Target.model_validate(data)
    plan, profiles = prepare(target, Scope(phases=("1",)))
    with (
        Writer(folder / "results.jsonl") as writer,
        open_session(target, profiles, plan, record=writer.exchange) as session,
    ):
        tsp = Tsp(session.traffic, "benchmark", Memory())
        yield tsp, tsp.request(session.operations[FUNCTION])


@contextmanager
def plain(request: Request, authority: str, threads: int) -> Iterator[Send]:
    """The same request of one httpx client that so many threads share."""
    context = ssl.create_default_context(cafile=authority)
    limits = httpx.Limits(max_connections=threads, max_keepalive_connections=threads)
    with httpx.Client(verify=context, limits=limits, trust_env=False) as client:

        def send() -> None:
            answer = client.request(request.method, request.url, headers=list(request.headers))
            assert answer.status_code == 200
            assert answer.content

        yield send


def salvo(tsp: Tsp, request: Request) -> float:
    """Requests a second of the fast path, inside all caps but that of the rate."""
    begun = time.perf_counter()
    hits = tsp.volley([Shot(0.0, request)] * SALVO)
    assert {hit.status for hit in hits} == {200}
    return len(hits) / (time.perf_counter() - begun)


def compared(one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float, float]:
    """Both rates and the ratio of the one to the other, medians of rounds taken in turns."""
    one()
    other()
    pairs = [(one(), other()) for _ in range(ROUNDS)]
    rates = [statistics.median(pair[side] for pair in pairs) for side in (0, 1)]
    return rates[0], rates[1], statistics.median(first / second for first, second in pairs)


def shown(what: str, found: tuple[float, float, float], wanted: float) -> None:
    here, there, ratio = found
    say(f"  {what:30} {here:7.0f} {there:7.0f}  {ratio:5.2f}  (wanted: {wanted})")


def main() -> None:
    say("requests a second: the suite with its record, plain httpx, ratio")
    for latency in LATENCIES:
        with bank(latency, "benchmarks.cheap") as (url, authority), tempfile.TemporaryDirectory() as folder:
            for threads in (1, 4, 8):
                with (
                    suite(url, authority, threads, Path(folder)) as (tsp, request),
                    plain(request, authority, threads) as theirs,
                ):
                    ours = partial(tsp.send, request)
                    found = compared(partial(rate, threads, ours), partial(rate, threads, theirs))
                    shown(f"{latency * 1000:.0f} ms added, {threads} at a time", found, WANTED[latency])
            if not latency:
                with (
                    suite(url, authority, 1, Path(folder)) as (tsp, request),
                    plain(request, authority, 1) as theirs,
                ):
                    found = compared(partial(salvo, tsp, request), partial(rate, 1, theirs))
                    shown("fast path, against one thread", found, FASTER)


if __name__ == "__main__":
    main()
