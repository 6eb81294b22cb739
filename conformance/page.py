"""A published web page: its text, links, tables and dates, read without running anything of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from conformance.answer import Answer
from conformance.errors import Inconclusive, NeedsReview
from conformance.model import Request
from conformance.tsp import Tsp

HOPS = 5
"""Redirects that are followed, all to hosts that the target names."""
LEAST_TEXT = 200
"""Characters below which a page with scripts is taken to be drawn by them."""
_LARGEST = 1_000_000
_UNSEEN = frozenset({"script", "style", "template", "noscript"})
_BREAKS = frozenset({"p", "div", "li", "tr", "td", "th", "br", "h1", "h2", "h3", "h4", "section", "article"})
_CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(slots=True)
class Page:
    """What a page shows. ``rows`` are those of its tables, each a tuple of the text of its cells."""

    url: str
    text: str = ""
    links: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    items: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    scripted: bool = False
    exchange: int = 0

    @property
    def chinese(self) -> int:
        """The number of Chinese characters."""
        return len(_CHINESE.findall(self.text))

    def says(self, words: re.Pattern[str]) -> bool:
        """Whether the text, or an address that it leads to, has one of the words."""
        return bool(words.search(self.text)) or any(words.search(link) for link in self.links)

    def readable(self) -> Page:
        """The page itself; raises ``NeedsReview`` when scripts draw it, so that its text is not here."""
        if self.scripted and len(self.text.strip()) < LEAST_TEXT:
            raise NeedsReview(f"{self.url} is drawn by scripts, which the suite does not run; look at it")
        return self


@dataclass(slots=True)
class _Seen:
    text: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    scripted: bool = False


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = _Seen()
        self._url = url
        self._hidden = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._item: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._hidden += 1
            self.seen.scripted = self.seen.scripted or tag == "script"
        if tag in _BREAKS:
            self.handle_data("\n")
        if tag == "a" and given.get("href") and len(self.seen.links) < 5000:
            self.seen.links.append(_joined(self._url, given["href"]))
        if tag == "time" and given.get("datetime"):
            self.seen.moments.append(given["datetime"])
        if tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._cell = []
        elif tag == "li":
            self._item = []

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
        elif tag == "li" and self._item is not None:
            self.seen.items.append(" ".join("".join(self._item).split()))
            self._item = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.seen.text.append(data)
        for part in (self._cell, self._item):
            if part is not None:
                part.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row.append(" ".join("".join(self._cell).split()))
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self.seen.rows.append(tuple(self._row))
        self._row = None


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()[:2000])
    except ValueError:
        return ""


def read(answer: Answer) -> Page:
    """The page in an answer; what is no HTML is its plain text."""
    reader = _Reader(answer.request.url)
    reader.feed(answer.text()[:_LARGEST])
    reader.close()
    seen = reader.seen
    return Page(
        url=answer.request.url,
        text=re.sub(r"[ \t\r\f\v\u00a0]+", " ", "".join(seen.text)),
        links=tuple(filter(None, seen.links)),
        rows=tuple(seen.rows),
        items=tuple(seen.items),
        moments=tuple(seen.moments),
        scripted=seen.scripted,
        exchange=answer.exchange,
    )


def shown(tsp: Tsp, answer: Answer) -> Page:
    """The page in an answer, read once in a session."""
    found: Page = tsp.memory.once(("page", answer.exchange), lambda: read(answer))
    return found


def fetch(tsp: Tsp, url: str, accept: str = "text/html, application/xhtml+xml, */*;q=0.5") -> Answer:
    """The answer at an address after its redirects, each to https and to a host that the target names.

    Raises ``Inconclusive`` for a redirect that is not followed.
    """
    for _ in range(HOPS + 1):
        answer = tsp.once(Request("GET", url, (("Accept", accept),)))
        location = answer.header("Location")
        if not 300 <= answer.status < 400 or not location:
            return answer
        following = _joined(url, location)
        plain = urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https"
        if plain or not tsp.knows(following):
            raise Inconclusive(
                f"{url} leads to {following[:200]}, which is not followed; name its host under hosts: "
                "or give the address that it leads to"
            )
        url = following
    raise Inconclusive(f"{url}: more than {HOPS} redirects")


def pages(tsp: Tsp, urls: dict[str, str]) -> Iterator[tuple[str, Page]]:
    """The pages at addresses, by what they are called; those that answer no 200 are left out."""
    for name, url in urls.items():
        answer = fetch(tsp, url)
        if answer.status == 200:
            yield name, shown(tsp, answer)


def words(*given: str) -> re.Pattern[str]:
    """A pattern of any of some words, English ones from where they begin."""
    return re.compile("|".join(rf"\b{w}" if w.isascii() else w for w in given), re.IGNORECASE)
