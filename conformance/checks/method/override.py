"""TRACE, and headers that change the method behind a gateway's back."""

from __future__ import annotations

from conformance import probe
from conformance.errors import NotApplicable, Unreachable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_HEADERS = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@check(requests=1)
def trace_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses TRACE, which plays a request with its headers back."""
    operation = probe.sample(tsp, operations)
    marker = probe.word("trace", operation.id)
    # RFC 9110, 9.3.8: no credentials in a TRACE.
    request = probe.with_method(tsp.request(operation, credentials=False), "TRACE")
    answer = tsp.send(request.with_header("X-Marker", marker))
    if answer.ok or marker.encode() in answer.body:
        echoed = ", with the header of the request" if marker in answer.text() else ""
        yield Finding(
            expected="405 or another refusal of TRACE",
            actual=f"status {answer.status}{echoed}",
            at="method TRACE",
            exchange=answer.exchange,
        )


@check(requests=9)
def override_ignored(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not let a header or a parameter change the method of a request."""
    operation = probe.sample(tsp, operations)
    plain = tsp.call(operation)
    if not plain.body:
        raise NotApplicable("the function answers without a body, so that no change of method would show")
    request, data = tsp.request(operation), probe.has_rows(operation, plain)
    wrong = {f"header {name}": request.with_header(name, probe.UNKNOWN_METHOD) for name in _HEADERS}
    wrong["query parameter _method"] = probe.with_query(request, f"_method={probe.UNKNOWN_METHOD}")
    honoured = False
    for at, each in wrong.items():
        answer = tsp.send(each)
        other = answer.ok and data and not probe.has_rows(operation, answer) and _taken(tsp, operation, at)
        if answer.status in (405, 501) or other:
            honoured = True
            yield Finding(
                expected=f"the {operation.method} that was sent, or a refusal of the {at.split()[0]}",
                actual=f"status {answer.status}{', without the data' if other else ''}: the method that it "
                "names was taken instead",
                at=at,
                exchange=answer.exchange,
            )
    if not honoured and data:
        for finding in _posted(tsp, operation):
            honoured = True
            yield finding
    if not honoured:
        probe.control(tsp, operation)


def _posted(tsp: Tsp, operation: Operation) -> Findings:
    """A POST that says it is the read: many frameworks let no other method be changed.

    It is sent where the path says that it has no POST, so that nothing can come of it but a refusal.
    """
    try:
        refusal = probe.asked(tsp, probe.unknown_method(tsp, operation))
    except Unreachable:
        return
    allowed = {name.strip().upper() for value in refusal.values("Allow") for name in value.split(",")}
    if operation.method != "GET" or refusal.status != 405 or "GET" not in allowed or "POST" in allowed:
        return
    post = probe.with_method(tsp.request(operation), "POST")
    if probe.asked(tsp, post).ok:
        return
    for at, request in (
        *((f"header {name}", post.with_header(name, "GET")) for name in _HEADERS),
        ("query parameter _method", probe.with_query(post, "_method=GET")),
    ):
        answer = tsp.send(request)
        if answer.ok and probe.has_rows(operation, answer):
            yield Finding(
                expected="405 for the POST that was sent, as without it",
                actual=f"status {answer.status} with the data: the GET that it names was taken instead",
                at=at,
                exchange=answer.exchange,
            )


def _taken(tsp: Tsp, operation: Operation, at: str) -> bool:
    """Whether a parameter that means nothing leaves the data, so that it is the method that does not."""
    if at.startswith("header"):
        return True
    neutral = probe.with_query(tsp.request(operation), f"{probe.word('override')}={probe.UNKNOWN_METHOD}")
    return probe.has_rows(operation, probe.asked(tsp, neutral))
