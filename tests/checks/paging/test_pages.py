"""Pages as banks cut them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from conformance.errors import NotApplicable
from tests.checks.asked import SAVINGS, Answering, answering, findings, rows

CHECKS = ("total_is_true", "pages_are_complete", "pages_do_not_repeat", "numbering_begins_as_declared",
          "order_holds", "smallest_size_is_honoured", "largest_size_is_honoured",
          "sizes_out_of_range_are_refused", "page_after_last_is_empty")  # fmt: skip
ROWS = [{"id": str(n), "kind": "savings", "name": f"A{n}"} for n in range(10)]


def entry(**paging: Any) -> dict[str, Any]:
    rule = {"kind": "page", "parameter": "p", "size_parameter": "s", "total": "$.total"} | paging
    return {
        "request": {"method": "GET", "path": "/list"},
        "rows": ["$.items[*]"],
        "fields": {"id": "$.id", "name": "$.name", "kind": "$.kind"},
        "paging": rule,
    }


def bank(*, base: int = 1, after_last: int = 200, largest: int = 100, too_large: int = 400) -> Answering:
    """A bank with ten rows that cuts pages correctly, in one of the usual ways."""

    def answer(request: Request) -> Response:
        number, size = int(request.args.get("p", base)), int(request.args.get("s", 4))
        if size < 1 or number < base:
            return Response(b"", 400)
        if size > largest:
            if too_large >= 400:
                return Response(b"", too_large)
            size = largest
        start = (number - base) * size
        if start >= len(ROWS) and after_last >= 400:
            return Response(b"", after_last)
        return answering({"items": ROWS[start : start + size], "total": len(ROWS)})(request)

    return answer


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("given", "paging"),
    [
        pytest.param(bank(), {"largest": 100}, id="from one"),
        pytest.param(bank(base=0), {"base": 0, "largest": 100}, id="from zero"),
        pytest.param(bank(after_last=404), {"largest": 100}, id="404 after the last"),
        pytest.param(bank(largest=5), {"largest": 5}, id="small largest"),
        pytest.param(bank(too_large=200), {"largest": 100}, id="cut to the largest"),
        pytest.param(bank(), {"total": ""}, id="without total and largest"),
    ],
)
def test_a_list_cut_in_any_usual_way_is_right(check: str, given: Answering, paging: dict[str, Any]) -> None:
    with suppress(NotApplicable):
        assert not findings(f"paging.{check}", given, SAVINGS, entry(**paging))


@pytest.mark.parametrize("check", CHECKS[1:])
def test_a_bank_without_pages_is_not_asked_for_any(check: str) -> None:
    unpaged = entry() | {"paging": "none"}
    with pytest.raises(NotApplicable):
        findings(f"paging.{check}", answering({"items": ROWS}), SAVINGS, unpaged)


@pytest.mark.parametrize("check", CHECKS)
def test_a_list_of_one_row_is_right(check: str) -> None:
    with suppress(NotApplicable):
        assert not findings(f"paging.{check}", rows(ROWS[0]))


def test_a_bank_that_counts_from_zero_but_declares_one_is_found_once() -> None:
    fired = [c for c in CHECKS if findings(f"paging.{c}", bank(base=0), SAVINGS, entry(base=1, largest=100))]
    assert fired == ["numbering_begins_as_declared"]


@pytest.mark.parametrize(("total", "untrue"), [("11", 1), (str(len(ROWS)), 0), ("many", 0), ("", 0)])
def test_a_total_as_text_counts_where_it_is_a_number(total: str, untrue: int) -> None:
    payload = {"items": ROWS, "total": total}
    assert len(findings("paging.total_is_true", payload, SAVINGS, entry(size_parameter=""))) == untrue


def test_a_language_column_does_not_change_what_a_page_counts() -> None:
    both = [row | {"lang": tongue} for row in ROWS[:4] for tongue in ("en", "zh")]
    column = entry(size_parameter="") | {"language": {"column": "$.lang", "values": {"en": "en", "tc": "zh"}}}
    assert not findings("paging.total_is_true", {"items": both, "total": 8}, SAVINGS, column)
