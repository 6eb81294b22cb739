"""The list of partnering TSPs and their products (framework, paragraph 48)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from conformance import page
from conformance.errors import NeedsReview, NotApplicable
from conformance.model import Finding
from conformance.notice import Notice
from conformance.operation import Operation
from conformance.page import Page
from conformance.registry import Findings, check
from conformance.target import Target
from conformance.tsp import Tsp

NOTICE = Notice("partners", "list of partners", "partners are listed")
HEADING = page.words(
    "tsp", "partner", "provider", "company", "product", "app", "夥伴", "伙伴", "機構", "机构", "產品"
)
NOBODY = page.words("no partner", "no tsp", "currently no", "none at present", "暫無", "暂无", "沒有", "没有")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEAR = r"(?:updated?|as (?:at|of)|revised|reviewed|更新|截至|修訂|修订)[^0-9\n]{0,40}?"
_NAME = r"([A-Z][a-z]{2})[a-z]*\.?,? "
_DATES = (
    (re.compile(rf"{_NEAR}(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})", re.I), "ymd"),
    (re.compile(rf"{_NEAR}(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})", re.I), "dmy"),
    (re.compile(rf"{_NEAR}(\d{{1,2}})(?:st|nd|rd|th)? {_NAME}(\d{{4}})", re.I), "dby"),
    (re.compile(rf"{_NEAR}{_NAME}(\d{{1,2}}),? (\d{{4}})", re.I), "bdy"),
)


@check()
def published(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """Publishes a list of its partnering TSPs."""
    for name, url in NOTICE.addresses(target, offered).items():
        answer = page.fetch(tsp, url)
        if answer.status != 200:
            yield Finding(f"the list of partners in {name}", f"status {answer.status}", url, answer.exchange)
            continue
        shown = page.shown(tsp, answer).readable()
        if not entries(shown) and not NOBODY.search(shown.text):
            if shown.items:
                raise NeedsReview(f"{url} has lists but no table; look whether they name TSPs and products")
            yield Finding("TSPs in a table", "none", url, answer.exchange)


@check()
def products_named(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """Names the products of every TSP in the list: its apps or sites."""
    lists = NOTICE.shown(tsp, target, offered)
    if not any(map(entries, lists)):
        raise NotApplicable("no list of partners names anybody in a table")
    for shown in lists:
        for row in entries(shown):
            if not any(cell.strip(" -/") for cell in row[1:]):
                yield Finding(f"a product of {row[0][:60]}", "none", shown.url, shown.exchange)


@check()
def kept_current(tsp: Tsp, target: Target, offered: tuple[Operation, ...], *, max_age: timedelta) -> Findings:
    """Dates the list of TSPs, where it does, no further back than the given age, and not ahead."""
    today = datetime.fromtimestamp(tsp.now(), UTC).date()
    dated = 0
    for shown in NOTICE.shown(tsp, target, offered):
        for day in list(dates(shown))[:1]:
            dated += 1
            if today - day > max_age or day - today > timedelta(days=1):
                yield Finding(f"a date of the last {max_age.days} days", str(day), shown.url, shown.exchange)
    if not dated:
        raise NeedsReview("the list of partners gives no date of its own; look whether it is current")


@check()
def in_both_languages(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """Gives the list of TSPs in English and in Chinese."""
    shown = NOTICE.shown(tsp, target, offered)
    first = shown[0]
    if not any(len(re.findall(r"[A-Za-z]{3,}", one.text)) >= 10 for one in shown):
        yield Finding("the list in English", "no English text", first.url, first.exchange)
    if not any(one.chinese >= 10 for one in shown):
        yield Finding("the list in Chinese", "no Chinese text", first.url, first.exchange)


def entries(shown: Page) -> tuple[tuple[str, ...], ...]:
    """The rows of the page's tables that name somebody, without headings."""
    rows = [row for row in shown.rows if len(row) >= 2 and row[0].strip()]
    if rows and all(HEADING.search(cell) for cell in rows[0] if cell.strip()):
        rows = rows[1:]
    return tuple(rows)


def dates(shown: Page) -> Iterator[date]:
    """The dates that the page gives of itself, marked ones first."""
    for moment in shown.moments:
        try:
            yield date.fromisoformat(moment[:10])
        except ValueError:
            continue
    for pattern, order in _DATES:
        for found in pattern.findall(shown.text[:200_000]):
            named = dict(zip(order, found, strict=True))
            try:
                month = _MONTHS.index(named["b"].lower()) + 1 if "b" in named else int(named["m"])
                yield date(int(named["y"]), month, int(named["d"]))
            except (ValueError, OverflowError):
                continue
