"""Small banks in memory, and the suite's judgement of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.model import Case, Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire

SLOW = ("rate_limit.", "resilience.", "compression.bomb")
"""Checks that wait or send much, and that these banks give nothing to judge."""
Answer = Callable[[Request], Any]


class Small:
    """A bank that answers each path with what a function makes of the request, JSON unless it says so."""

    def __init__(self, paths: Mapping[str, Answer]) -> None:
        self._paths = paths

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        answer = self._paths.get(request.path)
        if answer is None:
            return Response("", 404)(environ, start_response)
        if request.method not in ("GET", "HEAD"):
            return Response("", 405, headers={"Allow": "GET, HEAD"})(environ, start_response)
        made = answer(request)
        if not isinstance(made, Response):
            made = Response(json.dumps(made, ensure_ascii=False), content_type="application/json")
        return made(environ, start_response)


def judged(
    app: Callable[..., Any],
    functions: Mapping[str, Any],
    *,
    only: Callable[[Case], bool] = lambda case: not case.check.startswith(SLOW),
    **described: Any,
) -> tuple[Result, ...]:
    """The results of Phase I, of the cases that ``only`` admits."""
    target = Target.model_validate(
        {
            "bank": {"name": "Open World"},
            "base_url": "https://bank.example",
            "allow": ["intrusive"],
            "limits": {"requests_per_second": 5000},
            "functions": functions,
            **described,
        }
    )
    plan, profiles = prepare(target, Scope(phases=("1",)))
    plan = replace(plan, cases=tuple(case for case in plan.cases if only(case)))
    with open_session(target, profiles, plan, wire=MemoryWire(app)) as session:
        return judge(plan, session)


class Clocked(Protocol):
    """A bank with a clock of its own, which ``ahead`` moves."""

    ahead: float

    def now(self) -> float: ...

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]: ...


def judged_in_time(bank: Clocked, target: Target, scope: Scope, only: str = "") -> tuple[Result, ...]:
    """The results of a scope, or of ``only`` one check of it; waiting moves the bank's clock."""

    def sleep(seconds: float) -> None:
        bank.ahead += seconds

    plan, profiles = prepare(target, scope)
    if only:
        plan = replace(plan, cases=tuple(case for case in plan.cases if case.check == only))
    with open_session(target, profiles, plan, wire=MemoryWire(bank), clock=bank.now, sleep=sleep) as session:
        return judge(plan, session)


def told(results: Iterable[Result], *verdicts: Verdict) -> list[str]:
    """What was said of the cases that ended with one of the verdicts."""
    return [
        f"{r.case.id} {r.case.check} {r.reason} {r.findings} {r.traceback[-300:]}"
        for r in results
        if r.verdict in verdicts
    ]


def blamed(results: Iterable[Result]) -> dict[str, list[str]]:
    """What is held against the bank, or could not be judged: by check, in words."""
    bad = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)
    return {
        f"{r.case.check} {r.verdict}": [f"{f.expected}; {f.actual}" for f in r.findings]
        or [r.reason, r.traceback]
        for r in results
        if r.verdict in bad
    }


def found(results: Iterable[Result]) -> dict[str, list[str]]:
    """The findings by check, in words."""
    said: dict[str, list[str]] = {}
    for result in results:
        for f in result.findings:
            said.setdefault(result.case.check, []).append(f"{f.expected}; {f.actual} at {f.at}")
    return said
