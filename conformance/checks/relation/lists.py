"""Laws of lists: what several requests for the same list say together."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from conformance.generate.cause import Sighting, told
from conformance.generate.following import next_link, total
from conformance.generate.lifecycle import is_size
from conformance.generate.listing import MOST_PAGES, Listing, key_of, listings, more
from conformance.generate.survey import Survey, document, needs
from conformance.model import Finding
from conformance.registry import Findings, check

FULL = (10, 15, 20, 25, 30, 40, 50, 100, 200, 500, 1000)
"""Numbers of rows that look like a page that is full."""


def _paged(survey: Survey) -> list[Listing]:
    found = [one for one in listings(survey) if one.whole and one.pages]
    needs(
        bool(found),
        "the description has no list with a size and a place of pages that its phase does not judge",
    )
    return [one for one in found if one.steady]


def _keys(rows: list[dict[str, object]]) -> list[str]:
    return [key_of(row) for row in rows]


@check(requests=8)
def page_size_is_obeyed(survey: Survey) -> Findings:
    """Gives no more rows than the size that was asked for."""
    seen = []
    for listing in _paged(survey):
        longest = max(len(page.rows) for page in listing.pages)
        if longest > listing.size:
            said = f"{longest} rows for a size of {listing.size}"
            seen.append(Sighting(listing.place, said, listing.place, listing.pages[0].answer.exchange))
    yield from told("pages of at most the size asked for", seen)


@check(requests=8)
def pages_are_disjoint(survey: Survey) -> Findings:
    """Gives no row on two pages."""
    seen = []
    for listing in _paged(survey):
        if max(len(page.rows) for page in listing.pages) > listing.size:
            continue
        known: set[str] = set()
        for page in listing.pages:
            twice = known & set(_keys(page.rows))
            if twice:
                said = f"{len(twice)} rows on two pages"
                seen.append(Sighting(listing.place, said, listing.place, page.answer.exchange))
                break
            known |= set(_keys(page.rows))
    yield from told("each row on one page", seen)


@check(requests=8)
def pages_make_the_whole(survey: Survey) -> Findings:
    """Gives on its pages together every row of the list."""
    seen = []
    for listing in _paged(survey):
        came = {key for page in listing.pages for key in _keys(page.rows)}
        whole = set(_keys(listing.whole.rows)) if listing.whole else set()
        lost = whole - came
        longest = max(len(page.rows) for page in listing.pages)
        total = sum(len(page.rows) for page in listing.pages)
        ended = len(listing.pages) < MOST_PAGES
        if lost and ended and longest <= listing.size and total == len(came):
            said = f"{len(lost)} of {len(whole)} rows on no page"
            seen.append(Sighting(listing.place, said, listing.place, listing.pages[-1].answer.exchange))
    yield from told("every row on a page", seen)


@check(requests=4)
def filters_select(survey: Survey) -> Findings:
    """Gives for a filter rows of the list only, and those alone that have the value of its name."""
    found = [f for one in listings(survey) for f in one.filtered]
    needs(bool(found), "the description has no filter that names a member of the rows")
    for listing in listings(survey):
        whole = set(_keys(listing.whole.rows)) if listing.whole else set()
        for filtered in filter(listing.comparable, listing.filtered):
            name = filtered.parameter.name
            foreign = [row for row in filtered.rows if key_of(row) not in whole]
            other = [
                r
                for r in filtered.rows
                if filtered.member and not _fits(r.get(filtered.member), filtered.value)
            ]
            if len(foreign) and len(filtered.rows) <= len(whole) and listing.whole and not _cut(listing):
                yield Finding(
                    f"rows of {listing.place} for {name}",
                    f"{len(foreign)} rows that the whole list does not have",
                    f"parameter {name}",
                    filtered.answer.exchange,
                )
            elif other:
                yield Finding(
                    f"rows with {filtered.member} as asked by {name} of {listing.place}",
                    f"{len(other)} of {len(filtered.rows)} rows with another value",
                    f"parameter {name}",
                    filtered.answer.exchange,
                )
                break


@check(requests=4)
def filters_lose_nothing(survey: Survey) -> Findings:
    """Gives for a filter every row of the list that has the value."""
    found = [f for one in listings(survey) for f in one.filtered if f.member]
    needs(bool(found), "the description has no filter that names a member of the rows")
    for listing in listings(survey):
        if listing.whole is None:
            continue
        for filtered in filter(listing.comparable, listing.filtered):
            if not filtered.member or any(
                not _fits(r.get(filtered.member), filtered.value) for r in filtered.rows
            ):
                continue
            meant = {key_of(r) for r in listing.whole.rows if _same(r.get(filtered.member), filtered.value)}
            lost = meant - set(_keys(filtered.rows))
            if lost and not _cut(listing):
                yield Finding(
                    f"every row of {listing.place} that {filtered.parameter.name} names",
                    f"{len(lost)} of {len(meant)} missing for {filtered.value!r}",
                    f"parameter {filtered.parameter.name}",
                    filtered.answer.exchange,
                )
                break


@check(requests=4)
def orders_permute(survey: Survey) -> Findings:
    """Gives the same rows in every order."""
    found = [f for one in listings(survey) for f in one.sorted]
    needs(bool(found), "the description has no parameter that sorts")
    for listing in listings(survey):
        whole = sorted(_keys(listing.whole.rows)) if listing.whole else []
        for ordered in filter(listing.comparable, listing.sorted):
            if not _cut(listing) and sorted(_keys(ordered.rows)) != whole:
                yield Finding(
                    f"the same rows of {listing.place} in another order",
                    f"{len(ordered.rows)} rows for {ordered.value}, {len(whole)} without",
                    f"parameter {ordered.parameter.name}",
                    ordered.answer.exchange,
                )
                break


@check(requests=4)
def orders_are_obeyed(survey: Survey) -> Findings:
    """Gives rows in the order that was asked for, up or down."""
    found = [f for one in listings(survey) for f in one.sorted if f.member]
    needs(bool(found), "the description has no parameter that sorts by a member of the rows")
    for listing in listings(survey):
        for ordered in listing.sorted:
            values = [r.get(ordered.member) for r in ordered.rows] if ordered.member else []
            down = ordered.value.startswith("-") or ordered.value.endswith(",desc")
            if not all(isinstance(v, str) and v.isascii() for v in values) or len(set(values)) < 2:
                continue
            texts = [str(v) for v in values]
            rules = (lambda t: t, str.casefold)
            if not any(texts == sorted(texts, key=rule, reverse=down) for rule in rules):
                yield Finding(
                    f"rows of {listing.place} by {ordered.member}, {'falling' if down else 'rising'}",
                    "another order",
                    f"parameter {ordered.parameter.name}",
                    ordered.answer.exchange,
                )
                break


def _cut(listing: Listing) -> bool:
    """Whether the longest page that was asked for may not be the whole list."""
    if listing.whole is None:
        return True
    answer, came = listing.whole.answer, len(listing.whole.rows)
    asked = [int(v) for k, v in parse_qsl(urlsplit(answer.request.url).query) if is_size(k) and v.isdecimal()]
    if came in FULL or any(came >= size for size in asked):
        return True
    return (total(answer) or 0) > came or bool(next_link(answer)) or more(document(answer), came)


def _same(value: object, wanted: str) -> bool:
    text = "true" if value is True else "false" if value is False else str(value)
    return text == wanted


def _fits(value: object, wanted: str) -> bool:
    """Whether a value can be meant: the same, or a text that holds it in any case, or a list that does."""
    if isinstance(value, list):
        return any(_fits(inner, wanted) for inner in value)
    return _same(value, wanted) or (isinstance(value, str) and wanted.casefold() in value.casefold())
