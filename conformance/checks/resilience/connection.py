"""Connections: kept between requests, and broken off in the middle of one."""

from __future__ import annotations

from datetime import timedelta

from conformance import probe
from conformance.errors import Inconclusive, NotApplicable
from conformance.load.load import Load
from conformance.load.search import Measured
from conformance.load.shot import Hit, Shot
from conformance.load.written import serialised
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_TIMES = 5
_FEW = 3
_GAP = 0.1


@check(requests=1)
def connection_kept(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Keeps the connection open after an answer, so that the next request needs no new handshake."""
    answer = tsp.call(probe.sample(tsp, operations))
    told = (answer.header("Connection") or "").lower()
    if "close" in {word.strip() for word in told.split(",")}:
        yield Finding(
            expected="a connection that stays open",
            actual="Connection: close",
            at="header Connection",
            exchange=answer.exchange,
        )


@check(intrusive=True, requests=15)
def broken_upload_survived(load: Load) -> Findings:
    """Serves others as before when uploads break off in the middle."""
    plain = load.request()
    upload = Request(
        "POST",
        f"{plain.url.split('?')[0].rstrip('/')}/x7f3nowhere",
        (*plain.headers, ("Content-Type", "application/json")),
        b'"' + b"a" * 4096 + b'"',
    )
    found = load.measured()
    with load.alone():
        load.refresh(found)
        shots = [Shot(index * _apart(found, 1 / load.caps.rate), plain) for index in range(4)]
        odd = next((hit for hit in load.fire(shots) if not hit.ok), None)
        if odd is not None:
            raise Inconclusive(f"control request refused: the correct request was answered {odd.status}")
        for _ in range(_TIMES):
            load.tsp.path.cut(upload, 1024)
        load.refresh(found)
        after = load.fire(shots)
    bad = [hit for hit in after if hit.status >= 500 or hit.status == 0]
    if bad:
        yield Finding(
            expected=f"the same request served after {_TIMES} uploads that broke off",
            actual=f"status {bad[0].status}" if bad[0].status else bad[0].fault,
            at="after broken uploads",
            exchange=bad[0].exchange,
        )


@check(intrusive=True, requests=12)
def slow_clients_borne(load: Load, *, budget: timedelta) -> Findings:
    """Serves others in time while a few clients send slowly or do not read their answers."""
    plain = load.request()
    whole = serialised(plain)
    head = whole.partition(b"\r\n\r\n")[0]
    upload = head.replace(plain.method.encode(), b"POST", 1) + b"\r\nContent-Length: 100\r\n\r\n{"
    found = load.measured()
    with load.alone():
        load.refresh(found)
        shots = [Shot(index * _apart(found, _GAP), plain) for index in range(_FEW)]
        calm = load.fire(shots)
        odd = next((hit for hit in calm if not hit.ok), None)
        if odd is not None:
            raise Inconclusive(f"control request refused: the correct request was answered {odd.status}")
        load.refresh(found)
        hits = load.tsp.volley(shots, beside=[head, upload, whole] * 2)
    if not hits:
        raise NotApplicable("slow clients show on real connections only")
    bad = [hit for hit in hits if hit.status == 0 or hit.status >= 500 or _late(hit, budget)]
    if bad and not any(_late(hit, budget) for hit in calm):
        yield Finding(
            expected=f"the same request served within {budget.total_seconds():g} s beside six slow clients",
            actual=f"{len(bad)} of {len(hits)} not: {bad[0].fault or f'status {bad[0].status}'} "
            f"after {bad[0].seconds:.1f} s",
            at="requests beside slow clients",
            exchange=bad[0].exchange,
        )


def _apart(found: Measured, usual: float) -> float:
    """Seconds between requests: more than ``usual`` where a limit serves fewer than these at once."""
    if found.limit is None or not found.limit.window or found.run >= 4:
        return usual
    return max(usual, 1.5 / found.limit.rate)


def _late(hit: Hit, budget: timedelta) -> bool:
    return hit.seconds > budget.total_seconds()
