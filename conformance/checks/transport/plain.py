"""What is answered to a request without TLS, and what leads there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit, urlunsplit

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.errors import NotApplicable, Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=3)
def plain_http_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Serves nothing by plain http: the connection is refused, or led to https without the data."""
    operation = probe.sample(tsp, operations)
    # No credentials: what goes by plain http is public.
    own = tsp.request(operation, credentials=False)
    for port, request in _plain(tsp, own, _https(own)):
        try:
            answer = tsp.send(request, patient=False)
        except Unreachable:
            continue
        actual = _served(tsp, operation, own, answer)
        if actual:
            yield Finding(
                expected="no connection, a refusal, or a redirect to https, by plain http",
                actual=actual,
                at=f"port {port}",
                exchange=answer.exchange,
            )
            return


@check(requests=1)
def redirect_keeps_tls(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Leads no client from https to plain http, by a redirect to the path with a slash more or less."""
    operation = probe.sample(tsp, operations)
    request = tsp.request(operation)
    _https(request)
    path = probe.path_of(request)
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    answer = probe.asked(tsp, probe.at_path(request, other or "/"))
    location = answer.header("Location") or ""
    if 300 <= answer.status < 400 and location.lower().startswith("http:"):
        yield Finding(
            expected="a redirect to https, or to a path alone",
            actual=f"status {answer.status} to {shown(location)}",
            at=f"path {other}",
            exchange=answer.exchange,
        )


def _https(request: Request) -> SplitResult:
    parts = urlsplit(request.url)
    if parts.scheme != "https":
        raise NotApplicable("the bank's base URL is not https")
    return parts


def _plain(tsp: Tsp, own: Request, parts: SplitResult) -> Iterator[tuple[int, Request]]:
    """The request by plain http, at each port where it might be answered.

    A port of its own has a plain twin nowhere that could be known, so that port itself is asked.
    """
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    for port in (80, 443) if parts.port in (None, 443) else (parts.port,):
        tsp.admit(f"{(parts.hostname or '').lower()}:{port}")
        netloc = f"{host}" if port == 80 else f"{host}:{port}"
        url = urlunsplit(("http", netloc, parts.path, parts.query, ""))
        yield port or 80, Request("GET" if not own.body else own.method, url, own.headers, own.body)


def _served(tsp: Tsp, operation: Operation, own: Request, answer: Answer) -> str:
    """What is wrong with an answer by plain http; empty where it refuses or leads to https."""
    location = answer.header("Location") or ""
    if (answer.ok and answer.body and answer.body == tsp.call(operation).body) or probe.has_rows(
        operation, answer
    ):
        return f"status {answer.status} with the data"
    if 300 <= answer.status < 400 and location.lower().startswith("http:"):
        return f"a redirect to {shown(location)}"
    if answer.status == 401 and answer.values("WWW-Authenticate"):
        secure = probe.asked(tsp, own)
        if secure.status == 401 and secure.values("WWW-Authenticate") == answer.values("WWW-Authenticate"):
            return "status 401, which asks for credentials to be sent without TLS"
    return ""
