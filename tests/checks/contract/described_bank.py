"""Banks with a description of their own: a list of deposits, and one of them by its code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.model import Result
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire

Answering = Callable[[str], Response]
CODES = ("SAV001", "SAV002", "SAV003")


def of_json(document: Any, status: int = 200) -> Response:
    """A document as JSON."""
    return Response(json.dumps(document), status, content_type="application/json")


def deposit(code: str) -> dict[str, Any]:
    """What the bank tells of a deposit."""
    return {"code": code, "name": f"Deposit {code}", "rate": "0.125", "tiers": [{"from": "0"}]}


def described(
    schema: Mapping[str, Any] | None = None,
    parameter: Mapping[str, Any] | None = None,
    responses: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The description; ``schema`` is of one deposit, ``parameter`` of its code."""
    one = {"content": {"application/json": {"schema": schema or {"type": "object"}}}, "description": "One."}
    many = {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}
    read = {
        "parameters": [
            {"name": "code", "in": "path", "required": True, "schema": parameter or {"type": "string"}}
        ],
        "responses": {"200": one, "404": {"description": "None."}, **(responses or {})},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Deposits", "version": "1"},
        "paths": {
            "/deposits": {"get": {"responses": {"200": {"description": "All.", "content": many}}}},
            "/deposits/{code}": {"get": read},
        },
    }


def judged(
    folder: Path,
    checks: tuple[str, ...],
    one: Answering,
    *,
    many: Callable[[], Response] = lambda: of_json(list(map(deposit, CODES))),
    description: Mapping[str, Any] | None = None,
) -> tuple[Result, ...]:
    """The results of some checks at a bank that answers as given for all of its deposits, and for one."""
    (folder / "api.json").write_text(json.dumps(description or described()))

    @Request.application
    def bank(request: Request) -> Response:
        if request.method != "GET":
            return Response(status=405)
        if request.path == "/deposits":
            return many()
        parent, _, code = request.path.rpartition("/")
        return one(code) if parent == "/deposits" else Response(status=404)

    target = Target.model_validate(
        {
            "bank": {"name": "Small Bank"},
            "base_url": "https://small.example",
            "api": str(folder / "api.json"),
            "limits": {"requests_per_second": 9000, "jobs": 1},
        }
    )
    plan, profiles = prepare(target, Scope(profiles=("contract",), selection=Selection(checks=checks)))
    with open_session(target, profiles, plan, wire=MemoryWire(bank)) as session:
        return tuple(result for result in judge(plan, session) if not result.reason.startswith("left out"))
