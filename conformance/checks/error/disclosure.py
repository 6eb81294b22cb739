"""What an error answer must not give away."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from conformance import probe
from conformance.answer import Answer
from conformance.checks.error.trace import traces
from conformance.document import shown
from conformance.errors import Unreachable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_LARGE = 64 << 10
SECRET = 8
"""Characters from which a value is not in a text by chance."""
_INERT = frozenset({"application/octet-stream", "text/plain", "message/http"})


@check(requests=3)
def no_disclosure(tsp: Tsp, operation: Operation) -> Findings:
    """Gives away in errors no stack trace, query, path, product version or internal address."""
    own = {(urlsplit(tsp.base_url).hostname or "").lower()}
    told: set[str] = set()
    for provoked in probe.errors(tsp, operation):
        answer = provoked.answer
        for trace in traces(_without_request(answer), own):
            if trace.kind not in told:
                told.add(trace.kind)
                yield Finding(
                    expected=f"no {trace.kind} in an error answer",
                    actual=f"{shown(trace.text)} in the {answer.status} for {provoked.wrong}",
                    at="body",
                    exchange=answer.exchange,
                )


@check(intrusive=True, requests=3)
def size_refusals_disclose_nothing(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Gives away nothing in refusals of what is too large, which servers before the bank write themselves."""
    operation = probe.sample(tsp, operations)
    own = {(urlsplit(tsp.base_url).hostname or "").lower()}
    plain = tsp.request(operation)
    elsewhere = [tsp.call(operation), *(each.answer for each in probe.errors(tsp, operation))]
    told = {trace.kind for answer in elsewhere for trace in traces(_page(answer), own)}
    for what, request in (
        ("a header field of 64 KiB", plain.with_header("X-Padding", "a" * _LARGE)),
        ("an address of 64 KiB", probe.with_query(plain, f"{probe.word('padding')}={'a' * _LARGE}")),
    ):
        try:
            answer = tsp.send(request, patient=False)
        except Unreachable:
            continue
        for trace in traces(_page(answer), own) if answer.status >= 400 else ():
            if trace.kind not in told:
                told.add(trace.kind)
                yield Finding(
                    expected=f"no {trace.kind} in the refusal of what is too large",
                    actual=f"{shown(trace.text)} in the {answer.status} for {what}",
                    at="header Server" if trace.text in (answer.header("Server") or "") else "body",
                    exchange=answer.exchange,
                )
    probe.control(tsp, operation)


@check(requests=2)
def no_markup_echo(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not repeat markup of a request in an answer that a browser would run."""
    operation = probe.sample(tsp, operations)
    request = tsp.request(operation)
    marker = f"<b id={probe.word('markup', operation.id)}>"
    quoted = marker.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    for place, wrong in (
        ("path", probe.at_path(request, f"{probe.path_of(request)}-{quoted}")),
        ("query", probe.with_query(request, f"{probe.word('echo')}={quoted}")),
    ):
        answer = tsp.send(wrong)
        if answer.is_json or answer.media_type in _INERT:
            continue
        if marker.encode() in answer.body:
            yield Finding(
                expected="markup of the request escaped, or not repeated",
                actual=f"it comes back as it was sent, as {shown(answer.media_type or 'no media type')}",
                at=f"body, from the {place}",
                exchange=answer.exchange,
            )


@check(requests=2)
def no_secret_echo(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not repeat credentials of a request in the answer."""
    operation = probe.sample(tsp, operations)
    canary = probe.word("canary", operation.id) * 3
    names = probe.credential_fields(tsp, operation) or ("Authorization", "X-API-Key")
    known = probe.asked(tsp, probe.unknown_path(tsp, operation))
    shown_to = [value.removeprefix("Bearer ") for name, value in known.request.headers if name in names]
    if any(len(value) >= SECRET and value.encode() in known.body for value in shown_to):
        yield Finding(
            expected="no credential of the request in the answer",
            actual=f"the TSP's own credential comes back with the {known.status}",
            at="body",
            exchange=known.exchange,
        )
        return
    for wrong in (tsp.request(operation, credentials=False), probe.unknown_path(tsp, operation)):
        request: Request = wrong
        for name in names:
            prefix = "Bearer " if name.lower() == "authorization" else ""
            request = request.with_header(name, f"{prefix}{canary}")
        try:
            answer = tsp.send(request)
        except Unreachable:
            continue
        headers = next((name for name, value in answer.headers if canary in value), "")
        if canary.encode() in answer.body or headers:
            yield Finding(
                expected="no credential of the request in the answer",
                actual=f"the credential comes back with the {answer.status}",
                at=f"header {headers}" if headers else "body",
                exchange=answer.exchange,
            )
            return


def _page(answer: Answer) -> str:
    return f"{answer.header('Server') or ''}\n{_without_request(answer)}"


def _without_request(answer: Answer) -> str:
    """The body without what merely repeats the request's own address."""
    text = answer.text()[:65536]
    parts = urlsplit(answer.request.url)
    for own in (answer.request.url, parts.path, unquote(parts.path), parts.netloc):
        if len(own) > 1:
            text = text.replace(own, " ")
    return re.sub(r"\\+/", "/", text)
