"""What is answered to an Accept that cannot be met."""

from __future__ import annotations

from conformance import probe
from conformance.document import shown
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=1)
def unacceptable_type(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers a request for an unknown media type with 406 or with its JSON, without a fault."""
    plain = probe.read(reading)
    answer = probe.asked(tsp, probe.unacceptable(tsp, operation))
    if answer.status >= 500:
        actual = f"status {answer.status}"
    elif answer.ok and answer.media_type != plain.media_type and not answer.is_json:
        actual = f"status {answer.status} with Content-Type {shown(answer.media_type or 'absent')}"
    else:
        return
    yield Finding(
        expected="406, or the same media type as ever",
        actual=actual,
        at=f"header Accept: {probe.UNKNOWN_TYPE}",
        exchange=answer.exchange,
    )
