"""The parameters by which a client chooses pages, fields, ranges and order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.document import shown
from conformance.errors import Inconclusive, NotApplicable
from conformance.feed import FAR, Feed
from conformance.model import Finding
from conformance.registry import Findings, check


@check(requests=2)
def pagesize_obeyed(feed: Feed) -> Findings:
    """Gives no more records than pagesize asks for, and no fewer while there are more."""
    there = len(feed.records())
    asked = min(3, there)
    page = feed.page(pagesize="3")
    if len(page.records) != asked:
        yield Finding(f"{asked} records", str(len(page.records)), "parameter pagesize", page.answer.exchange)


@check(requests=4)
def pages_complete(feed: Feed) -> Findings:
    """Gives with offset the records that follow, none twice and none left out."""
    whole = feed.records()[:6]
    if len(whole) < 3:
        raise NotApplicable("the dataset has too few records to turn a page")
    found: list[Mapping[str, Any]] = []
    exchange = None
    for offset in range(0, len(whole), 2):
        page = feed.page(pagesize="2", offset=str(offset))
        if len(page.records) > 2:
            raise Inconclusive("pagesize is not obeyed, which is said once")
        found, exchange = [*found, *page.records], page.answer.exchange
    if found[: len(whole)] != list(whole):
        wrong = next((i for i, (a, b) in enumerate(zip(whole, found, strict=False)) if a != b), len(found))
        came = shown(dict(found[wrong])) if wrong < len(found) else "none"
        yield Finding(f"the record {wrong} of the whole list", came, "parameter offset", exchange)


@check(requests=2)
def offset_past_the_end(feed: Feed) -> Findings:
    """Gives no record past the end of the dataset."""
    feed.records()
    answer = feed.answer(offset=str(FAR))
    if feed.refused(answer):
        return
    page = feed.page(offset=str(FAR))
    if page.records:
        yield Finding(
            "no record past the end", str(len(page.records)), "parameter offset", page.answer.exchange
        )


@check(requests=2)
def fields_selected(feed: Feed) -> Findings:
    """Gives the fields that are asked for and no others."""
    names = [name for name in feed.records()[0] if name.isidentifier()][:2]
    if len(feed.records()[0]) < 3 or len(names) < 2:
        raise NotApplicable("the dataset has too few fields to choose from")
    page = feed.page(fields=",".join(names))
    for index, record in enumerate(page.records[:50]):
        if set(record) != set(names):
            yield Finding(f"the fields {', '.join(names)}", ", ".join(sorted(record))[:200],
                          f"/result/records/{index}", page.answer.exchange)  # fmt: skip
            return


@check(requests=2)
def filter_obeyed(feed: Feed) -> Findings:
    """Gives with column and filter the records that have this value, and all of them."""
    records = feed.records()
    column = feed.dataset.period or next(iter(feed.dataset.texts), "")
    value = records[len(records) // 2].get(column)
    if not isinstance(value, str) or not value.isascii() or '"' in value or "," in value:
        raise NotApplicable("the dataset has no value that could be filtered by")
    page = feed.page(column=column, filter=f'"{value}"')
    wanted = [record for record in records if record.get(column) == value]
    if any(record.get(column) != value for record in page.records) or len(page.records) < len(wanted):
        others = [record.get(column) for record in page.records if record.get(column) != value]
        actual = (
            f"{len(page.records)} records, of others too: {shown(others[:3])}"
            if others
            else f"{len(page.records)}"
        )
        yield Finding(f"{len(wanted)} records of {value}", actual, "parameter filter", page.answer.exchange)


@check(requests=2)
def range_obeyed(feed: Feed) -> Findings:
    """Gives with choose, from and to the records between, both ends among them."""
    name, values = _periods(feed)
    low, high = sorted(values)[len(values) // 3], sorted(values)[2 * len(values) // 3]
    page = feed.page(choose=name, from_=low, to=high)
    found = sorted(str(record.get(name)) for record in page.records)
    wanted = sorted(value for value in values if low <= value <= high)
    outside = [value for value in found if not low <= value <= high]
    if outside or not set(wanted) <= set(found):
        lost = sorted(set(wanted) - set(found))
        actual = f"also {outside[0]}" if outside else f"without {lost[0]}"
        yield Finding(f"the records from {low} to {high}", actual, "parameter choose", page.answer.exchange)


@check(requests=3)
def range_needs_choose(feed: Feed) -> Findings:
    """Refuses from and to without choose, rather than ignore them."""
    name, values = _periods(feed)
    middle = sorted(values)[len(values) // 2]
    answer = feed.answer(from_=middle, to=middle)
    if not feed.refused(answer):
        found = {str(record.get(name)) for record in feed.page(from_=middle, to=middle).records}
        if found - {middle}:
            yield Finding("a refusal, or the range", "the whole list: from and to are ignored",
                          "parameter from", answer.exchange)  # fmt: skip
    feed.control()


@check(requests=3)
def sorted_as_asked(feed: Feed) -> Findings:
    """Sorts with sortby and sortorder, both ways."""
    name, _ = _periods(feed)
    for order in ("asc", "desc"):
        page = feed.page(sortby=name, sortorder=order)
        values = [str(record.get(name)) for record in page.records]
        if values != sorted(values, reverse=order == "desc"):
            yield Finding(f"records in order {order}", ", ".join(values[:3]), "parameter sortorder",
                          page.answer.exchange)  # fmt: skip


def _periods(feed: Feed) -> tuple[str, list[str]]:
    name = feed.period()
    if feed.dataset.format == "short":
        raise NotApplicable("dates as dd-mm-yy have no order as texts")
    values = [value for record in feed.records() if isinstance(value := record.get(name), str)]
    if len(set(values)) < 3:
        raise NotApplicable("the dataset has too few periods to choose from")
    return name, values
