"""Whether the size and the number of a page mean what they say, at both ends."""

from __future__ import annotations

from conformance.checks.paging import continued
from conformance.checks.paging.pages import PARTS, Pager
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=1)
def smallest_size_is_honoured(tsp: Tsp, reading: Reading) -> Findings:
    """Gives a page of one row when asked for one."""
    if reading.operation.continuation is not None:
        yield from continued.too_many(reading)
        return
    pager = Pager.of(tsp, reading)
    pager.size()
    page = pager.page(None, 1)
    rows = min(pager.counts(page.answer), default=0)
    if rows > 1:
        yield Finding("one row", f"{rows} rows", _size(pager), page.answer.exchange)


@check(requests=1)
def largest_size_is_honoured(tsp: Tsp, reading: Reading) -> Findings:
    """Gives a page of as many rows as its largest size, or as there are."""
    pager = Pager.of(tsp, reading)
    pager.size()
    largest = pager.paging.largest
    if not largest:
        raise NotApplicable("the bank declares no largest size of a page")
    answer = pager.ask(None, largest)
    if answer.status != 200:
        yield Finding(f"a page for size {largest}", f"status {answer.status}", _size(pager), answer.exchange)
        return
    counts, lengths = pager.counts(answer), pager.lengths()
    obeyed = min(pager.counts(pager.page(None, 1).answer), default=0) <= 1
    if obeyed and not any(
        min(largest, n) <= count <= largest for count, n in zip(counts, lengths, strict=False)
    ):
        rows = " or ".join(map(str, counts))
        yield Finding(f"a page for size {largest}", f"{rows} rows", _size(pager), answer.exchange)


@check(requests=3)
def sizes_out_of_range_are_refused(tsp: Tsp, reading: Reading) -> Findings:
    """Refuses a size outside its range, or gives a page within it, and does not fail."""
    pager = Pager.of(tsp, reading)
    pager.size()
    largest = pager.paging.largest
    for size in ("0", "-1", *([str(largest + 1)] if largest else [])):
        answer = pager.ask(None, size)
        if answer.status >= 500:
            yield Finding(
                f"a refusal of size {size}", f"status {answer.status}", _size(pager), answer.exchange
            )
        elif answer.status == 200 and largest and (rows := min(pager.counts(answer), default=0)) > largest:
            yield Finding(f"at most {largest} rows", f"{rows} for size {size}", _size(pager), answer.exchange)
    pager.page(None, 1)


@check(requests=4)
def page_after_last_is_empty(tsp: Tsp, reading: Reading) -> Findings:
    """Gives an empty page, or refuses, when asked for a page after the last."""
    pager = Pager.of(tsp, reading)
    if not pager.sound():
        return
    pages = list(pager.walk())
    came = [key for page in pages for key in page.keys]
    if len(pages) > PARTS or pager.repeated(came) or len(came) != len(pager.whole()):
        return
    answer = pager.ask(pager.paging.first + len(pages), pager.size())
    place = f"parameter {pager.paging.parameter}"
    if answer.status >= 500:
        yield Finding("an empty page or a refusal", f"status {answer.status}", place, answer.exchange)
    elif answer.status == 200 and (rows := len(pager.keys(answer))):
        yield Finding("an empty page or a refusal", f"{rows} rows", place, answer.exchange)


def _size(pager: Pager) -> str:
    return f"parameter {pager.paging.size_parameter}"
