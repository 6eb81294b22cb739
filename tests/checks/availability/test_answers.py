"""Answers, and the lack of them."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request, Response

from conformance.errors import Inconclusive
from tests.checks.asked import answering, by_language, findings, rows

ROW = {"id": "1", "kind": "savings", "name": "A", "currencies": ["HKD"], "features": ["f"]}


@pytest.mark.parametrize("status", [404, 400, 405, 500, 501, 301, 204])
def test_any_other_status_than_200_is_no_answer(status: int) -> None:
    found = findings("availability.answers", lambda _: Response(b"", status))
    assert {finding.actual for finding in found} == {f"status {status}"}


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_prove_nothing_of_the_function(status: int) -> None:
    with pytest.raises(Inconclusive, match="credentials"):
        findings("availability.answers", lambda _: Response(b"", status))


def test_the_language_that_fails_is_named() -> None:
    good = by_language(en=rows(ROW), zh_Hant=rows(ROW), zh_Hans=rows(ROW))

    def bank(request: Request) -> Response:
        broken = request.headers["Accept-Language"] == "zh-Hans"
        return Response(b"", 500) if broken else good(request)

    (found,) = findings("availability.answers", bank)
    assert "sc" in found.expected


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1,]", b"NaN", b"[" * 5000, b"\xef\xbb\xbf{}"])
def test_what_is_declared_as_json_and_is_none_is_found_in_every_language(body: bytes) -> None:
    assert len(findings("availability.can_be_parsed", answering(body))) == 3


def test_a_page_of_html_is_left_to_the_check_of_media_types() -> None:
    bank = Response(b"<!doctype html>", content_type="text/html")
    assert not findings("availability.can_be_parsed", lambda _: bank)


@pytest.mark.parametrize("payload", [{"dtaa": []}, [], {"data": {}}, {"data": "x"}, {}, 7, {"data": [7]}])
def test_rows_that_are_not_where_they_should_be_are_missed_once(payload: object) -> None:
    missed = findings("availability.rows_found", payload)
    empty = findings("availability.list_not_empty", payload)
    assert bool(missed) != bool(empty)


def test_an_empty_list_is_not_a_wrong_one() -> None:
    assert not findings("availability.rows_found", rows())
    assert len(findings("availability.list_not_empty", rows())) == 1
