"""Small banks that share nothing with the reference bank, judged in memory by chosen checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.plan import Selection
from conformance.run import execute
from conformance.secret import Secret
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire, WSGIApplication

PATH = "/rates/v1/fx"
RATES = b'[{"code":"USD","base":"HKD","buy":"7.75","sell":"7.85"}]'
FIELDS = {"currency": "$.code", "base": "$.base", "buy": "$.buy", "sell": "$.sell"}

Answering = Callable[[Request], Response]


def rates(**headers: str) -> Response:
    """Plain rates as JSON; headers by name with underscores for hyphens."""
    response = Response(RATES, content_type="application/json")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def not_found(_: Request) -> Response:
    """An empty 404, which many gateways give."""
    return Response(status=404)


def serving(read: Answering, otherwise: Answering = not_found) -> WSGIApplication:
    """An application that answers GET of the one path, and everything else otherwise."""

    @Request.application
    def application(request: Request) -> Response:
        return read(request) if (request.method, request.path) == ("GET", PATH) else otherwise(request)

    return application


@dataclass(frozen=True)
class Judged:
    """What the chosen checks came to, each by its id."""

    results: tuple[Result, ...]
    found: Mapping[str, list[str]] = field(default_factory=dict)

    def verdicts(self, check: str) -> set[Verdict]:
        return {result.verdict for result in self.results if result.case.check == check}


def judge(application: WSGIApplication, checks: Sequence[str], **settings: Any) -> Judged:
    """The verdicts of checks (globs) on a bank; ``settings`` are further keys of its file."""
    data: dict[str, Any] = {
        "bank": {"name": "Other Bank"},
        "base_url": "https://other.example",
        "limits": {"requests_per_second": 5000},
        "allow": ["intrusive"],
        "functions": {
            "other.fx-rate": {"request": {"path": PATH}, "rows": ["$[*]"], "fields": FIELDS},
        },
    } | settings
    target = Target.model_validate(data)
    plan, profiles = prepare(target, Scope(profiles=("phase1",), selection=Selection(checks=tuple(checks))))
    with open_session(target, profiles, plan, wire=MemoryWire(application)) as session:
        chosen = [case for case in plan.cases if any(fnmatchcase(case.check, glob) for glob in checks)]
        results = tuple(execute(case, session) for case in chosen)
    assert not [result.traceback for result in results if result.verdict is Verdict.ERROR]
    found: dict[str, list[str]] = {}
    for result in results:
        for finding in result.findings:
            found.setdefault(result.case.check, []).append(f"{finding.at}: {finding.actual}")
    return Judged(results, found)


def gated(**headers: str) -> dict[str, Any]:
    """The authentication of a bank that wants these header fields."""
    fields = {name.replace("_", "-"): Secret(value, name=name) for name, value in headers.items()}
    return {"authentication": {"kind": "header-pair", "headers": fields}}
