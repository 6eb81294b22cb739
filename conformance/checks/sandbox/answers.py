"""The test environment that TSPs build against (framework, paragraph 52.4)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from conformance.dictionary import reads
from conformance.document import NotJson
from conformance.errors import Inconclusive, Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.target import Target
from conformance.tsp import Tsp


@check(requests=17)
def answers_with_data(tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> Findings:
    """Answers in the sandbox, with rows in them, the functions that need no customer."""
    base = _base(target)
    for operation in reads(offered):
        request = tsp.request(operation)
        moved = replace(request, url=base + request.url.removeprefix(target.base_url))
        problem, exchange = _problem(tsp, operation, moved)
        if problem:
            yield Finding(f"data of {operation.id} in the sandbox", problem, moved.url, exchange)


def _problem(tsp: Tsp, operation: Operation, request: Request) -> tuple[str, int | None]:
    try:
        answer = tsp.once(request)
    except Unreachable as fault:
        return fault.reason, None
    if not answer.ok:
        return f"status {answer.status}", answer.exchange
    try:
        rows = operation.mapping.read(answer.json())
    except NotJson as error:
        return error.reason, answer.exchange
    return "" if rows.rows else "no row", answer.exchange


def _base(target: Target) -> str:
    given = target.publication.sandbox if target.publication else ""
    if given:
        return given
    if target.environment == "production":
        raise Inconclusive("the bank's file names no sandbox: give publication.sandbox")
    return target.base_url if urlsplit(target.base_url).scheme else ""
