"""Banks made with other frameworks, and described in other versions of OpenAPI: right ones are not blamed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from tests.limiters import running
from tests.openworld.banks import Small, blamed, found, judged
from tests.openworld.test_shapes import RATES
from tests.ports import free_port

ROWS = [{"code": code, "bid": bid, "offer": offer} for code, (bid, offer) in RATES.items()]
FIELDS = {"currency": "$.code", "base": {"constant": "HKD"}, "buy": "$.bid", "sell": "$.offer"}
HTTP = tuple(
    f"{subject}."
    for subject in (
        "http", "headers", "cors", "caching", "path", "method", "host", "limits", "compression", "error",
        "transport", "reliability", "smuggling", "negative", "contract",
    )
)  # fmt: skip
"""Subjects that look at HTTP and at what is described, whatever the data say."""
UNADORNED = {
    "headers.strict_transport_security", "headers.strict_transport_security_on_errors", "headers.nosniff",
    "smuggling.conflicting_lengths_refused", "transport.plain_http_refused",
}  # fmt: skip
"""What frameworks leave to the server before them, as a bank in memory, without one, is rightly told."""


def entry(path: str) -> dict[str, Any]:
    return {"request": {"path": path}, "rows": ["$[*]"], "fields": FIELDS}


def as_json(value: Any, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(value), status, headers, content_type="application/json")


class StrictSlashes:
    """Paths end with a slash; without it they lead there with 308, as werkzeug and Flask do it."""

    rules = Map([Rule("/fx/", endpoint="fx", methods=["GET"])], strict_slashes=True)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return self.answer(environ)(environ, start_response)

    def answer(self, environ: dict[str, Any]) -> Any:
        try:
            self.rules.bind_to_environ(environ).match()
        except HTTPException as refusal:
            return refusal
        return as_json(ROWS)


class Typed(StrictSlashes):
    """Errors as frameworks of typed functions give them: ``detail``, and 422 for a wrong query."""

    rules = Map([Rule("/fx", endpoint="fx", methods=["GET"])], strict_slashes=False)

    def answer(self, environ: dict[str, Any]) -> Any:
        try:
            self.rules.bind_to_environ(environ).match()
        except HTTPException as refusal:
            headers = dict(refusal.get_response(environ).headers)
            allowed = {"Allow": headers["Allow"]} if "Allow" in headers else {}
            return as_json({"detail": refusal.name}, refusal.code or 500, **allowed)
        page = Request(environ).args.get("page", "1")
        if not page.isascii() or not page.isdigit() or int(page) < 1:
            wrong = {
                "loc": ["query", "page"],
                "msg": "Input should be a valid integer",
                "type": "int_parsing",
            }
            return as_json({"detail": [wrong]}, 422)
        return as_json(ROWS)


def about_http(results: Iterable[Result]) -> set[str]:
    return {check for check in found(results) if check.startswith(HTTP)} - UNADORNED


PAGES = {"error.media_type", "headers.pages_not_framed", "host.wrong_host_not_reflected"}
"""What is true of errors in HTML, and of a redirect to whatever host the request names."""


@pytest.mark.parametrize(
    ("bank", "path", "true"), [(StrictSlashes(), "/fx/", PAGES), (Typed(), "/fx", set[str]())]
)
def test_a_bank_of_another_framework_is_told_what_is_true(
    bank: StrictSlashes, path: str, true: set[str]
) -> None:
    results = judged(bank, {"other.fx-rate": entry(path)})
    assert not blamed(results)
    assert about_http(results) == true


SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "bid", "offer"],
        "properties": {name: {"type": "string"} for name in ("code", "bid", "offer")},
    },
}
HEAD = {"info": {"title": "Rates", "version": "1"}}
OPERATION: dict[str, Any] = {"operationId": "rates", "summary": "Exchange rates"}
DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "Swagger 2.0": {
        "swagger": "2.0",
        **HEAD,
        "host": "bank.example",
        "schemes": ["https"],
        "produces": ["application/json"],
        "paths": {
            "/fx": {"get": {**OPERATION, "responses": {"200": {"description": "Rates.", "schema": SCHEMA}}}}
        },
    },
    "OpenAPI 3.0": {
        "openapi": "3.0.3",
        **HEAD,
        "servers": [{"url": "https://bank.example"}],
        "paths": {
            "/fx": {
                "get": {
                    **OPERATION,
                    "responses": {
                        "200": {"description": "Rates.", "content": {"application/json": {"schema": SCHEMA}}}
                    },
                }
            }
        },
    },
}


@pytest.mark.parametrize("version", DESCRIPTIONS)
def test_a_bank_described_in_an_older_version_is_not_blamed(version: str, tmp_path: Path) -> None:
    described = tmp_path / "api.json"
    described.write_text(json.dumps(DESCRIPTIONS[version]), encoding="utf-8")
    results = judged(Small({"/fx": lambda _: ROWS}), {"other.fx-rate": entry("/fx")}, api=str(described))
    assert not blamed(results)
    assert not about_http(results)


NODE = """
const rows = %s, json = {'Content-Type': 'application/json; charset=utf-8'};
const wrong = code => JSON.stringify({error: {code: code, message: 'See the description.'}});
require('http').createServer((asked, answer) => {
  let status = 200, body = JSON.stringify(rows), headers = {...json};
  if (asked.url.split('?')[0] !== '/fx-rates') { status = 404; body = wrong('not_found') }
  else if (!['GET', 'HEAD'].includes(asked.method)) {
    status = 405; headers.Allow = 'GET, HEAD'; body = wrong('method_not_allowed') }
  asked.on('data', () => {});
  asked.on('end', () => {
    answer.writeHead(status, headers); answer.end(asked.method === 'HEAD' ? '' : body) });
}).listen(%d, '127.0.0.1');
"""


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_a_bank_on_node_is_not_blamed() -> None:
    port = free_port()
    with running(["node", "-e", NODE % (json.dumps(ROWS), port)], port) as url:
        target = Target.model_validate(
            {
                "bank": {"name": "Node"},
                "base_url": url.removesuffix("/fx-rates"),
                "allow": ["intrusive"],
                "limits": {"requests_per_second": 5000},
                "functions": {"other.fx-rate": entry("/fx-rates")},
            }
        )
        plan, profiles = prepare(target, Scope(phases=("1",)))
        cases = tuple(c for c in plan.cases if c.check.startswith(HTTP) and "bomb" not in c.check)
        with open_session(target, profiles, replace(plan, cases=cases)) as session:
            results = judge(replace(plan, cases=cases), session)
    assert not [(r.case.id, r.traceback) for r in results if r.verdict is Verdict.ERROR]
    assert not about_http(results)
