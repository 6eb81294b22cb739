"""Headers, addresses and bodies of growing size."""

from __future__ import annotations

from collections.abc import Iterable

from conformance import probe
from conformance.errors import Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

KIBIBYTE = 1024


@check(intrusive=True, requests=5)
def large_header_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Takes a header field of up to 64 KiB, or refuses it with 431 or another 4xx status, without a fault."""
    operation = probe.sample(tsp, operations)
    sizes = (8, 32, 64)
    requests = (
        (f"{size} KiB", tsp.request(operation).with_header("X-Padding", "a" * size * KIBIBYTE))
        for size in sizes
    )
    yield from _met(tsp, operation, requests, "431", "header")


@check(intrusive=True, requests=5)
def long_address_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Takes an address of up to 64 KiB, or refuses it with 414 or another 4xx status, without a fault."""
    operation = probe.sample(tsp, operations)
    name = probe.word("padding")
    requests = (
        (f"{size} KiB", probe.with_query(tsp.request(operation), f"{name}={'a' * size * KIBIBYTE}"))
        for size in (8, 32, 64)
    )
    yield from _met(tsp, operation, requests, "414", "query")


@check(intrusive=True, requests=3)
def large_body_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a body of 4 MiB at a path that does not exist with a 4xx status, without a fault."""
    operation = probe.sample(tsp, operations)
    target = probe.nowhere(tsp, operation)
    fields = target.with_header("Content-Type", "application/json").headers
    body = b'"' + b"a" * (4 * KIBIBYTE * KIBIBYTE) + b'"'
    yield from _met(tsp, operation, (("4 MiB", Request("POST", target.url, fields, body)),), "413", "body")


def _met(
    tsp: Tsp, operation: Operation, requests: Iterable[tuple[str, Request]], wanted: str, at: str
) -> Findings:
    for size, request in requests:
        try:
            answer = tsp.send(request, patient=False)
        except Unreachable:
            probe.control(tsp, operation)  # a closed connection refuses as well; the bank must live on
            continue
        if answer.status >= 500 and answer.status != 501:
            yield Finding(
                expected=f"{wanted} or another 4xx status for a {at} of {size}",
                actual=f"status {answer.status}",
                at=at,
                exchange=answer.exchange,
            )
            return
    probe.control(tsp, operation)
