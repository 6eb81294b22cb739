"""Lists as their description lets them be asked for: in pages, filtered, sorted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.answer import Answer
from conformance.generate import keywords
from conformance.generate.call import Call, text_of
from conformance.generate.contract import Scoped
from conformance.generate.lifecycle import is_size, largest
from conformance.generate.pool import rows
from conformance.generate.survey import Survey, document
from conformance.openapi import ApiParameter

MOST_PAGES = 12
Row = dict[str, Any]


@dataclass
class Page:
    """One page of a list: the answer and its rows."""

    answer: Answer
    rows: list[Row]


@dataclass
class Filtered:
    """A list asked with one filter. ``member`` is the member of the rows that has its name, if any."""

    parameter: ApiParameter
    value: str
    answer: Answer
    rows: list[Row]
    member: str = ""


@dataclass
class Listing:
    """One list and what was asked of it; ``whole`` is None where it does not come at once."""

    scoped: Scoped
    size: int = 0
    whole: Page | None = None
    pages: list[Page] = field(default_factory=list)
    again: Page | None = None
    filtered: list[Filtered] = field(default_factory=list)
    sorted: list[Filtered] = field(default_factory=list)

    @property
    def place(self) -> str:
        return self.scoped.operation.path


def key_of(row: Row) -> str:
    """What tells a row from others: its identifier, else all of it."""
    for name, value in row.items():
        if name.lower() in ("id", "uuid", "key", "reference") and isinstance(value, str | int):
            return str(value)
    return repr(sorted(row.items(), key=str))


def listings(survey: Survey) -> tuple[Listing, ...]:
    """Every list of the description that its phase does not judge already, asked once in a round."""
    found: tuple[Listing, ...] = survey.once("listings", lambda: tuple(_all(survey)))
    return found


def _all(survey: Survey) -> list[Listing]:
    found = []
    for name, held in survey.seeds.items():
        scoped = held.scoped
        if scoped.operation.method != "GET" or scoped.function is not None:
            continue
        if not rows(document(held.answer)):
            continue
        names = {p.name for p in scoped.operation.parameters if p.place == "query"}
        if names:
            found.append(_Asking(survey, held.call, Listing(survey.seeds[name].scoped)).asked())
    return found


class _Asking:
    def __init__(self, survey: Survey, call: Call, listing: Listing) -> None:
        self.survey, self.call, self.listing = survey, call, listing
        self.scoped = listing.scoped
        self.query = {p.name: p for p in self.scoped.operation.parameters if p.place == "query"}

    def asked(self) -> Listing:
        self.listing.whole = self._page(largest(self.call, self.scoped))
        if self.listing.whole is None:
            return self.listing
        self._pages()
        self._filters()
        self._orders()
        return self.listing

    def _page(self, call: Call) -> Page | None:
        answer = self.survey.attempt(call, self.scoped)
        if answer is None or not answer.ok:
            return None
        return Page(answer, rows(document(answer)))

    def _pages(self) -> None:
        """Small pages to the end, by number or by offset, where the description has both size and place."""
        size = next((n for n in self.query if is_size(n)), "")
        place = next(
            (n for n in self.query if plain(n) in ("offset", "skip", "page", "pagenumber", "pageno")), ""
        )
        whole = self.listing.whole
        if not size or not place or whole is None or len(whole.rows) < 2:
            return
        count = max(1, (len(whole.rows) + 2) // 3)
        by_offset = plain(place) in ("offset", "skip")
        first = 0 if by_offset else self._first(place)
        self.listing.size = count
        for number in range(MOST_PAGES):
            at = number * count if by_offset else first + number
            page = self._page(self.call.with_query(size, str(count)).with_query(place, str(at)))
            if page is None or not page.rows:
                break
            self.listing.pages.append(page)
        self.listing.again = self._page(largest(self.call, self.scoped))

    def _first(self, place: str) -> int:
        schema = self.query[place].schema
        held = keywords.flat(self.scoped.document, schema.schema) if schema else {}
        low = held.get("minimum", held.get("default", 1))
        return low if isinstance(low, int) else 1

    def _filters(self) -> None:
        whole = self.listing.whole
        assert whole is not None
        for name, parameter in self.query.items():
            member = next((k for k in whole.rows[0] if plain(k) == plain(name)), "")
            values = [row[member] for row in whole.rows if row.get(member) is not None] if member else []
            held = keywords.flat(self.scoped.document, parameter.schema.schema) if parameter.schema else {}
            if is_order(name) or is_size(name) or plain(name) in _PLACES:
                continue
            if not values and _RANGE(name):
                values = self._ranged(name, whole.rows)
            if not values or not isinstance(values[0], str | int | bool):
                continue
            for value in list(dict.fromkeys(text_of(v) for v in values))[:2]:
                listed = held.get("enum")
                if isinstance(listed, list) and value not in [text_of(v) for v in listed]:
                    continue
                call = largest(self.call, self.scoped).with_query(name, value)
                page = self._page(call)
                if page is not None:
                    self.listing.filtered.append(Filtered(parameter, value, page.answer, page.rows, member))

    def _ranged(self, name: str, found: list[Row]) -> list[Any]:
        words = plain(name)
        for prefix in ("from", "to", "min", "max", "since", "until"):
            rest = words.removeprefix(prefix).removesuffix(prefix)
            member = next((k for k in found[0] if rest and plain(k) == rest), "")
            if member and rest != words:
                values = sorted({str(row[member]) for row in found if row.get(member) is not None})
                return values[len(values) // 2 : len(values) // 2 + 1]
        return []

    def _orders(self) -> None:
        for name, parameter in self.query.items():
            held = keywords.flat(self.scoped.document, parameter.schema.schema) if parameter.schema else {}
            listed = held.get("enum")
            if not is_order(name) or not isinstance(listed, list):
                continue
            for value in listed[:4]:
                page = self._page(largest(self.call, self.scoped).with_query(name, str(value)))
                whole = self.listing.whole
                if page is not None and whole is not None:
                    member = next(
                        (k for k in whole.rows[0] if plain(k) == plain(str(value).lstrip("+-"))), ""
                    )
                    self.listing.sorted.append(
                        Filtered(parameter, str(value), page.answer, page.rows, member)
                    )


_PLACES = ("offset", "skip", "page", "pagenumber", "pageno", "cursor", "after", "before", "fields", "expand")
_RANGE: Callable[[str], bool] = lambda name: any(  # noqa: E731
    plain(name).startswith(p) or plain(name).endswith(p)
    for p in ("from", "to", "min", "max", "since", "until")
)


def plain(name: str) -> str:
    """A name in lower case without marks."""
    return "".join(c for c in name.lower() if c.isalnum())


def is_order(name: str) -> bool:
    """Whether a query parameter says how rows are sorted, by its name."""
    return plain(name) in ("sort", "sortby", "orderby", "order", "ordering")


def more(given: Any, shown: int) -> bool:
    """Whether an answer says that its list goes on: a larger total, or a link to what follows."""
    if not isinstance(given, dict):
        return False
    for name, value in given.items():
        if isinstance(value, dict):
            if more(value, shown):
                return True
        elif ("total" in name.lower() and isinstance(value, int) and value > shown) or (
            plain(name) in ("next", "nextpage", "nextcursor", "nexttoken", "hasmore") and value
        ):
            return True
    return False
