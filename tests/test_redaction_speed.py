"""Redaction keeps pace: a plain body costs little, and a hostile one no more than its length."""

from __future__ import annotations

import json
import time
import timeit

import pytest

from conformance.secret import Vault

CANARY = 'cAn4ry/v4lue+"wi&th\\odd=cha%rs'


def vault(*values: str) -> Vault:
    made = Vault()
    for value in values:
        made.add(value, "canary")
    return made


def test_a_plain_body_of_four_kilobytes_takes_a_few_times_as_long_as_to_parse_it() -> None:
    rows = [
        {
            "brand": "Harbour Bank",
            "name": f"Savings {n}",
            "rate": "3.5",
            "updated": "2024-05-02T09:30:00+08:00",
            "url": "https://www.example.hk/savings",
            "tiers": [{"min": "1000", "max": "50000"}],
        }
        for n in range(30)
    ]
    text = json.dumps({"data": rows})
    body = text.encode()[:4096]
    known = vault("client-secret-0123456789", "client-id-0123456789")
    parsed, redacted = (
        min(timeit.repeat(work, timer=time.thread_time, number=3, repeat=300))
        for work in (lambda: json.loads(text), lambda: known.body(body, "application/json"))
    )
    assert redacted < 8 * parsed


HOSTILE = [
    '"token":"',
    '\\"',
    '"secret":{"a":',
    "1 ",
    "4",
    "A123456",
    "bearer ",
    "eyJ",
    "-----BEGIN PRIVATE KEY-----",
    "&a=",
    "<input name=",
    "://a",
    "%20",
    'token="',
    '"token":"\\',
    "authorization:",
    "<a ",
    "\\",
    '"password":"\\"',
    "\\u0026",
    '"secret":["',
    "'a':",
    "a@",
    "eyJhbGc.",
    "cookie: a=b;",
    '\\\\"token\\\\":\\\\"',
    "=",
    "(",
    "[[",
    "token ",
    "<token>",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_body_takes_more_than_linear_time(piece: str) -> None:
    known = vault(CANARY)
    small, large = (piece * (size // len(piece) + 1) for size in (20_000, 160_000))
    first = min(_timed(known, small.encode(), 1, 10**6) for _ in range(2))
    second = min(_timed(known, large.encode(), 1, 10**6) for _ in range(2))
    assert second < max(40 * first, 0.3)


def _timed(known: Vault, body: bytes, times: int, limit: int = 16384) -> float:
    started = time.thread_time()
    for _ in range(times):
        known.body(body, "application/json", limit)
    return (time.thread_time() - started) / times
