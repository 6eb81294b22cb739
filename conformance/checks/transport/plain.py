"""What is answered to a request without TLS."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from conformance import probe
from conformance.document import shown
from conformance.errors import NotApplicable, Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=1)
def plain_http_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Serves nothing by plain http: the connection is refused, or led to https without the data."""
    operation = probe.sample(tsp, operations)
    # No credentials: what goes by plain http is public.
    own = tsp.request(operation, credentials=False)
    parts = urlsplit(own.url)
    if parts.scheme != "https":
        raise NotApplicable("the bank's base URL is not https")
    # A port of its own has a plain twin nowhere that could be known, so that port itself is asked.
    port = parts.port if parts.port not in (None, 443) else 80
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    tsp.admit(f"{host}:{port}")
    netloc = f"{host}" if port == 80 else f"{host}:{port}"
    url = urlunsplit(("http", netloc, parts.path, parts.query, ""))
    try:
        answer = tsp.send(
            Request("GET" if not own.body else own.method, url, own.headers, own.body), patient=False
        )
    except Unreachable:
        return
    location = answer.header("Location") or ""
    same = answer.ok and bool(answer.body) and answer.body == tsp.call(operation).body
    if same or probe.has_rows(operation, answer):
        actual = f"status {answer.status} with the data"
    elif 300 <= answer.status < 400 and location.lower().startswith("http:"):
        actual = f"a redirect to {shown(location)}"
    else:
        return
    yield Finding(
        expected="no connection, a refusal, or a redirect to https, by plain http",
        actual=actual,
        at=f"port {port}",
        exchange=answer.exchange,
    )
