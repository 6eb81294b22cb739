"""Request bodies that grow when they are decoded."""

from __future__ import annotations

import zlib
from functools import cache

from conformance import probe
from conformance.errors import Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

GROWN = 64 << 20
"""Bytes that the body has when decoded; some 64 KiB are sent."""


@check(intrusive=True, requests=2)
def bomb_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a compressed request body that decodes to 64 MiB, without a fault and without delay."""
    operation = probe.sample(tsp, operations)
    # Decoders run before routing, so a path that does not exist shows them as well.
    target = probe.nowhere(tsp, operation)
    fields = (*target.headers, ("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    request = Request("POST", target.url, fields, _bomb())
    usual = probe.control(tsp, operation).seconds
    try:
        answer = tsp.send(request, patient=False)
    except Unreachable:
        answer = None  # the connection was closed, which refuses it as well
    if answer is not None and (answer.status >= 500 and answer.status != 501):
        yield Finding(
            expected="413, 415 or another 4xx for a body that grows to 64 MiB",
            actual=f"status {answer.status}",
            at="body with Content-Encoding: gzip",
            exchange=answer.exchange,
        )
    elif answer is not None and answer.seconds > max(5.0, usual * 20):
        yield Finding(
            expected="an answer in about the usual time for a body that grows to 64 MiB",
            actual=f"it took {answer.seconds:.1f} s, where a read took {usual:.1f} s",
            at="body with Content-Encoding: gzip",
            exchange=answer.exchange,
        )
    else:
        probe.control(tsp, operation)


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(GROWN >> 20)) + packer.flush()
