"""Whether the host that a request claims finds its way into links, redirects and pages."""

from __future__ import annotations

from conformance import probe
from conformance.answer import Answer
from conformance.errors import Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_FORWARDED = ("X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "X-HTTP-Host-Override")


def _foreign(operation: Operation) -> str:
    return f"{probe.word('host', operation.id)}.example"


@check(requests=3)
def forwarded_host_ignored(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not believe a client that says, in a forwarding header, which host it has asked."""
    operation = probe.sample(tsp, operations)
    host = _foreign(operation)
    for at, request in _places(tsp, operation):
        for name in _FORWARDED:
            request = request.with_header(name, host)
        request = request.with_header("Forwarded", f"host={host}")
        answer = tsp.send(request)
        finding = _reflected(answer, host, f"{at} with forwarding headers")
        if finding is not None:
            yield finding
            return
    probe.control(tsp, operation)


@check(requests=3)
def wrong_host_not_reflected(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a request for another host, or at least builds no address from it."""
    operation = probe.sample(tsp, operations)
    host = _foreign(operation)
    for at, request in _places(tsp, operation):
        try:
            answer = tsp.send(request.with_header("Host", host))
        except Unreachable:
            continue  # a closed connection is a refusal
        finding = _reflected(answer, host, f"{at} with a foreign Host")
        if finding is not None:
            yield finding
            return
    probe.control(tsp, operation)


def _places(tsp: Tsp, operation: Operation) -> tuple[tuple[str, Request], ...]:
    paging = operation.paging
    small = ((paging.size_parameter, "1"),) if paging is not None and paging.size_parameter else ()
    slash = probe.at_path(tsp.request(operation), probe.path_of(tsp.request(operation)) + "/")
    return (
        ("the function", tsp.request(operation, query=small)),
        ("the function with a slash after it", slash),
    )


def _reflected(answer: Answer, host: str, at: str) -> Finding | None:
    header = next((name for name, value in answer.headers if host in value.lower()), "")
    if not header and host.encode() not in answer.body.lower():
        return None
    return Finding(
        expected="addresses of the bank's own host only",
        actual=f"the foreign host in {f'header {header}' if header else 'the body'} of a {answer.status}",
        at=at,
        exchange=answer.exchange,
    )
