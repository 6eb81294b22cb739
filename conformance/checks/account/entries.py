"""Lists of entries: their order, their period, their pages."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from urllib.parse import urljoin, urlsplit

from conformance.answer import Answer
from conformance.entry import Period
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.consent import HONG_KONG, instant
from conformance.operation import Operation
from conformance.protected import GrantedTsp, Protected
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

MOST_PAGES = 40
TIMES = ("booked_at", "as_of", "paid_at", "created_at")


@dataclass(frozen=True, slots=True)
class Walked:
    """A list followed from link to link: its rows in order, the total of its first page, why it ended."""

    rows: tuple[Row, ...]
    total: int | None
    ended: str
    answer: Answer


def _fullest(protected: Protected, operation: Operation) -> Reading:
    reading = protected.reading(protected.fullest(operation))
    reading.success()
    return reading


def _walked(reading: Reading, tsp: GrantedTsp) -> Walked:
    """The whole list of a bank that speaks the canonical API. ``ended`` is empty where it ends well."""
    answer = tsp.send(tsp.request(reading.operation))
    rows: list[Row] = []
    total = reading.document_of(answer).first("$.meta.total")
    for _ in range(MOST_PAGES):
        if answer.status != 200:
            return _as_walked(rows, total, f"status {answer.status} on a page", answer)
        page = reading.rows_of(answer).rows
        rows += page
        link = reading.document_of(answer).first("$.links.next")
        if not isinstance(link, str) or not link:
            return _as_walked(rows, total, "", answer)
        if not page:
            return _as_walked(rows, total, "a link to a next page after an empty one", answer)
        here, there = urlsplit(answer.request.url), urlsplit(urljoin(answer.request.url, link))
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            return _as_walked(rows, total, f"a link to another host, {there.netloc[:60]}", answer)
        plain = tsp.request(reading.operation, credentials=False)
        answer = tsp.send(tsp.authorized(replace(plain, url=there.geturl())))
    return _as_walked(rows, total, "", answer)


def _as_walked(rows: list[Row], total: object, ended: str, answer: Answer) -> Walked:
    known = total if isinstance(total, int) and not isinstance(total, bool) else None
    return Walked(tuple(rows), known, ended, answer)


def _paged(reading: Reading) -> Walked:
    """The whole list as the bank's own pages give it, by what its file says of them."""
    pages = list(reading.pages())
    rows = tuple(row for page in pages for row in reading.rows_of(page).rows)
    back = reading.led_back()
    counted = {sum(parts) for parts in zip_longest(*map(reading.counts, pages), fillvalue=0)} | {len(rows)}
    total = reading.total()
    known = None if total in counted or len(pages) > MOST_PAGES else total
    return Walked(rows, known, "a link to a page that came before" if back else "", back or pages[-1])


def _walk(protected: Protected, operation: Operation) -> Walked:
    reading = _fullest(protected, operation)
    canonical = reading.operation.canonical
    walked: Walked = protected.access.memory.once(
        ("account", "walk", reading.operation.path, reading.operation.query, reading.operation.body),
        lambda: _walked(reading, protected.granted(reading.operation)) if canonical else _paged(reading),
    )
    protected.tsp.exchanges.append(walked.answer.exchange)
    return walked


def _names(rows: tuple[Row, ...]) -> list[str]:
    return [row.text("id") or "" for row in rows]


@check(requests=5, logins=("grant of all",))
def no_entry_twice(protected: Protected, operation: Operation) -> Findings:
    """Gives no entry on two pages, also when entries are booked between them."""
    walked = _walk(protected, operation)
    names = [name for name in _names(walked.rows) if name]
    if not operation.canonical:  # an identifier of a bank's own may come again on another entry
        names = [json.dumps(row.value, sort_keys=True, default=str) for row in walked.rows if row.text("id")]
    if len(set(names)) < len(names):
        many = len(names) - len(set(names))
        yield Finding("each entry once", f"{many} of them twice", "/data", walked.answer.exchange)


@check(requests=5, logins=("grant of all",))
def list_complete(protected: Protected, operation: Operation) -> Findings:
    """Leads by its links to as many entries as its total says, and then to an end."""
    walked = _walk(protected, operation)
    names = _names(walked.rows)
    if len(set(names)) < len(names):
        return
    if walked.ended:
        yield Finding("a link to the next page, or none", walked.ended, "/links/next", walked.answer.exchange)
    elif walked.total is not None and walked.total != len(names):
        said = f"{len(names)} for a total of {walked.total}"
        yield Finding("as many entries as the total", said, "/meta/total", walked.answer.exchange)


