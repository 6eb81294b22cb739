"""Whether the pages of a list give all of it, each row once."""

from __future__ import annotations

from conformance.checks.paging import continued
from conformance.checks.paging.pages import Pager, count
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.reading import MAX_PAGES, Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=2)
def total_is_true(tsp: Tsp, reading: Reading) -> Findings:
    """States on every page a total that is the number of rows in the list, and as many pages as it has."""
    if reading.operation.continuation is not None:
        yield from continued.untrue_total(reading)
        return
    pager = Pager.of(tsp, reading)
    if not pager.paging.total and not pager.paging.pages:
        raise NotApplicable("the bank declares no total")
    answers = list(reading.pages())
    lengths = pager.lengths()
    if len(answers) >= MAX_PAGES or (not lengths and reading.first_rows().problems):
        return
    cut = bool(pager.paging.size_parameter) and min(lengths, default=0) > 1
    if cut and not pager.begins_at_first():
        return
    for number, answer in enumerate(answers):
        total = pager.total(answer)
        if total is not None and total not in (lengths or (0,)):
            rows = " or ".join(map(str, lengths or (0,)))
            yield Finding(
                "a total of as many rows as came", f"{total}, and {rows} rows", *_at(number, answer.exchange)
            )
            return
    stated = count(reading.document_of(answers[0]).first(pager.paging.pages)) if pager.paging.pages else None
    came = sum(bool(reading.counts(answer)) for answer in answers)
    if stated is not None and stated not in (came, max(1, came)):
        yield Finding(
            "as many pages as the list has", f"{stated}, and {came} pages", *_at(0, answers[0].exchange)
        )
        return
    if cut:
        for number, page in enumerate(pager.walk()):
            if page.total is not None and page.total not in lengths:
                yield Finding(
                    "the same total on every page",
                    f"{page.total} on a page of {len(page.keys)} rows",
                    *_at(number, page.answer.exchange),
                )
                return


@check(requests=4)
def pages_are_complete(tsp: Tsp, reading: Reading) -> Findings:
    """Gives on its pages, put together, every row of the list."""
    if reading.operation.continuation is not None:
        yield from continued.lost(reading)
        return
    pager = Pager.of(tsp, reading)
    if not pager.sound():
        return
    pages = list(pager.walk())
    came = [key for page in pages for key in page.keys]
    missing = [key for key in pager.whole() if key not in set(came)]
    if missing and not pager.repeated(came):
        yield Finding(
            "every row on one of the pages",
            f"{len(missing)} of {len(pager.whole())} rows on none, such as {missing[0][:60]}",
            reading.operation.path,
            pages[-1].answer.exchange,
        )


@check(requests=4)
def pages_do_not_repeat(tsp: Tsp, reading: Reading) -> Findings:
    """Gives no row on two pages."""
    if reading.operation.continuation is not None:
        back = reading.led_back()
        if back is not None:
            wrong = "the last page leads on to one that came before, so that the list never ends"
            yield Finding("rows that no earlier page had", wrong, reading.operation.path, back.exchange)
            return
        yield from continued.repeated(reading)
        return
    pager = Pager.of(tsp, reading)
    if not pager.paging.size_parameter:
        yield from continued.repeated(reading)
        return
    if not pager.sound():
        return
    came: list[str] = []
    for page in pager.walk():
        came += page.keys
        again = pager.repeated(came)
        if again:
            yield Finding(
                "rows that no earlier page had",
                f"{len(again)} of {len(page.keys)} again, such as {again[0][:60]}",
                reading.operation.path,
                page.answer.exchange,
            )
            return


@check(requests=2)
def numbering_begins_as_declared(tsp: Tsp, reading: Reading) -> Findings:
    """Gives under the number of the first page what it gives without a number."""
    pager = Pager.of(tsp, reading)
    if pager.order_holds() and not pager.begins_at_first():
        yield Finding(
            f"the first rows as page {pager.paging.first}",
            "other rows",
            f"parameter {pager.paging.parameter}",
        )


@check(requests=3)
def order_holds(tsp: Tsp, reading: Reading) -> Findings:
    """Keeps its rows in one order, without which pages lose and repeat them."""
    if not Pager.of(tsp, reading).order_holds():
        yield Finding("the same rows in the same order each time", "another order", reading.operation.path)


def _at(number: int, exchange: int) -> tuple[str, int]:
    return f"page {number + 1}", exchange
