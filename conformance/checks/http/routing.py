"""What is answered at a path and with a method that the API does not have."""

from __future__ import annotations

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.errors import Inconclusive, NotApplicable, Unreachable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

MAX_SEGMENTS = 4


@check(requests=2)
def unknown_path_refused(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers a path that does not exist with a 4xx status."""
    probe.read(reading)
    answer = probe.asked(tsp, probe.unknown_path(tsp, operation))
    if answer.ok or answer.status >= 500:
        yield Finding(
            expected="404 at a path that does not exist",
            actual=_met(answer),
            at="last segment of the path",
            exchange=answer.exchange,
        )
    else:
        probe.control(tsp, operation)


@check(requests=3)
def every_segment_matters(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Serves data at its own path only, not with a version, bank code or family replaced by nonsense."""
    if not probe.has_rows(operation, probe.read(reading)):
        raise Inconclusive("control request refused: the path itself answers without a row")
    request = tsp.request(operation)
    segments = probe.path_of(request).split("/")
    places = [i for i, text in enumerate(segments[:-1]) if text][-MAX_SEGMENTS:]
    for index in places:
        changed = [*segments]
        changed[index] = probe.word("segment", operation.id, str(index))
        answer = probe.asked(tsp, probe.at_path(request, "/".join(changed)))
        if answer.ok and probe.has_rows(operation, answer):
            yield Finding(
                expected=f"404 when {shown(segments[index])} in the path is replaced by nonsense",
                actual=_met(answer),
                at=f"segment {index} of the path",
                exchange=answer.exchange,
            )


@check(requests=2)
def unknown_method_refused(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Refuses a method that does not exist with 405, 501 or another 4xx status."""
    probe.read(reading)
    try:
        answer = probe.asked(tsp, probe.unknown_method(tsp, operation))
    except Unreachable:
        probe.control(tsp, operation)  # some parsers hang up on what is no method to them
        return
    if answer.ok or (answer.status >= 500 and answer.status != 501):
        yield Finding(
            expected="405 or 501 for a method that does not exist",
            actual=_met(answer),
            at=f"method {probe.UNKNOWN_METHOD}",
            exchange=answer.exchange,
        )
    else:
        probe.control(tsp, operation)


@check()
def allow_lists_methods(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Names in Allow, with a 405, the methods that the path does have."""
    probe.read(reading)
    try:
        answer = probe.asked(tsp, probe.unknown_method(tsp, operation))
    except Unreachable as closed:
        raise NotApplicable(f"the unknown method is not answered: {closed.reason}") from closed
    if answer.status != 405:
        raise NotApplicable(f"the unknown method is answered {answer.status}, and Allow belongs to a 405")
    given = answer.values("Allow")
    methods = {name.strip().upper() for value in given for name in value.split(",") if name.strip()}
    if not given:
        yield Finding(
            expected="an Allow header with the 405",
            actual="none",
            at="header Allow",
            exchange=answer.exchange,
        )
    elif operation.method not in methods:
        yield Finding(
            expected=f"an Allow header that names {operation.method}, by which the data is read",
            actual=shown(", ".join(given)),
            at="header Allow",
            exchange=answer.exchange,
        )
    elif probe.UNKNOWN_METHOD in methods:
        yield Finding(
            expected="an Allow header without the method that was just refused",
            actual=shown(", ".join(given)),
            at="header Allow",
            exchange=answer.exchange,
        )


def _met(answer: Answer) -> str:
    kind = f" and {answer.media_type}" if answer.media_type else ""
    return f"status {answer.status}{kind}"
