"""Lists are compared with themselves in one state only, and asked for with values that they allow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.model import Exchange
from tests.third_bank.app import ThirdBank
from tests.third_bank.judged import judged, said

WHOLE = ("relation.filters", "relation.orders")


class Long(ThirdBank):
    """A right bank that never gives more than 23 entries at once, and says how many there are."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for key, entries in self.entries.items():
            entries += [{**entries[n % 2], "id": f"x{n}-{key[:4]}"} for n in range(40)]

    def _page(self, request: Request, name: str, rows: list[dict[str, Any]]) -> Response:
        asked = int(request.args.get("limit", "20"))
        if asked > 23 and len(rows) > 23:
            query = {**request.args, "limit": "23"}
            request = Request({**request.environ, "QUERY_STRING": urlencode(query)})
        return super()._page(request, name, rows)


class Grows(ThirdBank):
    """A right bank whose lists of entries get a debit for every PUT, even a refused one."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            for key, entries in self.entries.items():
                entry = {"kind": "debit", "amount": "1.00", "date": "2026-11-20", "text": "Fee"}
                entries.insert(0, {"id": f"e{len(entries)}-{key[:4]}", **entry})
        return super().__call__(environ, start_response)


def test_a_list_that_grows_between_two_calls_is_not_blamed() -> None:
    results = judged(Grows())
    assert not [r for r in results if r.findings], said(results)


def test_a_list_that_does_not_come_at_once_is_not_compared_with_what_did_not_come() -> None:
    results = judged(Long())
    assert not [r for r in results if r.findings and r.case.check.startswith(WHOLE)], said(results)


def test_a_filter_that_is_ignored_is_found_where_the_list_grows() -> None:
    results = judged(Grows(faults=("kind_ignored",)))
    assert {r.case.check for r in results if r.findings} == {"relation.filters_select"}, said(results)


def test_ranges_are_asked_with_values_that_the_description_allows() -> None:
    heard: list[Exchange] = []
    judged(ThirdBank(), heard=heard)
    asked = [(parse_qs(urlsplit(e.url).query), e.status) for e in heard]
    bounded = [(q["min_balance"][0], status) for q, status in asked if q.keys() == {"limit", "min_balance"}]
    assert bounded
    assert all(text.isdigit() and status == 200 for text, status in bounded)
