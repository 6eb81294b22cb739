"""A gateway's 502 for one request is an answer, and for all of them a bank that is away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from conformance.authentication import Anonymous
from conformance.errors import Unreachable
from conformance.model import Request
from conformance.pace import Limits
from conformance.secret import Vault
from conformance.traffic import Traffic
from conformance.wire import MemoryWire

BANK = "https://bank.example"
GOOD, BAD = Request("GET", f"{BANK}/good"), Request("GET", f"{BANK}/bad")
WRITE = Request("POST", f"{BANK}/bad")
Head = tuple[str, list[tuple[str, str]]]


def _bank(answers: Callable[[str, int], Head]) -> tuple[Traffic, list[str]]:
    """Traffic to a bank that answers by the path and the number of the request, and what it was asked."""
    asked: list[str] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        start_response(*answers(environ["PATH_INFO"], len(asked)))
        return [b"{}"]

    vault = Vault()
    limits = Limits(requests_per_second=10_000.0)
    return Traffic(
        MemoryWire(app), BANK, vault=vault, credentials=Anonymous().flow(vault), limits=limits
    ), asked


def _ok(*_: Any) -> Head:
    return "200 OK", []


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_request_that_a_gateway_gets_no_answer_for_is_answered_so(status: int) -> None:
    sender, asked = _bank(lambda path, _: (f"{status} Fell", []) if path == "/bad" else _ok())
    sender.send(GOOD, "case")
    assert sender.send(BAD, "case").status == status
    assert asked == ["GET /good", "GET /bad", "GET /bad", "GET /good"]


def test_one_502_that_does_not_repeat_is_borne() -> None:
    sender, asked = _bank(lambda _, number: ("502 Bad Gateway", []) if number == 2 else _ok())
    sender.send(GOOD, "case")
    assert sender.send(BAD, "case").status == 200
    assert asked == ["GET /good", "GET /bad", "GET /bad"]


def test_a_write_that_a_gateway_gets_no_answer_for_is_not_sent_again() -> None:
    sender, asked = _bank(lambda path, _: ("504 Gateway Timeout", []) if path == "/bad" else _ok())
    sender.send(GOOD, "case")
    assert sender.send(WRITE, "case").status == 504
    assert asked == ["GET /good", "POST /bad", "GET /good"]
    fresh, asked = _bank(lambda *_: ("502 Bad Gateway", []))
    with pytest.raises(Unreachable):
        fresh.send(WRITE, "case")
    assert asked == ["POST /bad"]


def test_a_bank_that_is_away_behind_its_gateway_has_not_answered() -> None:
    sender, asked = _bank(lambda _, number: _ok() if number == 1 else ("502 Bad Gateway", []))
    sender.send(GOOD, "case")
    with pytest.raises(Unreachable, match="502"):
        sender.send(BAD, "case")
    assert asked.count("GET /bad") == 3


def test_a_503_that_asks_to_come_back_is_no_crash() -> None:
    head: Head = ("503 Service Unavailable", [("Retry-After", "600")])
    sender, asked = _bank(lambda path, _: head if path == "/bad" else _ok())
    sender.send(GOOD, "case")
    with pytest.raises(Unreachable, match="come back"):
        sender.send(BAD, "case")
    assert asked == ["GET /good", "GET /bad"]
