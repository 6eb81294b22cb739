"""Requests a second through the suite, beside a plain httpx loop with as many threads on the same bank.

The suite's side does all that a run does: the limiter, the caps, the vault, and every exchange redacted and
written to a results file. Both sides keep connections open, verify the certificate and read the whole body.
"""

from __future__ import annotations

import ssl
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.machine import say
from benchmarks.served import bank
from conformance.conduct import Scope, prepare
from conformance.embedded import description
from conformance.results import Writer
from conformance.session import Session, open_session
from conformance.target import Target
from conformance.tsp import Memory, Tsp

FUNCTION = "deposits.savings-account-product"
SECONDS = 1.0
"""How long each side of a round sends."""
ROUNDS = 3
HURRY = 10_000.0
"""Requests a second that the limiter allows, so that it is not what is measured."""


def rate(threads: int, send: Callable[[], object], seconds: float = SECONDS) -> float:
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


def compared(session: Session, authority: str, threads: int) -> tuple[float, float, float]:
    """Requests a second of the suite and of plain httpx, and the median of their ratios, taken in turns."""
    operation = session.operations[FUNCTION]
    tsp = Tsp(session.traffic, "benchmark", Memory())
    request = tsp.request(operation)
    context = ssl.create_default_context(cafile=authority)
    limits = httpx.Limits(max_connections=threads, max_keepalive_connections=threads)
    with httpx.Client(verify=context, limits=limits, trust_env=False) as client:

        def plain() -> None:
            answer = client.request(request.method, request.url, headers=list(request.headers))
            assert answer.status_code == 200
            assert answer.content

        def ours() -> None:
            assert tsp.send(tsp.request(operation)).status == 200

        plain()
        ours()
        pairs = [(rate(threads, ours), rate(threads, plain)) for _ in range(ROUNDS)]
    here, there = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return here, there, statistics.median(one / other for one, other in pairs)


def main() -> None:
    say("requests a second: the suite with its record, plain httpx, ratio")
    for latency in (0.0, 0.02, 0.05):
        with bank(latency, "benchmarks.cheap") as (url, authority), tempfile.TemporaryDirectory() as folder:
            for threads in (1, 4, 8):
                data = description(url, ca=Path(authority))
                data["limits"] = {"requests_per_second": HURRY, "jobs": threads}
                target = Target.model_validate(data)
                plan, profiles = prepare(target, Scope(phases=("1",)))
                with (
                    Writer(Path(folder, "results.jsonl")) as writer,
                    open_session(target, profiles, plan, record=writer.exchange) as session,
                ):
                    here, there, ratio = compared(session, authority, threads)
                say(
                    f"  {latency * 1000:2.0f} ms added, {threads} at a time: "
                    f"{here:7.0f} {there:7.0f}  {ratio:.2f}"
                )


if __name__ == "__main__":
    main()
