"""What answers say of limits, in every form that is in use, and in none."""

from __future__ import annotations

import pytest

from conformance.checks.rate_limit.declared import Told, delay, malformed, names, told
from conformance.load.shot import Hit, Shot
from conformance.model import Request


def hit(**fields: str) -> Hit:
    headers = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return Hit(Shot(0.0, Request("GET", "https://bank.example/")), 0.0, 0.0, 0.0, 429, headers)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"RateLimit_Policy": '"default";q=100;w=60', "RateLimit": '"default";r=50;t=30'},
            (Told("RateLimit", ((100, 60),), 50),),
        ),
        (
            {
                "RateLimit_Policy": '"20-in-4sec"; q=20; w=4; pk=:MTI3:, "day";q=5000;w=86400',
                "RateLimit": '"20-in-4sec"; r=19; t=4',
            },
            (Told("RateLimit", ((20, 4), (5000, 86400)), 19),),
        ),
        ({"RateLimit": "limit=100, remaining=50, reset=5"}, (Told("RateLimit", ((100, None),), 50),)),
        (
            {"RateLimit_Limit": "100, 100;w=60", "RateLimit_Remaining": "3", "RateLimit_Reset": "7"},
            (Told("RateLimit-…", ((100, None),), 3),),
        ),
        (
            {
                "X_RateLimit_Limit": "5000",
                "X_RateLimit_Remaining": "4999",
                "X_RateLimit_Reset": "1767236400",
            },
            (Told("X-RateLimit-…", ((5000, None),), 4999),),
        ),
        ({"X_RateLimit_Limit_Minute": "60", "X_RateLimit_Remaining_Minute": "59"}, ()),
        ({"Content_Type": "application/json"}, ()),
    ],
)
def test_every_form_is_read_and_none_is_malformed(fields: dict[str, str], expected: tuple[Told, ...]) -> None:
    assert told(hit(**fields)) == expected
    assert not list(malformed(hit(**fields)))


@pytest.mark.parametrize(
    "fields",
    [
        {"RateLimit": "limit=50, window=1s"},
        {"RateLimit": '"default;r=5'},
        {"RateLimit_Policy": ""},
        {"X_RateLimit_Remaining": "many"},
        {"X_RateLimit_Remaining": "-1"},
        {"RateLimit_Limit": "\uff11\uff10"},
        {"RateLimit": '"\x00";r=1'},
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str]) -> None:
    assert [name for name, _, _ in malformed(hit(**fields))] == list(names(hit(**fields)))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("3", 3.0),
        (" 120 ", 120.0),
        ("Thu, 01 Jan 2026 03:00:10 GMT", 10.0),
        ("Thursday, 01-Jan-26 03:00:10 GMT", 10.0),
        ("1.5", None),
        ("-1", None),
        ("soon", None),
        ("2026-01-01T03:00:10Z", None),
        ("\uff13", None),
        ("9" * 400, 999999999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nothing_else(value: str, seconds: float | None) -> None:
    assert delay(hit(Retry_After=value, Date="Thu, 01 Jan 2026 03:00:00 GMT"), 0.0) == seconds
