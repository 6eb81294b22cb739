"""Limits as libraries and gateways of many makes have them: only what is wrong with them is said."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
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

FIELDS = {"currency": "$.code", "base": {"constant": "HKD"}, "buy": "$.bid", "sell": "$.offer"}
BODIES = {"/fx": [{"code": "USD", "bid": "7.77", "offer": "7.80"}], "/places": [{"name": "Central"}]}
CLIENTS = {"one": "the first secret", "two": "the second secret"}


@dataclass(frozen=True)
class State:
    """What a limit has to tell: requests, seconds until the reset, the moment of it, whether it refuses."""

    quota: int
    left: int
    wait: float
    at: float
    refuses: bool


Fields = Callable[[State], Mapping[str, str]]


class Window:
    """So many in a window; whoever asks for more is shut out for ``block`` seconds."""

    def __init__(self, quota: int, seconds: float, block: float = 0.0) -> None:
        self.quota, self.seconds, self.block = quota, seconds, block
        self.begun = self.shut = -math.inf
        self.used = 0

    def take(self, now: float) -> tuple[bool, int, float]:
        if now < self.shut:
            return False, 0, self.shut - now
        if now >= self.begun + self.seconds:
            self.begun, self.used = now, 0
        served = self.used < self.quota
        self.used += served
        if not served and self.block:
            self.shut = now + self.block
            return False, 0, self.block
        return served, self.quota - self.used, self.begun + self.seconds - now


class Bank:
    """A bank that counts each TSP by itself, and strangers by address."""

    def __init__(self, limit: Callable[[], Window], fields: Fields, by: str = "caller") -> None:
        self.clock = Timeline()
        self.limit, self.fields, self.by = limit, fields, by
        self.limits: dict[str, Window] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        response.headers["Date"] = formatdate(self.clock(), usegmt=True)
        answer: Iterable[bytes] = response(environ, start_response)
        return answer

    def _answer(self, request: Request) -> Response:
        name = request.headers.get("ClientID", "")
        known = CLIENTS.get(name) == request.headers.get("ClientSecret")
        key = name if known else "address"
        key += {"path": request.path, "caller": ""}.get(self.by, request.headers.get(self.by, ""))
        limit = self.limits.setdefault(key, self.limit())
        served, left, wait = limit.take(self.clock())
        headers = dict(self.fields(State(limit.quota, left, wait, self.clock() + wait, not served)))
        if not served:
            headers.setdefault("Retry-After", str(math.ceil(wait)))
            return self._fault("too_many_requests", 429, headers)
        body = BODIES.get(request.path.rstrip("/"))
        if body is None or request.method != "GET":
            return self._fault("not_found", 404, headers)
        if not known:
            return self._fault("unauthorized", 401, headers)
        return Response(json.dumps(body), 200, headers, content_type="application/json")

    def _fault(self, code: str, status: int, headers: Mapping[str, str]) -> Response:
        body = json.dumps({"error": {"code": code, "message": "See the description."}})
        return Response(body, status, dict(headers), content_type="application/json")


def silent(_: State) -> Mapping[str, str]:
    return {}


def ibm(now: State) -> Mapping[str, str]:
    return {
        "X-RateLimit-Limit": f"name=default,{now.quota};",
        "X-RateLimit-Remaining": f"name=default,{now.left};",
    }


def numbered(now: State) -> Mapping[str, str]:
    return {
        "RateLimit-Limit": str(now.quota),
        "RateLimit-Remaining": str(now.left),
        "RateLimit-Reset": str(math.ceil(now.wait)),
    }


def github(now: State) -> Mapping[str, str]:
    return {
        "X-RateLimit-Limit": str(now.quota),
        "X-RateLimit-Remaining": str(now.left),
        "X-RateLimit-Reset": str(math.ceil(now.at)),
    }


def structured(now: State) -> Mapping[str, str]:
    return {
        "RateLimit-Policy": f'"d";q={now.quota};w=2',
        "RateLimit": f'"d";r={now.left};t={math.ceil(now.wait)}',
    }


def plenty(now: State) -> Mapping[str, str]:
    """What a quota for an hour says, where another one for two seconds refuses."""
    return {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": str(4000 + now.left)}


def on_refusals(now: State) -> Mapping[str, str]:
    return numbered(now) if now.refuses else {}


def judged(bank: Bank, *checks: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Result]:
    for name, secret in CLIENTS.items():
        monkeypatch.setenv(f"LIMITS_{name}_SECRET", secret)
        monkeypatch.setenv(f"LIMITS_{name}_ID", name)
    first, second = (
        {
            "kind": "header-pair",
            "headers": {"ClientID": f"env:LIMITS_{name}_ID", "ClientSecret": f"env:LIMITS_{name}_SECRET"},
        }
        for name in CLIENTS
    )
    target = Target.model_validate(
        {
            "bank": {"name": "Open World"},
            "base_url": "https://bank.example",
            "authentication": first,
            "rate_limit": {"second_tsp": second},
            "allow": ["intrusive"],
            "limits": {"requests_per_second": 5000},
            "functions": {
                "other.fx-rate": {"request": {"path": "/fx"}, "rows": ["$[*]"], "fields": FIELDS},
                "other.branch": {
                    "request": {"path": "/places"},
                    "rows": ["$[*]"],
                    "fields": {"name": "$.name"},
                },
            },
        }
    )
    wanted = {f"rate_limit.{check}" for check in checks}
    plan, profiles = prepare(
        target, Scope(profiles=("phase1",), selection=Selection(checks=tuple(sorted(wanted))))
    )
    with open_session(target, profiles, plan, wire=MemoryWire(bank, clock=bank.clock)) as session:
        cases = [case for case in plan.cases if case.check in wanted]
        results = {case.check.removeprefix("rate_limit."): execute(case, session) for case in cases}
    assert not [result.traceback for result in results.values() if result.verdict is Verdict.ERROR]
    return results


SAID = ("fields_readable", "remaining_counts_down", "forms_agree", "quota_true", "reset_true")


@pytest.mark.parametrize("fields", [ibm, numbered, github, structured, plenty])
def test_fields_of_other_makes_are_right(fields: Fields, monkeypatch: pytest.MonkeyPatch) -> None:
    results = judged(Bank(lambda: Window(6, 2.0), fields), *SAID, monkeypatch=monkeypatch)
    assert not {check: result.findings for check, result in results.items() if result.findings}


def wrong(fields: Fields, **values: str) -> Fields:
    """The same fields, but for these; where there are two values, now the one and now the other."""

    def told(now: State) -> Mapping[str, str]:
        changed = {name.replace("_", "-"): value.split("|") for name, value in values.items()}
        return dict(fields(now)) | {name: ways[now.left % len(ways)] for name, ways in changed.items()}

    return told


WRONG = [
    (wrong(structured, RateLimit="r=5;t=1"), "fields_readable"),
    (wrong(github, X_RateLimit_Reset="1767232800"), "reset_true"),
    (wrong(github, X_RateLimit_Reset="1767236402|2"), "reset_true"),
]


@pytest.mark.parametrize(("fields", "check"), WRONG)
def test_a_wrong_field_is_found_by_one_check(
    fields: Fields, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = judged(Bank(lambda: Window(6, 2.0), fields), *SAID, monkeypatch=monkeypatch)
    assert {name for name, result in results.items() if result.findings} == {check}


def test_fields_on_refusals_alone_are_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Bank(lambda: Window(6, 2.0), on_refusals)
    result = judged(bank, "fields_everywhere", monkeypatch=monkeypatch)["fields_everywhere"]
    assert result.verdict is Verdict.NOT_APPLICABLE


def test_a_limit_by_the_minute_lets_go_and_one_by_the_day_is_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    minute = judged(Bank(lambda: Window(60, 60.0), silent), "lets_go", monkeypatch=monkeypatch)
    assert minute["lets_go"].verdict is Verdict.PASS
    day = judged(Bank(lambda: Window(60, 86400.0), silent), "lets_go", monkeypatch=monkeypatch)
    assert day["lets_go"].verdict is Verdict.INCONCLUSIVE


def test_a_limit_of_one_at_a_time_is_met_and_kept_for_each_tsp(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Bank(lambda: Window(1, 1.0), silent)
    results = judged(bank, "limited", "others_served", monkeypatch=monkeypatch)
    assert {result.verdict for result in results.values()} == {Verdict.PASS}
    assert "1 in" in (told := str(results["limited"].notes["rate"]["limit"])) or "burst 1" in told


def test_who_is_shut_out_for_a_while_makes_no_window_of_that_length(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Bank(lambda: Window(10, 1.0, block=5.0), silent)
    note = judged(bank, "limited", monkeypatch=monkeypatch)["limited"].notes["rate"]
    assert note["confidence"] == "low"


@pytest.mark.parametrize(
    ("by", "check"),
    [
        ("path", "spelling_ignored"),
        ("X-Cluster-Client-IP", "forwarding_ignored"),
        ("X-Correlation-Id", "made_up_identity_ignored"),
    ],
)
def test_a_way_around_a_low_limit_is_found(by: str, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Bank(lambda: Window(8, 2.0), silent, by)
    assert judged(bank, check, monkeypatch=monkeypatch)[check].findings
