"""Lists that lead from page to page by a link or a cursor: followed to their end, once in a round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.answer import Answer
from conformance.errors import Unreachable
from conformance.generate.call import Call
from conformance.generate.contract import Scoped
from conformance.generate.lifecycle import is_size, largest
from conformance.generate.listing import Page, key_of, listings, plain
from conformance.generate.pool import rows
from conformance.generate.survey import Seed, Survey, document
from conformance.model import Request

MOST_PAGES = 12
LINKS = ("next", "nextlink", "nexturl", "nextpage", "nextpageurl")
TOKENS = ("nextcursor", "nexttoken", "nextpagetoken", "cursor", "endcursor", "after", "continuationtoken")
CURSORS = ("cursor", "after", "pagetoken", "nexttoken", "token", "continuationtoken", "startingafter")
TOTALS = ("totalcount", "totalresults", "totalrecords", "totalelements", "totalitems")


@dataclass
class Followed:
    """A list from its first page on. ``ended`` says that its last page was reached; ``again`` is the first
    page, asked for once more at the end; ``whole`` all rows at once, where the bank gives them so."""

    scoped: Scoped
    pages: list[Page] = field(default_factory=list)
    ended: bool = False
    lost: str = ""
    again: Page | None = None
    whole: Page | None = None

    @property
    def place(self) -> str:
        return self.scoped.operation.path

    @property
    def steady(self) -> bool:
        """Whether the list was the same at the end as at the beginning."""
        first = [key_of(row) for row in self.pages[0].rows]
        return self.again is not None and [key_of(row) for row in self.again.rows] == first

    def twice(self) -> set[str]:
        """The rows that come on more than one page."""
        pages = [{key_of(row) for row in page.rows} for page in self.pages]
        return {
            key for number, keys in enumerate(pages) for key in keys if any(key in p for p in pages[:number])
        }

    def lacking(self) -> set[str]:
        """The rows of the whole list that come on no page."""
        came = {key_of(row) for page in self.pages for row in page.rows}
        return {key_of(row) for row in self.whole.rows} - came if self.whole else set()


def followed(survey: Survey) -> tuple[Followed, ...]:
    """The lists of the description that lead on by links or cursors, and that no phase judges."""
    found: tuple[Followed, ...] = survey.once("followed", lambda: tuple(_followed(survey)))
    return found


def _followed(survey: Survey) -> Iterator[Followed]:
    for held in survey.seeds.values():
        if held.scoped.operation.method == "GET" and not _judged(held.scoped):
            shown = rows(document(held.answer))
            if len(shown) > 1 and _keyed(shown):
                one = _walked(survey, held, len(shown))
                if len(one.pages) > 1 or one.lost:
                    yield one


def _judged(scoped: Scoped) -> bool:
    """Whether a phase follows the pages of a list: not those that are numbered and lead on as well."""
    function = scoped.function
    return function is not None and (function.canonical or function.continuation is not None)


def _keyed(shown: list[dict[str, Any]]) -> bool:
    """Whether rows can be told apart."""
    return len({key_of(row) for row in shown}) == len(shown)


def _walked(survey: Survey, held: Seed, count: int) -> Followed:
    """The pages of a list, small ones where their size can be asked for."""
    scoped = held.scoped
    call = _small(held.call, scoped, count)
    one = Followed(scoped)
    first = survey.request(call, scoped) if call is not None else None
    answer = _sent(survey, first) if first is not None else held.answer
    if answer is None or not answer.ok:
        answer = held.answer
    while answer is not None and len(one.pages) < MOST_PAGES:
        page = Page(answer, rows(document(answer)))
        one.pages.append(page)
        following = _next(survey, scoped, call or held.call, page)
        if following is None:
            one.ended = True
            break
        answer = _sent(survey, following)
        if answer is not None and not answer.ok:
            one.lost = f"status {answer.status} for the page that follows page {len(one.pages)}"
            break
    if len(one.pages) > 1:
        again = _sent(survey, one.pages[0].answer.request)
        one.again = Page(again, rows(document(again))) if again is not None and again.ok else None
        whole = survey.attempt(largest(held.call, scoped), scoped)
        if whole is not None and whole.ok:
            page = Page(whole, rows(document(whole)))
            one.whole = page if _next(survey, scoped, held.call, page) is None else None
    return one


def _small(call: Call, scoped: Scoped, count: int) -> Call | None:
    size = next((p.name for p in scoped.operation.parameters if p.place == "query" and is_size(p.name)), "")
    return call.with_query(size, str(max(1, (count + 2) // 3))) if size else None


def _sent(survey: Survey, request: Request) -> Answer | None:
    try:
        return survey.tsp.send(request)
    except Unreachable:
        return None


def _next(survey: Survey, scoped: Scoped, call: Call, page: Page) -> Request | None:
    """The request for the page that follows, as the answer says; None where it says that none does."""
    base = page.answer.request
    link = next_link(page.answer)
    if link:
        url = urljoin(base.url, link)
        here, there = urlsplit(base.url), urlsplit(url)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc) or url == base.url:
            return None
        return survey.tsp.authorized(Request("GET", url, survey.contract.request(call, scoped).headers))
    name = next(
        (p.name for p in scoped.operation.parameters if p.place == "query" and plain(p.name) in CURSORS), ""
    )
    told = _found(document(page.answer), TOKENS)
    if not name or not isinstance(told, str | int) or isinstance(told, bool) or not told or not page.rows:
        return None
    if _found(document(page.answer), ("hasmore", "hasnextpage", "hasnext")) is False:
        return None
    return survey.request(call.with_query(name, str(told)), scoped)


def next_link(answer: Answer) -> str:
    """The address of the page that follows, in a Link field or a member such as ``links.next``; or empty."""
    for value in answer.values("Link"):
        for part in value.split(","):
            where, _, rest = part.partition(";")
            if 'rel="next"' in rest.replace("'", '"') or "rel=next" in rest.replace(" ", ""):
                return where.strip().strip("<>")
    found = _found(document(answer), LINKS)
    if isinstance(found, Mapping):
        found = found.get("href")
    return found if isinstance(found, str) and (found[:1] in "/?" or found.startswith("http")) else ""


def total(answer: Answer) -> int | None:
    """How many rows an answer says that its list has; None where it does not."""
    header = answer.header("X-Total-Count") or ""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return int(header)
    found = _found(document(answer), TOTALS)
    if found is None:
        found = _plain_total(document(answer))
    return found if isinstance(found, int) and not isinstance(found, bool) else None


PAGING = frozenset(("limit", "offset", "page", "pagesize", "perpage", "size", "count", "pages", "totalpages"))


def _plain_total(given: Any) -> Any:
    """A member that is just called total, in an object that is about pages: elsewhere it may be an amount."""
    for part in (given, *given.values()) if isinstance(given, Mapping) else ():
        if isinstance(part, Mapping) and "total" in part and PAGING & {plain(str(name)) for name in part}:
            return part["total"]
    return None


def _found(given: Any, names: tuple[str, ...], depth: int = 0) -> Any:
    """The value of a member beside the rows, or in an object beside them such as ``meta`` or ``links``."""
    if not isinstance(given, Mapping) or depth > 2:
        return None
    for name, value in given.items():
        if plain(str(name)) in names and not isinstance(value, list):
            return value
    inner = (_found(value, names, depth + 1) for value in given.values() if isinstance(value, Mapping))
    return next((value for value in inner if value is not None), None)


def counted(survey: Survey) -> Iterator[tuple[str, Answer, int, int]]:
    """Lists that came whole: place, answer, the total that it states, and how many rows came."""
    for one in followed(survey):
        told = total(one.pages[0].answer)
        ours = one.scoped.function is None  # the totals of a function are judged by its phase
        if told is not None and ours and one.steady and one.ended and not one.twice():
            known = one.whole.rows if one.whole else [row for page in one.pages for row in page.rows]
            yield one.place, one.pages[0].answer, told, len(known)
    for listing in listings(survey):
        whole, again = listing.whole, listing.again
        if whole is None or again is None or not listing.pages:
            continue
        told = total(whole.answer)
        same = [key_of(row) for row in whole.rows] == [key_of(row) for row in again.rows]
        came = {key_of(row) for page in listing.pages for row in page.rows}
        if told is not None and same and came == {key_of(row) for row in whole.rows}:
            yield listing.place, whole.answer, told, len(came)
