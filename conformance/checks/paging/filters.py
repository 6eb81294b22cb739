"""Whether the filters of the canonical API leave the rows that they name, and no others."""

from __future__ import annotations

from conformance.checks.paging.pages import Pager
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

FILTERS = ("id", "currency")
"""Fields that a list of the canonical API can be filtered by, each exactly."""


@check(requests=1)
def filters_narrow(tsp: Tsp, reading: Reading) -> Findings:
    """Gives for a filter the rows that it names, all of them and no others, and their number as total."""
    operation = reading.operation
    if not operation.canonical:
        raise NotApplicable("the bank does not speak the canonical API, which defines the filters")
    rows = reading.rows().rows
    field = next((name for name in FILTERS if rows and rows[-1].text(name)), None)
    if field is None:
        raise NotApplicable("no row has a field that its list can be filtered by")
    wanted = rows[-1].text(field) or ""
    expected = sum(row.text(field) == wanted for row in rows)
    answer = tsp.call(operation, query=((field, wanted),))
    place = f"parameter {field}"
    if answer.status != 200:
        yield Finding(
            f"the rows with {field} {wanted[:40]}", f"status {answer.status}", place, answer.exchange
        )
        return
    found = reading.rows_of(answer).rows
    others = sum(row.text(field) != wanted for row in found)
    if others:
        yield Finding("rows that the filter names", f"{others} others", place, answer.exchange)
    elif len(found) != expected:
        yield Finding("all rows that the filter names", f"{len(found)} of {expected}", place, answer.exchange)
    elif reading.paging is not None:
        pager = Pager.of(tsp, reading)
        total, plain = pager.total(answer), pager.total(reading.success())
        if total is not None and total != len(found) and plain in pager.lengths():
            yield Finding(
                "the number of rows found as total", f"{total}, not {len(found)}", place, answer.exchange
            )
