"""Requests by the clock, and the limits that they find."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from conformance.bank.app import Bank
from conformance.bank.limits import LimitPolicy
from conformance.bank.policy import Policy
from conformance.gate import Gate
from conformance.load.fit import Clues, best, impossible, seen_of, tightest
from conformance.load.limiter import Kind, Limit, Seen
from conformance.load.path import NetworkPath
from conformance.load.search import Caps, Measured, Search
from conformance.load.shot import Hit, Shot
from conformance.load.timeline import MemoryPath, Timeline
from conformance.load.volley import Volley, points
from conformance.load.written import serialised
from conformance.model import Request
from conformance.wire import MemoryWire
from tests import limiters
from tests.busy import BusyPath

REQUEST = Request("GET", "https://bank.example/fx-rates", (("Accept", "application/json"),))
KINDS = {
    "token-bucket": Kind.BUCKET,
    "fixed-window": Kind.FIXED,
    "sliding-window": Kind.SLIDING,
    "sliding-counter": Kind.COUNTER,
}


def searched(limits: LimitPolicy, caps: Caps | None = None) -> Measured:
    """A search on the bank in memory, on a clock of its own."""
    clock = Timeline()
    path = MemoryPath(MemoryWire(Bank(replace(Policy(), limits=limits), clock=clock)), clock)
    return Search(REQUEST, caps or Caps(200.0, 600, 60.0), path.fire, path.rest, path.now).run()


COLD = """
0/171.5/200 7/160.3/200 29/142.1/200 29/142.5/200 29/140.5/200 29/137.9/429 40/127.6/429
69/100.9/429 79/88.1/429 84/86.5/429 110/57.3/429 139/27.8/429 139/31.2/429 148/21.4/429
148/21.4/429 148/21.4/429 167/5.2/429 167/5.3/429 167/6.7/429 167/7.0/429 169/4.8/429 195/10008.5/0
10204/10008.6/0 20212/9967.2/200 30180/0.9/200 30185/0.7/200 30190/0.8/429 30195/0.5/429
30200/0.5/429 30225/0.6/429 30236/0.6/429 30251/0.7/429 30274/0.7/429 30307/0.8/429 30357/0.8/429
30433/1.3/200 30437/1.1/429 30442/0.5/429 30447/0.6/429 30508/0.8/429 30586/1.4/200 30664/1.1/429
30742/1.0/429 30822/1.8/200 30898/0.9/429 30976/0.8/429 31054/1.2/200 31132/0.8/429 31210/1.2/200
31288/0.8/429 31366/0.9/429 31445/1.0/200 31522/0.9/429 31601/2.3/200 31678/0.8/429 31757/0.8/429
31835/1.2/200 31912/0.9/429 31991/1.7/200 32069/0.9/429 32146/0.9/429 32225/1.2/200 32303/0.9/429
32381/2.5/200 32459/0.8/429 32537/0.8/429 32615/2.0/200 32693/1.0/429 32771/0.8/429
"""
"""What a bucket of 5 that fills by 5 a second once did: sent at, answered after (both in ms), status.

