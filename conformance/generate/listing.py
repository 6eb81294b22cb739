"""Lists as their description lets them be asked for: in pages, filtered, sorted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from conformance.answer import Answer
from conformance.generate import keywords
from conformance.generate.call import Call, text_of
from conformance.generate.contract import Scoped
from conformance.generate.lifecycle import is_size, largest
from conformance.generate.mutation import broken, typed
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
    """A list asked with one filter. ``member`` is the member of the rows that has its name, if any; ``late``
    says that other calls came between it and the whole list, which may have changed the rows."""

    parameter: ApiParameter
    value: str
    answer: Answer
    rows: list[Row]
    member: str = ""
    late: bool = False


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

    @property
    def steady(self) -> bool:
        """Whether the whole list was the same at the end as at the beginning."""
        if self.whole is None or self.again is None:
            return False
        return [key_of(row) for row in self.whole.rows] == [key_of(row) for row in self.again.rows]

    def comparable(self, asked: Filtered) -> bool:
        """Whether an answer can be compared with the whole list: both are of one state."""
        return self.steady or not asked.late


def key_of(row: Row) -> str:
    """What tells a row from others: its identifier, else all of it."""
    for name, value in row.items():
        if name.lower() in ("id", "uuid", "key", "reference") and isinstance(value, str | int):
            return str(value)
    return repr(sorted(row.items(), key=str))


def begin(survey: Survey) -> tuple[_Asking, ...]:
    """What lists are asked first: one value of each filter by a member and of each order, and the pages of
    one list for each way of paging. Ranges, further values and lists of the same kind wait, since they are
    less likely to show more."""
    found: tuple[_Asking, ...] = survey.once("listings begun", lambda: tuple(_begun(survey)))
    return found


def listings(survey: Survey) -> tuple[Listing, ...]:
    """Every list of the description that its phase does not judge already, asked once in a round."""
    found: tuple[Listing, ...] = survey.once(
        "listings", lambda: tuple(asking.ended() for asking in begin(survey))
    )
    return found


def _begun(survey: Survey) -> list[_Asking]:
    found = []
    ways: set[tuple[str, str]] = set()
    for name, held in survey.seeds.items():
        scoped = held.scoped
        if scoped.operation.method != "GET" or (scoped.function is not None and scoped.function.canonical):
            continue
        shown = _rows(held.answer)
        if not shown or not any(p.place == "query" for p in scoped.operation.parameters):
            continue
        asking = _Asking(survey, held.call, Listing(survey.seeds[name].scoped), shown)
        asking.begun(ways)
        found.append(asking)
    return found


class _Asking:
    """Asks for one list."""

    def __init__(self, survey: Survey, call: Call, listing: Listing, shown: list[Row]) -> None:
        self.survey, self.call, self.listing = survey, call, listing
        self.scoped = listing.scoped
        described = [p for p in self.scoped.operation.parameters if p.place == "query"]
        self.query = {p.name: p for whole in described for p in _parts(whole)}
        self.paged = self.scoped.function is None  # the pages of a function are judged by its phase
        self.size = next((n for n in self.query if is_size(n)), "")
        self.place = next(
            (n for n in self.query if plain(n) in ("offset", "skip", "page", "pagenumber", "pageno")), ""
        )
        self.later: list[Callable[[], None]] = []
        self.late = False
        self.shown = shown

    def begun(self, ways: set[tuple[str, str]]) -> None:
        """The first requests; ``ways`` are the ways of paging that have had their turn.

        A list that grows by what the survey makes is asked for all at once, so that one state is compared.
        """
        narrows = any(is_order(n) or self._values(n, self.shown) for n in self.query)
        ranged = bool(self.shown) and any(self._ranged(n, self.shown) for n in self.query)
        fresh = self.paged and bool(self.size and self.place) and (self.size, self.place) not in ways
        if narrows or fresh:
            self._whole()
            self._orders()
            self._filters()
        elif ranged:
            self.later.append(self._filters)
        if fresh:
            ways.add((self.size, self.place))
            self._pages()
        elif self.paged:
            self.later.insert(0, self._pages)
        if self.listing.whole and self.survey.contract.named("POST", self.scoped.operation.path):
            self.ended()

    def ended(self) -> Listing:
        """The listing after all that was put off."""
        self.late = True
        while self.later:
            self.later.pop(0)()
        asked = [*self.listing.filtered, *self.listing.sorted]
        if (self.listing.pages or any(one.late for one in asked)) and self.listing.again is None:
            self.listing.again = self._page(largest(self.call, self.scoped))
        return self.listing

    def _whole(self) -> None:
        self.listing.whole = self._page(largest(self.call, self.scoped))

    def _page(self, call: Call) -> Page | None:
        answer = self.survey.attempt(call, self.scoped)
        if answer is None or not answer.ok:
            return None
        return Page(answer, _rows(answer))

    def _pages(self) -> None:
        """Small pages to the end, by number or by offset, where the description has both size and place."""
        size, place = self.size, self.place
        if not size or not place:
            return
        if self.listing.whole is None:
            self._whole()
        whole = self.listing.whole
        if whole is None or len(whole.rows) < 2:
            return
        count = max(1, (len(whole.rows) + 2) // 3)
        by_offset = plain(place) in ("offset", "skip")
        first = 0 if by_offset else self._first(place)
        self.listing.size = count
        came = 0
        for number in range(MOST_PAGES):
            at = number * count if by_offset else first + number
            page = self._page(self.call.with_query(size, str(count)).with_query(place, str(at)))
            if page is None or not page.rows:
                break
            self.listing.pages.append(page)
            came += len(page.rows)
            if came >= len(whole.rows) and len(page.rows) < count:
                break

    def _first(self, place: str) -> int:
        schema = self.query[place].schema
        held = keywords.flat(self.scoped.document, schema.schema) if schema else {}
        low = held.get("minimum", held.get("default", 1))
        return low if isinstance(low, int) else 1

    def _values(self, name: str, found: list[Row]) -> list[Any]:
        """Values of the rows that a parameter selects by; none for what is no filter."""
        if is_order(name) or is_size(name) or plain(name) in _PLACES or not found:
            return []
        member = self._member(name, found)
        values = [row[member] for row in found if row.get(member) is not None] if member else []
        return values if values and isinstance(values[0], str | int | bool) else []

    def _member(self, name: str, found: list[Row]) -> str:
        """The member that a parameter names, as such or as ``filter[name]``; one of a list by its plural."""
        inner = re.fullmatch(r"filters?[\[.](\w+)\]?", name)
        wanted = {plain(inner[1] if inner else name)}
        if name in self.query and self._kind(self.query[name]) == "array":
            wanted |= {word.removesuffix("s") for word in wanted}
        return next((k for k in found[0] if plain(k) in wanted), "") if found else ""

    def _kind(self, parameter: ApiParameter) -> str:
        schema = parameter.schema
        return keywords.main_type(keywords.flat(self.scoped.document, schema.schema)) if schema else ""

    def _filters(self) -> None:
        if self.listing.whole is None:
            self._whole()
        found = self.listing.whole.rows if self.listing.whole else []
        for name, parameter in self.query.items():
            exact = [text_of(value) for value in self._values(name, found)]
            texts = [text for text in exact or self._ranged(name, found) if self._allows(parameter, text)]
            asked = [partial(self._filter, parameter, text) for text in list(dict.fromkeys(texts))[:2]]
            for ask in asked[:1] if exact else ():
                ask()
            self.later += asked[1:] if exact else asked

    def _allows(self, parameter: ApiParameter, text: str) -> bool:
        """Whether the description lets a parameter have a value of the rows."""
        if parameter.schema is None:
            return True
        kind = self._kind(parameter)
        return kind == "array" or broken(parameter.schema, typed(text, kind)) is None

    def _filter(self, parameter: ApiParameter, value: str) -> None:
        whole = self.listing.whole
        page = self._page(largest(self.call, self.scoped).with_query(parameter.name, value))
        if page is not None and whole is not None:
            member = self._member(parameter.name, whole.rows)
            made = Filtered(parameter, value, page.answer, page.rows, member, self.late)
            self.listing.filtered.append(made)

    def _ranged(self, name: str, found: list[Row]) -> list[str]:
        """The middle value of the member that a parameter such as ``from_date`` bounds, as the parameter is
        written: a whole number where the member has places."""
        if not found or self._member(name, found) or not _RANGE(name):
            return []
        words = plain(name)
        schema = self.query[name].schema
        held = keywords.flat(self.scoped.document, schema.schema) if schema else {}
        for prefix in ("from", "to", "min", "max", "since", "until"):
            rest = words.removeprefix(prefix).removesuffix(prefix)
            member = next((k for k in found[0] if rest and plain(k) == rest), "")
            if member and rest != words:
                values = sorted({str(row[member]) for row in found if row.get(member) is not None})
                middle = values[len(values) // 2 : len(values) // 2 + 1]
                whole = keywords.main_type(held) == "integer"
                return [text.partition(".")[0] if whole else text for text in middle]
        return []

    def _orders(self) -> None:
        found = self.listing.whole.rows if self.listing.whole else []
        for name, parameter in self.query.items() if found else ():
            if not is_order(name) or not parameter.schema:
                continue
            held = keywords.flat(self.scoped.document, parameter.schema.schema)
            listed = held.get("enum")
            if not isinstance(listed, list):
                made = [f"{k},desc" for k in found[0] if plain(k) in ("code", "name", "id")]
                listed = [text for text in made if "pattern" in held and self._allows(parameter, text)]
            asked = [partial(self._order, parameter, str(value)) for value in listed[:4]]
            for ask in asked[:1]:
                ask()
            self.later += asked[1:]

    def _order(self, parameter: ApiParameter, value: str) -> None:
        whole = self.listing.whole
        page = self._page(largest(self.call, self.scoped).with_query(parameter.name, value))
        if page is not None and whole is not None:
            member = self._member(value.lstrip("+-").partition(",")[0], whole.rows)
            made = Filtered(parameter, value, page.answer, page.rows, member, self.late)
            self.listing.sorted.append(made)


_PLACES = ("offset", "skip", "page", "pagenumber", "pageno", "cursor", "after", "before", "fields", "expand")
_RANGE: Callable[[str], bool] = lambda name: any(  # noqa: E731
    plain(name).startswith(p) or plain(name).endswith(p)
    for p in ("from", "to", "min", "max", "since", "until")
)


def _rows(answer: Answer) -> list[Row]:
    """The rows of an answer, each with the members of its inner objects as its own."""
    return [_level(row) for row in rows(document(answer))]


def _level(row: Row, depth: int = 3) -> Row:
    found = dict(row)
    for inner in row.values() if depth else ():
        if isinstance(inner, dict):
            found = {**_level(inner, depth - 1), **found}
    return found


def _parts(parameter: ApiParameter) -> list[ApiParameter]:
    """A parameter as it is sent: ``filter[currency]`` and its like where it is a deep object."""
    if parameter.style != "deepObject" or parameter.schema is None:
        return [parameter]
    schema = parameter.schema
    given = schema.schema.get("properties") if isinstance(schema.schema, Mapping) else None
    return [
        replace(
            parameter,
            name=f"{parameter.name}[{name}]",
            schema=replace(schema, pointer=f"{schema.pointer}/properties/{name}", schema=inner),
            style="",
        )
        for name, inner in (given.items() if isinstance(given, Mapping) else ())
    ]


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
