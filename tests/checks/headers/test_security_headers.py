"""Security headers are read as browsers read them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conformance.checks.headers.transport_security import promise
from conformance.model import Verdict
from tests.checks.other_bank import judge, rates, serving

DAY = 86400


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("max-age=31536000", timedelta(days=365)),
        ('MAX-AGE="31536000"; includeSubDomains; preload', timedelta(days=365)),
        ("includeSubDomains ; max-age = 0", timedelta(0)),
        ("includeSubDomains", None),
        ("max-age=1; max-age=2", None),
        ("max-age=", None),
        ("max-age=-1", None),
        ("max-age=99999999999999999999", None),
    ],
)
def test_the_age_is_read_or_not_there(text: str, age: timedelta | None) -> None:
    found = promise([text])
    assert found is not None
    assert found.max_age == age


@pytest.mark.parametrize(("seconds", "blamed"), [(180 * DAY, False), (180 * DAY - 1, True)])
def test_half_a_year_is_enough_and_a_second_less_is_not(seconds: int, blamed: bool) -> None:
    bank = serving(lambda _: rates(Strict_Transport_Security=f"max-age={seconds}"))
    assert bool(judge(bank, ["headers.strict_transport_security"]).found) is blamed


def test_plain_http_on_loopback_needs_no_strict_transport_security() -> None:
    judged = judge(
        serving(lambda _: rates()), ["headers.strict_transport_security"], base_url="http://127.0.0.1:8080"
    )
    assert judged.verdicts("headers.strict_transport_security") == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Server", "cloudflare"),
        ("Server", "Apache"),
        ("X-Powered-By", "Servlet"),
        ("Via", "1.1 varnish"),
        ("X-Global-Transaction-ID", "10f3a2b1c4d5"),
        ("X-Forwarded-For", "10.1.2.3"),
        ("X-RateLimit-Limit", "10.0"),
        ("Location", "https://www.bank.local.example/"),
        ("Set-Cookie", "__cf_bm=x; Path=/; Secure; HttpOnly; SameSite=None"),
        ("Set-Cookie", "BIGipServerpool=!encrypted0000; Secure; HttpOnly; SameSite=Lax"),
        ("Referrer-Policy", "no-referrer, strict-origin-when-cross-origin"),
    ],
)
def test_headers_that_tell_nothing_are_not_blamed(name: str, value: str) -> None:
    own = {"headers.no_version_banner", "headers.no_internal_address", "headers.cookie_attributes"}
    bank = serving(lambda _: rates(**{name.replace("-", "_"): value}))
    assert not judge(bank, [*own, "headers.referrer_policy", "headers.single_fields"]).found


@pytest.mark.parametrize(
    "cookie",
    [
        "a=b",
        "a=b; secure; httponly",
        "a=b; HttpOnly; SameSite=Lax",
        "a=secure; Path=/; HttpOnly; SameSite=Lax",
    ],
)
def test_a_cookie_lacks_what_it_lacks(cookie: str) -> None:
    assert judge(serving(lambda _: rates(Set_Cookie=cookie)), ["headers.cookie_attributes"]).found
