"""Lists whose pages each say how to ask for the next one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from conformance.errors import NotApplicable
from tests.checks.asked import SAVINGS, Answering, answering, findings

ROWS = [{"id": str(n), "kind": "savings" if n % 2 else "time", "name": f"A{n % 3}"} for n in range(10)]
CHECKS = ("total_is_true", "pages_are_complete", "pages_do_not_repeat")


def entry(rows: str = "$.items[*]", **paging: Any) -> dict[str, Any]:
    rule = {"kind": "cursor", "parameter": "after", "next": "$.next", "size_parameter": "s"}
    return {
        "request": {"method": "GET", "path": "/list"},
        "rows": [rows],
        "fields": {"id": "$.id", "name": "$.name", "kind": "$.kind"},
        "paging": rule | {"total": "$.total"} | paging,
    }


def bank(*, over: int = 0, more: int = 0, links: bool = False, empty_end: bool = False) -> Answering:
    """A bank of ten rows; a page begins ``over`` rows too late, the total says ``more`` than there is."""

    def answer(request: Request) -> Response:
        size, start = int(request.args.get("s", 4)), int(request.args.get("after", 0))
        end = start + size
        following: Any = end + over if end < len(ROWS) + int(empty_end) else None
        if links and following is not None:
            following = f"/list?after={following}&s={size}"
        document = {"items": ROWS[start:end], "next": following, "total": len(ROWS) + more}
        return answering(document)(request)

    return answer


LINKS = {"kind": "links", "next": "$.next", "size_parameter": "s", "total": "$.total"}
"""The rule of a bank that gives the whole address of the next page."""


def linked() -> dict[str, Any]:
    return entry() | {"paging": LINKS}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("given", "read"),
    [
        pytest.param(bank(), entry(), id="cursor"),
        pytest.param(bank(links=True), linked(), id="links"),
        pytest.param(bank(empty_end=True), entry(), id="empty last page"),
        pytest.param(bank(), entry(rows="$.items[?@.kind == 'savings']"), id="some of the rows"),
        pytest.param(bank(), entry(rows="$.items[?@.id == '9']"), id="one of the rows"),
        pytest.param(bank(more=5), entry(total=""), id="no total declared"),
        pytest.param(bank(over=1), entry(size_parameter="", total=""), id="nothing to compare with"),
    ],
)
def test_a_right_walk_has_no_finding(check: str, given: Answering, read: dict[str, Any]) -> None:
    with suppress(NotApplicable):
        assert not findings(f"paging.{check}", given, SAVINGS, read)


@pytest.mark.parametrize(
    ("given", "read", "named"),
    [
        pytest.param(bank(over=-1), entry(), {"pages_do_not_repeat", "total_is_true"}, id="overlap"),
        pytest.param(bank(over=1), entry(), {"pages_are_complete", "total_is_true"}, id="gap"),
        pytest.param(bank(more=3), entry(), {"total_is_true"}, id="total"),
        pytest.param(bank(links=True, over=1), linked(), {"pages_are_complete", "total_is_true"}, id="links"),
    ],
)
def test_a_wrong_walk_is_found(given: Answering, read: dict[str, Any], named: set[str]) -> None:
    assert {check for check in CHECKS if findings(f"paging.{check}", given, SAVINGS, read)} == named
