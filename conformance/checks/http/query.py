"""What a query that is unknown, malformed or broken does to the server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from conformance import probe
from conformance.errors import NotApplicable
from conformance.model import Finding, Request
from conformance.operation import LanguageCarrier, Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

MALFORMED = ("none", "-1", "99999999999999999999", "1e309", "'", "\x00")
"""Values that a careless parser trips over; none means anything to a database or a shell."""
BROKEN = ("%zz", "%", "%c0%ae", "%ff%fe", "&&=&", "a[b]=c&a=d")
"""Queries that are no percent-encoded UTF-8 pairs (RFC 3986, 2.1) or repeat a name in odd ways."""


@check(requests=1)
def unknown_parameter(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Ignores or refuses a query parameter that it does not know, a quote in it too, without a fault."""
    probe.read(reading)
    name, other = (probe.word("parameter", operation.id, which) for which in ("number", "quote"))
    answer = tsp.send(probe.with_query(tsp.request(operation), f"{name}=1&{other}=it%27s"))
    if answer.status >= 500:
        yield Finding(
            expected="the same answer, or 400",
            actual=f"status {answer.status}",
            at="two unknown query parameters, a number and a text with a quote",
            exchange=answer.exchange,
        )


@check(requests=7)
def malformed_parameter(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers malformed values of its query parameters with a 4xx status, not with a fault of the server."""
    probe.read(reading)
    names = list(dict.fromkeys(_parameters(operation)))
    if not names:
        raise NotApplicable("the function is configured with no query parameter")
    faults = 0
    # Values go round the parameters, beginning elsewhere for each function, so that many functions cover all.
    first = int(probe.word("query", operation.id)[1:], 16)
    for index, value in enumerate(MALFORMED):
        name = names[(first + index) % len(names)]
        query = f"{name}={quote(value, safe='')}"
        answer = tsp.send(probe.with_query(_without(tsp, operation, name), query))
        if answer.status >= 500:
            faults += 1
            yield Finding(
                expected=f"400, or the value ignored, for {query}",
                actual=f"status {answer.status}",
                at=f"query parameter {name}",
                exchange=answer.exchange,
            )
    if not faults:
        probe.control(tsp, operation)


@check(requests=7)
def broken_query(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses or ignores a query that is not well formed, without a fault of the server."""
    operation = probe.sample(tsp, operations)
    faults = 0
    for text in BROKEN:
        answer = tsp.send(probe.with_query(tsp.request(operation), text))
        if answer.status >= 500:
            faults += 1
            yield Finding(
                expected=f"400, or the query ignored, for {text!r}",
                actual=f"status {answer.status}",
                at="query",
                exchange=answer.exchange,
            )
    if not faults:
        probe.control(tsp, operation)


def _parameters(operation: Operation) -> Iterator[str]:
    if operation.paging is not None:
        names = (operation.paging.parameter, operation.paging.size_parameter)
        yield from (name for name in names if name and name not in operation.in_body)
    yield from (name for name, _ in operation.query)
    if operation.language is not None and operation.language.carrier is LanguageCarrier.QUERY:
        yield operation.language.name


def _without(tsp: Tsp, operation: Operation, name: str) -> Request:
    request = tsp.request(operation)
    path, _, query = request.url.partition("?")
    kept = "&".join(pair for pair in query.split("&") if pair and pair.partition("=")[0] != name)
    return Request(request.method, f"{path}?{kept}" if kept else path, request.headers, request.body)
