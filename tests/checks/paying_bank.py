"""The reference bank with other ways to take payments, right or wrong, judged in memory by chosen checks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from werkzeug.wrappers import Response

from conformance.bank.app import Bank
from conformance.conduct import Scope, prepare
from conformance.embedded import MEMORY_URL, POLICY, description
from conformance.ledger import Ledger
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire, WSGIApplication
from tests.matrix import Clock

Around = Callable[[WSGIApplication], WSGIApplication]
TRANSFER = "deposits.fund-transfer"
BAD = (Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR, Verdict.INCONCLUSIVE)


def judged(
    *checks: str,
    policy: Mapping[str, object] | None = None,
    around: Around = lambda app: app,
    file: Callable[[dict[str, Any]], None] = lambda _: None,
    only: tuple[str, ...] = (),
) -> tuple[tuple[Result, ...], Ledger]:
    """The results of checks (globs) of Phase IV, and the ledger. ``only`` are the functions to judge by.

    ``policy`` changes the bank, ``around`` its wire, ``file`` its bank.yaml.
    """
    clock, chosen = Clock(), POLICY
    for path, value in (policy or {}).items():
        chosen = chosen.evolve(path if "." in path else f"payments.{path}", value)
    data = description(MEMORY_URL, policy=chosen)
    file(data)
    target = Target.model_validate(data)
    plan, profiles = prepare(target, Scope(profiles=("phase4",)))
    kept = (case for case in plan.cases if any(fnmatchcase(case.check, glob) for glob in checks))
    plan = replace(plan, cases=tuple(case for case in kept if not only or case.function in only))
    assert plan.cases
    wire = MemoryWire(around(Bank(chosen, clock, 0)))
    with open_session(target, profiles, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        results = judge(plan, session)
        return results, session.ledger


def blamed(results: Iterable[Result]) -> list[str]:
    """What is held against the bank or could not be judged, in words."""
    return [
        f"{r.case.id} {r.verdict} {r.reason} {[(f.expected, f.actual) for f in r.findings]} {r.traceback}"
        for r in results
        if r.verdict in BAD
    ]


def found(results: Iterable[Result]) -> set[str]:
    """The checks that found something."""
    return {result.case.check for result in results if result.findings}


def verdicts(results: Iterable[Result]) -> set[Verdict]:
    return {result.verdict for result in results}


def answering(path: str, change: Callable[[Any], Any], method: str = "") -> Around:
    """Changes the JSON of successful answers of paths that begin so; bytes take the place of the body."""

    def around(app: WSGIApplication) -> WSGIApplication:
        def changed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            mine = environ["PATH_INFO"].startswith(path) and method in ("", environ["REQUEST_METHOD"])
            if not mine:
                return app(environ, start_response)
            response = Response.from_app(app, environ)
            if response.status_code < 300:
                made = change(json.loads(response.get_data() or b"null"))
                response.set_data(made if isinstance(made, bytes) else json.dumps(made))
            return response(environ, start_response)

        return changed

    return around
