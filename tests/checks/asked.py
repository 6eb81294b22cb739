"""One check, asked of a small bank that answers as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.model import Case, Finding, Level, Plan
from conformance.profile import chosen
from conformance.registry import all_checks
from conformance.session import open_session
from conformance.supply import Supply
from conformance.target import Target
from conformance.wire import MemoryWire

Answering = Callable[[Request], Response]

NOW = 1767236400.0
"""2026-01-01T11:00:00+08:00, the time of every bank here."""
LANGUAGES = {"header": "Accept-Language", "values": {"en": "en", "tc": "zh-Hant", "sc": "zh-Hans"}}
SAVINGS = "deposits.savings-account-product"


def rows(*given: Mapping[str, Any]) -> dict[str, Any]:
    """A canonical list of these rows."""
    return {"data": list(given), "meta": {"total": len(given), "page": 1, "page_size": 50}, "links": {}}


def answering(payload: Any) -> Answering:
    """Answers every request with the payload: bytes as they are, anything else as JSON."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return lambda _: Response(body, content_type="application/json")


def by_language(**payloads: Any) -> Answering:
    """Answers with the payload of the language asked for: en, zh_Hant, zh_Hans."""
    answers = {name.replace("_", "-"): answering(payload) for name, payload in payloads.items()}
    return lambda request: answers[request.headers["Accept-Language"]](request)


def findings(
    check: str,
    bank: Answering | Any,
    function: str = SAVINGS,
    entry: object = "offered",
    arguments: Mapping[str, object] | None = None,
    language: Mapping[str, object] | None = LANGUAGES,
) -> list[Finding]:
    """What a check finds at a bank that offers one function; an ``Outcome`` of the check is raised."""
    answer = bank if callable(bank) else answering(bank)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return answer(Request(environ))(environ, start_response)

    target = Target.model_validate(
        {
            "bank": {"name": "Test Bank"},
            "base_url": "https://bank.example",
            "limits": {"requests_per_second": 5000},
            "functions": {function: entry},
            "language": language,
        }
    )
    profiles = chosen(("phase1",), ())
    known = all_checks()[check]
    case = Case("case", "requirement", Level.EXPECTED, check, {}, function)
    with open_session(
        target, profiles, Plan((), profiles, 0, ""), wire=MemoryWire(app), clock=lambda: NOW
    ) as session:
        supply = Supply.of(session, case, known, 0)
        return list(known.function(*supply.arguments(), **known.arguments(arguments or {})))


def actual(found: list[Finding]) -> list[str]:
    """What was found, in the findings' own words."""
    return [finding.actual for finding in found]
