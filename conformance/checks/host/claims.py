"""Whether a header that a client adds gets around the credentials that a path asks for."""

from __future__ import annotations

from conformance import probe
from conformance.errors import Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_INSIDE = "127.0.0.1"
_FROM = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "X-Originating-IP", "X-Remote-IP", "X-Remote-Addr",
         "True-Client-IP", "Client-IP", "X-Cluster-Client-IP", "X-Custom-IP-Authorization")  # fmt: skip
_WHERE = ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Uri", "X-Forwarded-Path")


@check(requests=4)
def claims_gated(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Asks for credentials whatever a header says of where the client is, or of which path it wants."""
    operation = probe.sample(tsp, operations)
    probe.required_credentials(tsp, operation)
    bare = tsp.request(operation, credentials=False)
    if probe.asked(tsp, bare).ok:
        return  # nothing is protected, which is said elsewhere
    own = probe.path_of(bare)
    inside = bare
    for name in _FROM:
        inside = inside.with_header(name, _INSIDE)
    inside = inside.with_header("Forwarded", f"for={_INSIDE}")
    elsewhere = probe.at_path(bare, "/")
    for name in _WHERE:
        elsewhere = elsewhere.with_header(name, own)
    accepted = False
    for at, request, plain in (
        ("headers that claim a client within the bank", inside, bare),
        ("headers that claim the path, with a request for /", elsewhere, probe.at_path(bare, "/")),
    ):
        finding = _let_in(tsp, operation, at, request, plain)
        if finding is not None:
            accepted = True
            yield finding
    if not accepted:
        probe.control(tsp, operation)


def _let_in(tsp: Tsp, operation: Operation, at: str, request: Request, plain: Request) -> Finding | None:
    """A finding where the request is answered with the data, and the same one without the claim is not."""
    try:
        answer = tsp.send(request)
        if not answer.ok or not probe.has_rows(operation, answer):
            return None
        if probe.has_rows(operation, probe.asked(tsp, plain)):
            return None  # the data lie open there, whatever is claimed
    except Unreachable:
        return None
    return Finding(
        expected="a refusal without credentials, whatever headers claim",
        actual=f"status {answer.status} with the rows of the function",
        at=at,
        exchange=answer.exchange,
    )
