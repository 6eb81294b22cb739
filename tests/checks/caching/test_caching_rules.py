"""The checks of caching read what caches read, and leave alone what is allowed."""

from __future__ import annotations

import itertools

import pytest
from werkzeug.wrappers import Request, Response

from conformance.checks.caching.directives import cache_control, http_date
from conformance.model import Verdict
from tests.checks.other_bank import RATES, gated, judge, rates, serving


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("no-cache, no-store, must-revalidate", {"no-cache": "", "no-store": "", "must-revalidate": ""}),
        ('private="Set-Cookie", max-age=60', {"private": "Set-Cookie", "max-age": "60"}),
        ("MAX-AGE=0,,public", {"max-age": "0", "public": ""}),
        ('max-age="60"', {"max-age": "60"}),
        ("", {}),
        ("max-age=60; public", None),
        ("max-age==1", None),
    ],
)
def test_cache_control_is_read_as_caches_read_it(text: str, read: dict[str, str] | None) -> None:
    assert cache_control(text) == read


@pytest.mark.parametrize(
    "value",
    [
        "no-cache, no-store, must-revalidate, max-age=0",
        "private, max-age=600",
        "public, max-age=86400, immutable",
        "no-cache",
        'private="Set-Cookie", max-age=60',
        "max-age=60, stale-while-revalidate=30, x-own=yes",
    ],
)
def test_the_usual_directives_are_not_blamed(value: str) -> None:
    assert not judge(serving(lambda _: rates(Cache_Control=value)), ["caching.directives"]).found


@pytest.mark.parametrize("text", ["", "0", "-1", "Mon, 99 Foo 2024", "Fri, 31 Dec 99999 00:00:00 GMT", "\0"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert http_date(text) is None


def test_a_bank_without_validators_and_cache_headers_is_not_blamed() -> None:
    judged = judge(serving(lambda _: rates()), ["caching.*"])
    assert not judged.found
    assert judged.verdicts("caching.etag_revalidates") == {Verdict.NOT_APPLICABLE}


def test_data_that_changes_on_every_read_with_its_etag_is_not_blamed() -> None:
    count = itertools.count()

    def read(_: Request) -> Response:
        number = next(count)
        response = Response(RATES.replace(b"7.75", b"7.%d" % number), content_type="application/json")
        response.set_etag(str(number))
        return response

    assert not judge(serving(read), ["caching.*"]).found


def test_a_weak_etag_that_is_matched_weakly_is_right() -> None:
    def read(request: Request) -> Response:
        response = rates()
        response.set_etag("v1", weak=True)
        return response.make_conditional(request)

    judged = judge(serving(read), ["caching.*"])
    assert not judged.found
    assert judged.verdicts("caching.not_modified_complete") == {Verdict.PASS}


def test_an_answer_of_a_cache_is_as_old_as_its_age_says() -> None:
    response = rates(Date="Mon, 05 Feb 2024 08:00:00 GMT")
    assert judge(serving(lambda _: response), ["caching.date_true"]).found


def test_data_behind_an_authorization_header_needs_no_private() -> None:
    def read(request: Request) -> Response:
        if request.headers.get("Authorization") != "Bearer right-token":
            return Response(status=401)
        return rates(Cache_Control="max-age=60")

    judged = judge(
        serving(read), ["caching.protected_data_not_shared"], **gated(Authorization="Bearer right-token")
    )
    assert judged.verdicts("caching.protected_data_not_shared") == {Verdict.PASS}
