"""Slow clients beside others, and banks that are slow themselves."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from functools import partial

import pytest

from conformance.bank.app import Bank
from conformance.bank.policy import Policy
from conformance.bank.serve import serve
from conformance.model import Case, Finding, Level, Plan
from conformance.profile import chosen
from conformance.registry import all_checks
from conformance.session import open_session
from conformance.supply import Supply
from conformance.target import Target
from tests.limiters import haproxy, nginx

FUNCTION = "other.fx-rate"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"
)


def findings(check: str, url: str, budget: float, timeout: float = 1.5) -> list[Finding]:
    """What a check with a budget (seconds) finds at a server on loopback."""
    target = Target.model_validate(
        {
            "bank": {"name": "Test Bank"},
            "base_url": url.removesuffix("/fx-rates"),
            "allow": ["intrusive"],
            "limits": {"requests_per_second": 5000, "timeout": timeout},
            "rate_limit": {"requests": 30, "seconds": 2},
            "functions": {FUNCTION: {"request": {"path": "/fx-rates"}}},
        }
    )
    profiles = chosen(("phase1",), ())
    known = all_checks()[check]
    case = Case("case", "requirement", Level.BEYOND, check, {}, FUNCTION)
    with open_session(target, profiles, Plan((), profiles, 0, "")) as session:
        given = Supply.of(session, case, known, 0).arguments()
        return list(known.function(*given, budget=timedelta(seconds=budget)))


@contextmanager
def one_at_a_time(seconds: float = 0.0) -> Iterator[str]:
    """A server that reads one request after another, each as long as it takes."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head and (data := connection.recv(4096)):
                    head += data
                if b"\r\n\r\n" in head:
                    time.sleep(seconds)
                    connection.sendall(ANSWER)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


@contextmanager
def bank() -> Iterator[str]:
    with serve(Bank(Policy())) as url:
        yield url


def test_a_server_that_a_slow_client_holds_up_is_found() -> None:
    with one_at_a_time() as url:
        # A control that is late itself, since this machine stood still for a moment, lets nothing show.
        tries = (findings("resilience.slow_clients_borne", url, 1.0) for _ in range(3))
        (finding,) = next(filter(None, tries))
    assert finding.actual.startswith("3 of 3 not")


RIGHT: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "nginx": partial(nginx, 1, limit=False),
    "HAProxy": partial(haproxy, 1_000_000),
    "the reference bank": bank,
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_server_that_bears_slow_clients_is_not_blamed(name: str) -> None:
    if " " not in name and not shutil.which(name.lower()):
        pytest.skip(f"{name} is not installed")
    with RIGHT[name]() as url:
        assert not findings("resilience.slow_clients_borne", url, 5.0, 10.0)


@pytest.mark.parametrize(("seconds", "budget"), [(0.15, 0.1), (0.0, 5.0)])
def test_a_function_whose_read_takes_longer_than_its_budget_is_found(seconds: float, budget: float) -> None:
    with one_at_a_time(seconds) as url:
        assert bool(findings("resilience.read_in_time", url, budget, 30.0)) is (seconds > budget)