@check(requests=3, logins=("grant of all",))
def page_size_obeyed(protected: Protected, operation: Operation) -> Findings:
    """Gives as many entries on a page as were asked for."""
    reading = _fullest(protected, operation)
    paging = reading.operation.paging or reading.operation.continuation
    if paging is None or not paging.size_parameter:
        raise NotApplicable("the size of a page cannot be chosen")
    if (reading.total() or len(reading.first_rows())) < 2:
        raise NotApplicable("no list has two entries")
    answer = protected.granted(reading.operation).call(
        reading.operation, query=((paging.size_parameter, "1"),)
    )
    rows = len(reading.rows_of(answer)) if answer.status == 200 else -1
    if rows > 1:
        yield Finding("one entry", f"{rows}", f"parameter {paging.size_parameter}", answer.exchange)


@check(requests=5, logins=("grant of all",))
def newest_first(protected: Protected, operation: Operation) -> Findings:
    """Lists entries from the newest to the oldest, over all pages."""
    if not operation.canonical:
        raise NotApplicable("the bank does not speak the canonical API, which defines this")
    walked = _walk(protected, operation)
    names = _names(walked.rows)
    if len(set(names)) < len(names):
        return
    moments = [row.instant("booked_at") for row in walked.rows]
    for row, here, after in zip(walked.rows[1:], moments, moments[1:], strict=False):
        if here is not None and after is not None and after > here:
            yield Finding("entries from the newest to the oldest", "a newer one after an older",
                          row.place("booked_at"), walked.answer.exchange)  # fmt: skip
            return


@check(requests=6, logins=("grant of all",))
def period_honoured(protected: Protected, operation: Operation) -> Findings:
    """Gives for a period the entries within it, those at its first and last instant included."""
    reading = _fullest(protected, operation)
    period = reading.operation.period
    if period is None:
        raise NotApplicable("the bank's file declares no period of a list (functions: period)")
    whole = [row for row in reading.rows() if row.instant("booked_at")]
    moments = sorted({_moment(row) for row in whole})
    if len(moments) < 6:
        raise NotApplicable("no account has entries at six different times")
    first, last = moments[len(moments) // 3], moments[len(moments) // 2]
    came, answer = _within(protected, reading, period, first, last)
    by_day = period.form == "date"
    begins, ends = (_day(first), _day(last)) if by_day else (first, last)
    for name, outside in (
        (period.first, [row for row in came if _at(row, by_day) < begins]),
        (period.last, [row for row in came if _at(row, by_day) > ends]),
    ):
        if outside:
            yield Finding(f"no entry beyond {name}", f"{len(outside)}", f"parameter {name}", answer.exchange)
    # Whether the ends themselves are in it, the canonical API says and a bank's file does not.
    sure = [row for row in whole if begins < _at(row, by_day) < ends]
    if reading.operation.canonical:
        sure = [row for row in whole if begins <= _moment(row) <= ends]
    expected, names = {row.text("id") for row in sure}, {row.text("id") for row in came}
    if len(expected) <= 100 and (missing := expected - names):
        yield Finding("every entry of the period", f"{len(missing)} missing", "period", answer.exchange)


def _within(
    protected: Protected, reading: Reading, period: Period, first: datetime, last: datetime
) -> tuple[list[Row], Answer]:
    """The entries that the bank gives for a period, those with a time, and the first answer that has them."""
    operation = reading.operation
    if operation.canonical:
        query: list[tuple[str, str]] = [(period.first, first.isoformat()), (period.last, last.isoformat())]
        query.append(("page_size", "100"))
    elif period.form == "date":
        query = [(period.first, f"{_day(first).date()}"), (period.last, f"{_day(last).date()}")]
    else:
        query = [(period.first, instant(first.timestamp())), (period.last, instant(last.timestamp()))]
    left = [pair for pair in operation.query if pair[0] not in dict(query)]
    cut = protected.reading(replace(operation, query=(*left, *query)))
    answer = cut.answer()
    if answer.status != 200:
        raise Inconclusive(f"the list for a period was answered {answer.status}")
    found = cut.rows_of(answer) if operation.canonical else cut.rows()
    return [row for row in found if row.instant("booked_at")], answer


def _day(moment: datetime) -> datetime:
    """The beginning of a moment's day in Hong Kong."""
    return moment.astimezone(HONG_KONG).replace(hour=0, minute=0, second=0, microsecond=0)


def _at(row: Row, by_day: bool) -> datetime:
    return _day(_moment(row)) if by_day else _moment(row)


@check(requests=4, logins=("grant of all",))
def times_have_come(
    protected: Protected, operation: Operation, *, skew: timedelta = timedelta(seconds=60)
) -> Findings:
    """Dates no booked entry and no balance later than now."""
    latest = datetime.fromtimestamp(protected.access.now(), UTC) + skew
    for reading in protected.readings(operation.id):
        if reading.answer().status != 200:
            continue
        for row in reading.rows():
            if (row.text("status") or "booked").lower() == "pending":
                continue
            for name in TIMES:
                told = row.instant(name)
                if told is not None and told > latest:
                    yield Finding("a time that has come", told.isoformat(), row.place(name),
                                  reading.answer().exchange)  # fmt: skip
                    return


def _moment(row: Row) -> datetime:
    found = row.instant("booked_at")
    return found if found is not None else datetime.min.replace(tzinfo=UTC)
