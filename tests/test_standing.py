"""Tokens that a bank ends before their time are fetched anew, once for each that has opened something."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.operation import Operation
from conformance.secret import Secret
from conformance.session import open_session
from conformance.target import Target
from conformance.tsp import Memory, Tsp
from conformance.wire import MemoryWire

FUNCTION = "other.fx-rate"


class Gate:
    """A bank whose tokens are told to live an hour, and end after so many requests."""

    def __init__(self, requests: int) -> None:
        self.requests = requests
        self.given = self.left = self.refused = self.stumbles = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            self.given += 1
            self.left = self.requests
            told = {"access_token": f"token-{self.given}-of-the-bank", "expires_in": 3600}
            return Response(json.dumps(told), content_type="application/json")
        if self.stumbles:
            self.stumbles -= 1
            return Response(status=401)
        shown = request.headers.get("Authorization", "")
        if shown != f"Bearer token-{self.given}-of-the-bank" or self.left <= 0 or "wrong" in request.args:
            self.refused += 1
            return Response(status=401)
        self.left -= 1
        return Response('{"data": []}', content_type="application/json")


@contextmanager
def opened(gate: Gate) -> Iterator[tuple[Tsp, Operation]]:
    target = Target.model_validate(
        {
            "bank": {"name": "Forgetful Bank"},
            "base_url": "https://bank.example",
            "limits": {"requests_per_second": 9000},
            "functions": {FUNCTION: "offered"},
            "authentication": {
                "kind": "oauth2-client-credentials",
                "token_url": "/token",
                "client_id": "tsp",
                "client_secret": Secret("secret-of-the-tsp", name="SECRET"),
            },
        }
    )
    plan, profiles = prepare(target, Scope(phases=("1",)))
    still = 1_800_000_000.0
    with open_session(target, profiles, plan, wire=MemoryWire(gate), clock=lambda: still) as session:
        yield Tsp(session.traffic, "case", Memory()), session.operations[FUNCTION]


def test_a_run_goes_on_when_the_bank_ends_a_token_early() -> None:
    gate = Gate(3)
    with opened(gate) as (tsp, operation):
        statuses = [tsp.send(tsp.request(operation)).status for _ in range(10)]
        early = [each.early for each in tsp.standing.early]
    assert statuses == [200] * 10
    assert (gate.given, gate.refused) == (4, 6)
    assert early == [3600] * 3


def test_a_place_that_an_earlier_token_opened_tells_of_the_end_of_a_later_one() -> None:
    gate = Gate(2)
    with opened(gate) as (tsp, operation):

        def asked(more: str = "") -> int:
            request = tsp.request(operation)
            return tsp.send(replace(request, url=f"{request.url}{more}")).status

        assert [asked(), asked("/other"), asked(), asked(), asked("/other")] == [200] * 5
        assert len(tsp.standing.early) == 2


def test_a_refusal_that_does_not_repeat_is_no_end_of_a_token() -> None:
    gate = Gate(1000)
    with opened(gate) as (tsp, operation):
        assert tsp.send(tsp.request(operation)).ok
        gate.stumbles = 1
        assert tsp.send(tsp.request(operation)).ok
        assert not tsp.standing.early
    assert gate.given == 1


def test_a_token_that_opened_nothing_is_not_fetched_again() -> None:
    gate = Gate(0)
    with opened(gate) as (tsp, operation):
        assert [tsp.send(tsp.request(operation)).status for _ in range(5)] == [401] * 5
    assert gate.given == 1


def test_a_refusal_that_a_new_token_does_not_mend_is_soon_taken_for_what_it_is() -> None:
    gate = Gate(1000)
    with opened(gate) as (tsp, operation):
        assert tsp.send(tsp.request(operation)).ok
        wrong = (("wrong", "1"),)
        assert [tsp.send(tsp.request(operation, query=wrong)).status for _ in range(6)] == [401] * 6
        assert gate.given <= 3
        assert tsp.send(tsp.request(operation)).ok


def test_credentials_of_a_check_s_own_making_are_not_replaced() -> None:
    gate = Gate(1000)
    with opened(gate) as (tsp, operation):
        right = tsp.request(operation)
        assert tsp.send(right).ok
        assert tsp.send(right.with_header("Authorization", "Bearer garbage")).status == 401
        assert tsp.send(right.without_header("Authorization")).status == 401
    assert gate.given == 1
