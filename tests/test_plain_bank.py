"""A plain, right bank that offers little: nothing that it never claimed is held against it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from conformance.conduct import Scope, prepare
from conformance.load.timeline import Timeline
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire

RATES = {
    "data": [
        {"currency": "USD", "base": "HKD", "buy": "7.7820", "sell": "7.8310", "rate_type": "tt"},
        {"currency": "EUR", "base": "HKD", "buy": "8.9012", "sell": "9.0455", "rate_type": "tt"},
    ]
}


def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One list, English only, no paging, no validators; everything else is a bare 404 or 405."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path != "/fx-rates":
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    if method not in ("GET", "HEAD"):
        start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), ("Content-Length", "0")])
        return []
    body = json.dumps(RATES).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [] if method == "HEAD" else [body]


def judged(**changes: Any) -> tuple[Result, ...]:
    described = {"bank": {"name": "Plain Bank"}, "base_url": "https://plain.example", "allow": ["intrusive"]}
    target = Target.model_validate(
        {
            **described,
            "limits": {"requests_per_second": 5000},
            "functions": {"other.fx-rate": "offered"},
            **changes,
        }
    )
    plan, profiles = prepare(target, Scope(phases=("1",)))
    with open_session(target, profiles, plan, wire=MemoryWire(plain, clock=Timeline())) as session:
        return judge(plan, session)


def test_a_plain_bank_is_conformant() -> None:
    found = judged()
    blamed = [
        (r.case.id, [(f.expected, f.actual) for f in r.findings]) for r in found if r.verdict is Verdict.FAIL
    ]
    assert not blamed
    assert not [(r.case.id, r.reason) for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


def test_what_a_plain_bank_lacks_is_observed_with_a_source_of_its_own() -> None:
    observed = {r.case.check for r in judged() if r.verdict is Verdict.OBSERVATION}
    assert "headers.strict_transport_security" in observed
