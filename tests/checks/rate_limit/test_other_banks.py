"""Limits as other gateways have them: only what is wrong with them is said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.load.timeline import Timeline
from conformance.model import Result, Verdict
from conformance.plan import Selection
from conformance.run import execute
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.checks.other_bank import FIELDS, PATH, RATES

CHECKS = ("rate_limit.*", "resilience.*")
Refuse = Callable[[float], Response]


class Gateway:
    """A window of 12 in 2 seconds for everybody, if ``limited`` at all; only GET of PATH is counted."""

    def __init__(self, refuse: Refuse, headers: Mapping[str, str], *, limited: bool = True) -> None:
        self.clock = Timeline()
        self.refuse, self.headers, self.limited = refuse, headers, limited
        self.begun, self.used, self.requests = 0.0, 0, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        self.requests += 1
        if (request.method, request.path) != ("GET", PATH):
            return Response(status=404)
        now = self.clock()
        if now >= self.begun + 2:
            self.begun, self.used = now, 0
        if self.limited and self.used >= 12:
            return self.refuse(self.begun + 2 - now)
        self.used += 1
        left = {"left": 12 - self.used, "reset": int(self.begun + 3)}
        headers = {name: value.format(**left) for name, value in self.headers.items()}
        return Response(RATES, content_type="application/json", headers=headers)


def judged(gateway: Gateway, **settings: Any) -> dict[str, Result]:
    data: dict[str, Any] = {
        "bank": {"name": "Other Bank"},
        "base_url": "https://other.example",
        "limits": {"requests_per_second": 5000},
        "allow": ["intrusive"],
        "functions": {"other.fx-rate": {"request": {"path": PATH}, "rows": ["$[*]"], "fields": FIELDS}},
    } | settings
    target = Target.model_validate(data)
    plan, profiles = prepare(target, Scope(profiles=("phase1",), selection=Selection(checks=CHECKS)))
    wire = MemoryWire(gateway, clock=gateway.clock)
    with open_session(target, profiles, plan, wire=wire) as session:
        cases = [case for case in plan.cases if case.check.startswith(("rate_limit.", "resilience."))]
        return {case.check: execute(case, session) for case in cases}


def found(results: Mapping[str, Result]) -> set[str]:
    assert not [result.traceback for result in results.values() if result.verdict is Verdict.ERROR]
    return {check for check, result in results.items() if result.findings}


def contract(wait: float) -> Response:
    return Response(
        json.dumps({"message": "Too many requests"}),
        429,
        content_type="application/json",
        headers={"Retry-After": str(int(wait) + 1)},
    )


def page(_: float) -> Response:
    return Response("<h1>503 Service Temporarily Unavailable</h1>", 503, content_type="text/html")


def test_a_fixed_window_with_github_s_fields_is_said_to_leave_failures_out_and_nothing_else() -> None:
    headers = {
        "X-RateLimit-Limit": "12",
        "X-RateLimit-Remaining": "{left}",
        "X-RateLimit-Reset": "{reset}",
    }
    results = judged(Gateway(contract, headers))
    assert found(results) == {"rate_limit.failures_counted"}
    told = re.fullmatch(
        r"fixed window, 12 in (.*) s", str(results["rate_limit.limited"].notes["rate"]["limit"])
    )
    assert told is not None
    assert float(told[1]) == pytest.approx(2, rel=0.03)


def test_a_bank_without_fields_is_not_blamed_for_that() -> None:
    results = judged(Gateway(contract, {}))
    assert found(results) == {"rate_limit.failures_counted"}
    assert results["rate_limit.fields_readable"].verdict is Verdict.NOT_APPLICABLE


def test_the_default_of_nginx_is_told_by_status_body_and_retry_after() -> None:
    assert found(judged(Gateway(page, {}))) == {
        "rate_limit.refused_with_429",
        "rate_limit.retry_after_given",
        "rate_limit.explained",
        "rate_limit.failures_counted",
    }


def test_a_bank_without_a_limit_is_told_so_once() -> None:
    results = judged(Gateway(contract, {}, limited=False))
    assert found(results) == {"rate_limit.limited"}


def test_one_tsp_alone_leaves_the_isolation_of_tsps_open() -> None:
    result = judged(Gateway(contract, {}))["rate_limit.others_served"]
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "rate_limit.second_tsp" in result.reason


def test_nothing_is_sent_without_permission() -> None:
    gateway = Gateway(contract, {})
    results = judged(gateway, allow=[])
    assert gateway.requests <= 1  # the read that shows whether connections are kept
    assert results["rate_limit.limited"].verdict is Verdict.INCONCLUSIVE


def test_the_caps_of_the_file_hold_for_a_search() -> None:
    gateway = Gateway(contract, {}, limited=False)
    judged(gateway, rate_limit={"requests": 40, "requests_per_second": 20})
    assert gateway.requests < 120


def test_the_cap_on_requests_of_the_whole_run_holds() -> None:
    gateway = Gateway(contract, {}, limited=False)
    judged(gateway, limits={"requests_per_second": 5000, "max_requests": 30})
    assert gateway.requests <= 30


@pytest.mark.parametrize("value", ["", "\x00", '"' * 9000, "9" * 9000, "limit=\uff11", ";" * 5000])
def test_hostile_fields_make_findings_and_no_error(value: str) -> None:
    def refuse(_: float) -> Response:
        return Response("{" * 5000, 429, content_type="application/json")

    gateway = Gateway(refuse, {})
    gateway.headers = {"RateLimit": value.replace("{", "{{"), "X-RateLimit-Limit": value}
    assert "rate_limit.fields_readable" in found(judged(gateway))


class TokenGateway(Gateway):
    """The same, for a TSP with a token, of which it may fetch any number; counted ``by`` token or client."""

    def __init__(self, by: str, *, another: bool = True) -> None:
        super().__init__(contract, {})
        self.by, self.another, self.given = by, another, 0
        self.counts: dict[str, tuple[float, int]] = {}

    def _answer(self, request: Request) -> Response:
        if request.path == "/token":
            self.given += self.another or not self.given
            token = {"access_token": f"token-{self.given}-of-tsp", "token_type": "Bearer", "expires_in": 600}
            return Response(json.dumps(token), content_type="application/json")
        shown = request.headers.get("Authorization", "")
        if "-of-tsp" not in shown:
            return Response(status=401)
        key = shown if self.by == "token" else "tsp"
        self.begun, self.used = self.counts.get(key, (0.0, 0))
        answer = super()._answer(request)
        self.counts[key] = self.begun, self.used
        return answer


@pytest.mark.parametrize(
    ("by", "another", "verdict"),
    [
        ("token", True, Verdict.OBSERVATION),
        ("client", True, Verdict.PASS),
        ("token", False, Verdict.NOT_APPLICABLE),
    ],
)
def test_a_limit_for_each_token_is_evaded_by_new_ones(
    by: str, another: bool, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_BANK_SECRET", "a secret of some length")
    scheme = {
        "kind": "oauth2-client-credentials",
        "token_url": "/token",
        "client_id": "tsp",
        "client_secret": "env:TOKEN_BANK_SECRET",
    }
    results = judged(TokenGateway(by, another=another), authentication=scheme)
    result = results["rate_limit.new_tokens_ignored"]
    assert (result.verdict, result.traceback) == (verdict, "")
