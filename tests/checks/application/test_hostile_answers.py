"""Whatever a bank answers to an application, the suite does not fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from conformance.model import Verdict
from tests.checks.application.shapes import judged, target

DEEP = "[" * 5000 + "]" * 5000
BODIES = [
    "",
    "null",
    "[]",
    '"id"',
    "{}",
    '{"id": null, "status": {"a": 1}}',
    '{"id": ["x"], "status": 7}',
    '{"id": "../../admin", "status": "draft"}',
    '{"id": "a b\\r\\nX: y", "status": "\\u0000"}',
    '{"id": "\\ud800", "status": "draft"}',
    '{"id": 1e400}',
    '{"job": "employed", "url": 5}',
    '{"job": {"a": []}, "url": "https://bank.example/start/\\u2028"}',
    '{"job": [null, {}, [], "employed"], "url": "https://[::1"}',
    DEEP,
    "<html>",
    "\ud83d".encode("utf-16", "surrogatepass").hex(),
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_no_answer_makes_the_suite_fail(body: str) -> None:
    def bank(environ: dict[str, Any], start_response: Any) -> Any:
        headers = [("Location", "//[::1/%zz/../.."), ("Content-Type", "application/json")]
        start_response("201 Created" if "HTTP_X_KEY" in environ else "401 Unauthorized", headers)
        return [body.encode("utf-8", "surrogatepass")]

    results = judged(bank, target())
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]


def test_identifiers_that_are_paths_stay_one_segment() -> None:
    seen: list[str] = []

    def bank(environ: dict[str, Any], start_response: Any) -> Any:
        with Request(environ) as request:
            seen.append(environ.get("RAW_URI") or environ["PATH_INFO"])
            told = json.dumps({"id": "../../admin?x=1#", "status": "draft", "job": ["employed"]})
            status = 201 if "X-Key" in request.headers else 401
            return Response(told, status, content_type="application/json")(environ, start_response)

    judged(bank, target())
    assert not [path for path in seen if path.startswith("/admin")]
