"""Traffic keeps to what a target allows, and to what the bank asks for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conformance.authentication import Anonymous
from conformance.errors import Dropped, NoConnection, Refused, Unreachable
from conformance.load.shot import Shot
from conformance.model import Exchange, Request
from conformance.pace import Limits
from conformance.secret import Vault
from conformance.traffic import Traffic
from conformance.wire import MemoryWire, Received

BANK = "https://bank.example"
READ = Request("GET", f"{BANK}/a")
Respond = Callable[[int], tuple[str, list[tuple[str, str]]]]


def traffic(respond: Respond, record: Callable[[Exchange], None] | None = None, **limits: Any) -> Traffic:
    """Traffic to a bank that answers its nth request (from 1) with a status and header fields."""
    count, lock = [0], threading.Lock()

    def app(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with lock:
            count[0] += 1
            number = count[0]
        start_response(*respond(number))
        return [b"{}"]

    vault = Vault()
    allowed = Limits(**{"requests_per_second": 10_000.0, **limits})
    return Traffic(
        MemoryWire(app), BANK, vault=vault, credentials=Anonymous().flow(vault), limits=allowed, record=record
    )


def ok(_: int) -> tuple[str, list[tuple[str, str]]]:
    return "200 OK", []


def test_the_rate_holds_over_all_threads() -> None:
    sender = traffic(ok, requests_per_second=100.0)
    clock = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: sender.send(READ, "case"), range(31)))
    assert time.monotonic() - clock >= 0.29


def test_the_cap_of_requests_holds() -> None:
    sender = traffic(ok, max_requests=3)
    for _ in range(3):
        sender.send(READ, "case")
    with pytest.raises(Refused, match="limit of 3 requests"):
        sender.send(READ, "case")


def test_a_host_that_the_target_does_not_name_is_never_sent_to() -> None:
    for url in ("https://elsewhere.example/a", "http://bank.example/a", "https://bank.example:8443/a"):
        with pytest.raises(Refused, match="not a host that the target names"):
            traffic(ok).send(Request("GET", url), "case")


def test_retry_after_is_obeyed_and_the_answer_then_taken() -> None:
    sender = traffic(lambda n: ("429 Too Many Requests", [("Retry-After", "1")]) if n == 1 else ok(n))
    clock = time.monotonic()
    assert sender.send(READ, "case").status == 200
    assert time.monotonic() - clock >= 1.0


def test_a_bank_that_asks_for_an_hour_is_left_alone() -> None:
    sender = traffic(lambda _: ("503 Service Unavailable", [("Retry-After", "3600")]))
    clock = time.monotonic()
    with pytest.raises(Unreachable, match="come back in 3600 s"):
        sender.send(READ, "case")
    assert time.monotonic() - clock < 60


def test_an_impatient_request_sees_the_429_itself() -> None:
    sender = traffic(lambda _: ("429 Too Many Requests", [("Retry-After", "1")]))
    assert sender.send(READ, "case", patient=False).status == 429


def test_a_bank_that_throttles_below_the_allowed_rate_is_asked_more_slowly() -> None:
    last = [0.0]

    def throttling(_: int) -> tuple[str, list[tuple[str, str]]]:
        now = time.monotonic()
        gap, last[0] = now - last[0], now
        return ok(0) if gap >= 0.04 else ("429 Too Many Requests", [("Retry-After", "0")])

    refused: list[Exchange] = []
    sender = traffic(throttling, lambda e: refused.append(e) if e.status == 429 else None)
    assert {sender.send(READ, "case").status for _ in range(30)} == {200}
    assert len(refused) < 10


class Broken:
    """A wire whose every request fails in one way."""

    def __init__(self, fault: Unreachable) -> None:
        self.fault = fault
        self.sent = 0

    def send(self, request: Request, seconds: float) -> Received:
        self.sent += 1
        raise self.fault

    def close(self) -> None:
        """Nothing is open."""


def broken(fault: Unreachable) -> tuple[Traffic, Broken]:
    vault, wire = Vault(), Broken(fault)
    limits = Limits(requests_per_second=10_000.0)
    return Traffic(wire, BANK, vault=vault, credentials=Anonymous().flow(vault), limits=limits), wire


def ask(sender: Traffic, request: Request, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Unreachable):
            sender.send(request, "case")


def test_a_host_without_connections_is_given_up_after_three() -> None:
    sender, wire = broken(NoConnection("refused"))
    ask(sender, READ, 10)
    assert wire.sent == 3


def test_one_function_without_answers_does_not_silence_the_others() -> None:
    sender, wire = broken(Unreachable("the body is larger than the cap"))
    ask(sender, READ, 5)
    assert wire.sent == 5


def test_a_dropped_read_is_tried_again_and_a_dropped_write_is_not() -> None:
    sender, wire = broken(Dropped("reset"))
    ask(sender, READ, 1)
    assert wire.sent == 3
    ask(sender, Request("POST", f"{BANK}/a", (), b"{}"), 1)
    assert wire.sent == 4


def test_nothing_is_sent_in_a_maintenance_window() -> None:
    vault = Vault()
    wire = Broken(Unreachable("never"))
    sender = Traffic(
        wire,
        BANK,
        vault=vault,
        credentials=Anonymous().flow(vault),
        limits=Limits(),
        closed=lambda _: "the bank is in its maintenance window",
    )
    ask(sender, READ, 1)
    assert wire.sent == 0


def test_every_exchange_is_recorded_also_one_without_an_answer() -> None:
    recorded: list[Exchange] = []
    sender = traffic(ok, recorded.append)
    sender.send(READ, "some/case")
    assert [(e.case, e.status, e.fault) for e in recorded] == [("some/case", 200, "")]


@pytest.mark.parametrize("host", ["[2001:db8::1]:8443", "API.Bank.Example"])
def test_a_host_that_the_file_names_may_be_sent_to_however_it_is_written(host: str) -> None:
    sender = traffic(ok)
    sender.allow_host(host)
    assert sender.knows(f"https://{host.lower()}/x")
    assert sender.send(Request("GET", f"https://{host}/x"), "case").status == 200


def test_a_host_that_nobody_names_is_not_sent_to_by_any_way() -> None:
    sender = traffic(ok)
    stranger = Request("GET", "https://stranger.example/")
    ways: tuple[Callable[[], object], ...] = (
        lambda: sender.send(stranger, "case"),
        lambda: sender.volley([Shot(0.0, stranger)], "case"),
        lambda: sender.converse(stranger, [b""], "case", 0.1),
    )
    for send in ways:
        with pytest.raises(Refused, match="add it under hosts"):
            send()
