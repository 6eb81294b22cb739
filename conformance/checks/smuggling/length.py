"""A request with two statements of its length."""

from __future__ import annotations

from conformance import probe
from conformance.errors import Inconclusive, Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_BODY = b"{}"
_CHUNKED = len(b"2\r\n{}\r\n0\r\n\r\n")
"""Bytes of the body in chunks. As Content-Length it makes both readings end at the same byte.

So nothing is left over that could be taken for a request of somebody else.
"""


@check(intrusive=True, requests=4)
def conflicting_lengths_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a request with both Content-Length and Transfer-Encoding, or closes the connection after it."""
    operation = probe.sample(tsp, operations)
    target = probe.nowhere(tsp, operation)
    fields = target.with_header("Content-Type", "application/json").headers
    usual = tsp.send(Request("POST", target.url, fields, _BODY), patient=False)
    both = (*fields, ("Content-Length", str(_CHUNKED)), ("Transfer-Encoding", "chunked"))
    try:
        answer = tsp.send(Request("POST", target.url, both, _BODY), patient=False)
    except Unreachable:
        probe.control(tsp, operation)
        return
    if usual.status == 400:
        raise Inconclusive("a path that does not exist is answered 400 in any case, so that no refusal shows")
    closes = "close" in (answer.header("Connection") or "").lower() or answer.http_version.startswith(
        "HTTP/2"
    )
    if answer.status == usual.status and not closes:
        yield Finding(
            expected="400, or Connection: close, for a request with Content-Length and Transfer-Encoding",
            actual=f"status {answer.status} as without the conflict, and the connection stays open",
            at="header Transfer-Encoding",
            exchange=answer.exchange,
        )
        return  # what follows on this connection may be answered for what was left of this request
    probe.control(tsp, operation)