The bank was cold and busy, so that all answers to the first burst came late, and two later ones never.
"""


def test_what_was_served_at_once_outlives_that_its_answers_were_late() -> None:
    hits = []
    for row in COLD.split():
        sent, took, status = (float(part) for part in row.split("/"))
        at = sent / 1000
        hits.append(Hit(Shot(0.0, REQUEST), at, at, at + took / 1000, int(status)))
    assert impossible(Limit(Kind.BUCKET, 2, 0.4), tightest(hits))
    assert impossible(Limit(Kind.COUNTER, 1, 0.2), tightest(hits))
    assert not impossible(Limit(Kind.BUCKET, 5, 1.0), tightest(hits))
    fit = best(hits, Clues((5, 2), 20.0, 25.0, rates=(5.0,), fastest=200.0))
    assert fit.confidence == "low" or (fit.limit.kind, fit.limit.quota) == (Kind.BUCKET, 5)


@pytest.mark.parametrize("kind", ["token-bucket", "sliding-counter"])
def test_a_bank_that_is_slow_at_first_has_the_same_limit(kind: str) -> None:
    clock = Timeline()
    bank = Bank(replace(Policy(), limits=LimitPolicy(kind=kind, quota=5)), clock=clock)
    path = BusyPath(MemoryWire(bank, clock=clock), clock, 0, cold=0.17)
    found = Search(REQUEST, Caps(200.0, 600, 60.0), path.fire, path.rest, path.now).run()
    assert found.fit is not None
    assert found.fit.confidence != "low"
    assert (found.fit.limit.kind, found.fit.limit.quota) == (KINDS[kind], 5)
    assert found.fit.limit.rate == pytest.approx(5, rel=0.1)


def test_kinds_that_explain_as_much_are_not_told_apart() -> None:
    shot = Shot(0.0, REQUEST)
    served = [Hit(shot, at, at, at + 0.001, 200) for at in (0.0, 0.005, 0.01, 1.0, 1.005, 1.01)]
    refused = [Hit(shot, at, at, at + 0.001, 429) for at in (0.015, 0.02, 0.5, 0.9, 1.015, 1.02)]
    hits = sorted([*served, *refused], key=lambda hit: hit.sent)
    fit = best(hits, Clues((3, 3), 0.9, 1.0, fastest=200.0))
    assert {fit.limit.kind, *(other.kind for other in fit.also)} >= {Kind.FIXED, Kind.SLIDING}
    assert fit.confidence == "low"


REPRESENTATIVES = [
    ("token-bucket", 5),
    ("token-bucket", 50),
    ("fixed-window", 20),
    ("sliding-window", 5),
    ("sliding-counter", 5),
    ("sliding-counter", 20),
]


@pytest.mark.parametrize(("kind", "number"), REPRESENTATIVES)
def test_a_limit_is_found_within_a_tenth_and_named(kind: str, number: int) -> None:
    found = searched(LimitPolicy(kind=kind, quota=number))
    assert found.limit is not None
    assert found.limit.kind is KINDS[kind]
    assert found.limit.rate == pytest.approx(number, rel=0.1)
    assert found.limit.quota == pytest.approx(number, abs=1)


def test_refused_requests_that_count_are_noticed() -> None:
    found = searched(LimitPolicy(kind="sliding-counter", quota=5, counts_refused=True))
    assert found.limit is not None
    assert found.limit.counts_refused
    assert found.limit.rate == pytest.approx(5, rel=0.1)


@pytest.mark.parametrize("window", [0.2, 4.0])
def test_the_length_of_a_window_is_found(window: float) -> None:
    found = searched(LimitPolicy(kind="fixed-window", quota=12, window=window))
    assert found.limit is not None
    assert found.limit.window == pytest.approx(window, rel=0.1)


def test_no_limit_is_claimed_where_there_is_none() -> None:
    found = searched(LimitPolicy())
    assert found.limit is None
    assert not found.refused
    assert found.reason.startswith("none met in 360 requests")


def test_a_queue_is_told_from_a_slow_bank_and_from_a_limit() -> None:
    found = searched(LimitPolicy(kind="token-bucket", quota=10, shapes=True))
    assert found.limit is None
    assert found.delay == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("kind", "number", "seed", "stop"),
    [("fixed-window", 20, 0, 0.06), ("token-bucket", 5, 1, 0.15)],
)
def test_a_busy_machine_makes_no_search_sure_of_a_wrong_number(
    kind: str, number: int, seed: int, stop: float
) -> None:
    clock = Timeline()
    bank = Bank(replace(Policy(), limits=LimitPolicy(kind=kind, quota=number)), clock=clock)
    path = BusyPath(MemoryWire(bank, clock=clock), clock, seed, stop, 0.5)
    found = Search(REQUEST, Caps(200.0, 500, 60.0), path.fire, path.rest, path.now).run()
    assert found.fit is not None
    if found.fit.confidence == "low":
        assert "do not show clearly" in str(found.note("rates")["limit"])
    else:
        assert found.fit.limit.rate == pytest.approx(number, rel=0.1)


def test_answers_that_take_longer_than_refusals_are_as_sure_as_those() -> None:
    shot = Shot(0.0, REQUEST)
    served = [Hit(shot, at, at, at + 0.4 + at / 100, 200) for at in (0.0, 0.1, 0.2)]
    refused = [Hit(shot, at, at, at + 0.05, 429) for at in (0.25, 0.26)]
    late = Hit(shot, 0.3, 0.3, 0.9, 200)
    arrived, sent = seen_of([*served, *refused, late])
    assert [each.sure for each in arrived] == [each.sure for each in sent] == [True] * 5 + [False]


def test_a_search_keeps_to_its_caps() -> None:
    found = searched(LimitPolicy(kind="fixed-window", quota=20, window=100.0), Caps(50.0, 80, 10.0))
    assert len(found.hits) <= 80
    assert found.hits[-1].ended - found.started <= 10.0
    assert not found.recovered
    assert max(Volley(v.hits, v.asked).achieved for v in found.volleys if len(v.hits) > 2) <= 51


def test_a_fault_now_and_then_is_no_limit() -> None:
    clock = Timeline()
    bank = Bank(Policy().evolve("http.fails_every", 7), clock=clock)
    path = MemoryPath(MemoryWire(bank), clock)
    found = Search(REQUEST, Caps(200.0, 300, 60.0), path.fire, path.rest, path.now).run()
    assert found.limit is None


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_a_limit_of_nginx_is_met_and_what_is_sure_of_it_is_right() -> None:
    with limiters.nginx(20, 19) as url:
        found = over_network(url)
    assert found.fit is not None
    if found.fit.confidence != "low":
        assert found.fit.limit.kind is Kind.BUCKET
        assert found.fit.limit.rate == pytest.approx(20, rel=0.15)


@pytest.mark.parametrize(
    ("kind", "number"), [("token-bucket", 50), ("sliding-window", 5), ("fixed-window", 5)]
)
def test_a_long_road_changes_nothing(kind: str, number: int) -> None:
    clock = Timeline()
    bank = Bank(replace(Policy(), limits=LimitPolicy(kind=kind, quota=number)), clock=clock)
    path = BusyPath(MemoryWire(bank, clock=clock), clock, 0, latency=0.05, jitter=0.01)
    found = Search(REQUEST, Caps(200.0, 800, 60.0), path.fire, path.rest, path.now).run()
    assert found.fit is not None
    assert found.fit.confidence != "low"
    assert found.fit.limit.kind is KINDS[kind]
    assert found.fit.limit.rate == pytest.approx(number, rel=0.1)


def test_overtaking_on_the_way_is_no_fault_of_a_limit() -> None:
    served, refused = (
        (Seen(at, at + 0.4, ok=True, slack=0.004) for at in (0.0, 0.007)),
        Seen(0.003, 0.05, False),
    )
    seen = sorted([*served, replace(refused, slack=0.004)], key=lambda each: each.at)
    limits = (Limit(Kind.FIXED, 2, 1.0), Limit(Kind.SLIDING, 2, 1.0), Limit(Kind.CONCURRENCY, 2))
    assert [limit.errors(seen) for limit in limits] == [0, 0, 0]
    sharp = [replace(each, slack=0.0) for each in seen]
    assert all(limit.errors(sharp) for limit in limits)


def over_network(url: str) -> Measured:
    path = NetworkPath(timeout=10)
    try:
        request = replace(REQUEST, url=url)
        return Search(request, Caps(200.0, 300, 12.0), path.fire, path.rest, path.now).run()
    finally:
        path.close()


@contextmanager
def peer(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that treats each connection as told; gives its URL."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=100)
    stopped = threading.Event()

    def accept() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=_treat, args=(serve, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x"
    finally:
        stopped.set()
        listening.close()


def _treat(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection:
        try:
            serve(connection)
        except OSError:
            return


def fired(url: str, shots: int = 3, *, timeout: float = 1.0, rate: float = 100.0) -> list[Hit]:
    path = NetworkPath(timeout=timeout)
    try:
        return path.fire([Shot(index / rate, replace(REQUEST, url=url)) for index in range(shots)])
    finally:
        path.close()


def _slow(connection: socket.socket) -> None:
    while connection.recv(4096):
        time.sleep(0.3)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def test_requests_leave_when_they_are_due_whatever_is_unanswered() -> None:
    with peer(_slow) as url:
        hits = fired(url, 20, rate=100.0, timeout=60)
    assert [hit.status for hit in hits] == [200] * 20
    # One after another they would take six seconds.
    assert max(hit.sent for hit in hits) - min(hit.sent for hit in hits) < 4


def _answering(data: bytes, seconds: float = 0.0) -> Callable[[socket.socket], None]:
    """Answers with these bytes, waits and closes."""

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(data)
        time.sleep(seconds)

    return serve


def _endless(connection: socket.socket, head: bytes, piece: bytes) -> None:
    connection.recv(4096)
    connection.sendall(head)
    while True:
        connection.sendall(piece)


HOSTILE: dict[str, Callable[[socket.socket], None]] = {
    "garbage": _answering(b"\x00\x01 not http at all\r\n\r\n"),
    "closes": _answering(b""),
    "silent": _answering(b"", 3.0),
    "half": _answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
    "endless headers": lambda c: _endless(c, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 200),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_peer_costs_a_hit_and_no_more_than_the_time_cap(kind: str) -> None:
    began = time.monotonic()
    with peer(HOSTILE[kind]) as url:
        hits = fired(url, 3, timeout=1.0)
    assert [hit.status for hit in hits] == [0, 0, 0]
    assert all(hit.fault for hit in hits)
    assert time.monotonic() - began < 30


def test_nobody_listening_costs_a_hit() -> None:
    hits = fired(f"http://127.0.0.1:{limiters.free_port()}/x", 2)
    assert [hit.status for hit in hits] == [0, 0]
    assert "no connection" in hits[0].fault


def test_a_body_without_a_length_ends_with_its_connection() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end")

    with peer(serve) as url:
        hits = fired(url, 2)
    assert [hit.body for hit in hits] == [b"until the end"] * 2


def test_a_volley_ends_when_enough_has_been_seen() -> None:
    path = MemoryPath(MemoryWire(Bank()), Timeline())
    hits = path.fire([Shot(index / 10, REQUEST) for index in range(50)], lambda hit: hit.sent > 1e9 + 0)
    assert len(hits) == 1


def test_a_request_goes_out_exactly_as_written() -> None:
    request = Request("GET", "https://bank.example/a/%2e./b?x=%20&&", (("Accept", "*/*"),))
    assert serialised(request).startswith(b"GET /a/%2e./b?x=%20&& HTTP/1.1\r\nHost: bank.example\r\n")


def test_the_curve_counts_every_request_once() -> None:
    found = searched(LimitPolicy(kind="token-bucket", quota=20))
    curve = points(found.volleys, found.started)
    width = curve[1]["at"] - curve[0]["at"]
    assert sum(point["achieved"] for point in curve) * width == pytest.approx(len(found.hits), rel=0.1)
    assert sum(point["refused"] for point in curve) * width == pytest.approx(len(found.refused), rel=0.15)


def test_a_model_agrees_with_what_it_would_do() -> None:
    seen = [Seen(index / 10, index / 10, index < 3 or index in (10, 11, 12)) for index in range(14)]
    assert Limit(Kind.FIXED, 3, 1.0).errors(seen) == 0
    assert Limit(Kind.FIXED, 4, 1.0).errors(seen) > 0


def test_a_closed_gate_keeps_others_out_and_lets_its_owner_pass() -> None:
    gate, order = Gate(), list[str]()

    def other() -> None:
        with gate.passing():
            order.append("other")

    with gate.closed():
        thread = threading.Thread(target=other)
        thread.start()
        with gate.passing(), gate.closed():
            time.sleep(0.05)
            order.append("owner")
    thread.join(60)
    assert order == ["owner", "other"]
