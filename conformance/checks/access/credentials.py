"""What is answered to a request whose credentials are missing, wrong or in the wrong place."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from conformance import probe
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_TOKEN = re.compile("(?i)(bearer|dpop) ")
_VARYING = re.compile(r"[0-9a-fA-F-]{8,}|\d+|x[0-9a-f]{11,}")
"""What differs between two equal refusals: ids, times, and the wrong value itself."""


def _bare(tsp: Tsp, operation: Operation) -> Request:
    return tsp.request(operation, credentials=False)


@check(requests=2)
def credentials_required(tsp: Tsp, operation: Operation) -> Findings:
    """Serves nothing to a request without credentials."""
    probe.required_credentials(tsp, operation)
    answer = probe.asked(tsp, _bare(tsp, operation))
    if answer.ok and answer.body == tsp.call(operation).body and not probe.is_data(answer):
        raise Inconclusive("the function serves no data, with credentials or without")
    if answer.ok:
        yield _accepted("without credentials", answer, "credentials")
        return
    probe.control(tsp, operation)


@check(requests=3)
def each_credential_required(tsp: Tsp, operation: Operation) -> Findings:
    """Refuses a request that lacks one of several credentials."""
    names = probe.required_credentials(tsp, operation)
    if len(names) < 2:
        raise NotApplicable("the bank asks for one credential only")
    if probe.asked(tsp, _bare(tsp, operation)).ok:
        return  # nothing is required at all, which is said once
    accepted = False
    for name in names:
        answer = tsp.send(tsp.request(operation).without_header(name))
        if answer.ok:
            accepted = True
            yield _accepted(f"without {name}", answer, f"header {name}")
    if not accepted:
        probe.control(tsp, operation)


@check(requests=3)
def wrong_credentials_refused(tsp: Tsp, operation: Operation) -> Findings:
    """Refuses a request in which one credential is not the one that the bank gave out."""
    names = probe.required_credentials(tsp, operation)
    accepted = False
    for name in names:
        request = tsp.request(operation)
        if tsp.send(request.without_header(name)).ok:
            continue  # it is not looked at, which is said once
        right = request.header(name) or ""
        cut = right[: max(len(right) * 3 // 4, len(right) - 4)]
        for value, how in ((_garbled(right, operation.id), "a wrong"), (cut, "a shortened")):
            answer = tsp.send(request.with_header(name, value))
            if answer.ok:
                accepted = True
                yield _accepted(f"with {how} {name}", answer, f"header {name}")
                break
    if not accepted:
        probe.control(tsp, operation)


def _garbled(value: str, purpose: str) -> str:
    """Another value of the same form: the scheme kept, as long as before, nothing of the secret in it."""
    scheme, space, token = value.rpartition(" ")
    other = (probe.word("garbage", purpose) * (len(token) // 12 + 1))[: max(len(token), 12)]
    return f"{scheme}{space}{other}"


@check(requests=3)
def refusals_alike(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not tell, in the refusal, which of several credentials was wrong."""
    operation = probe.sample(tsp, operations)
    names = probe.required_credentials(tsp, operation)
    if len(names) < 2:
        raise NotApplicable("the bank asks for one credential only")
    request = tsp.request(operation)
    seen: dict[tuple[int, str], str] = {}
    # A token is told apart by name: RFC 6750, 3.1, calls it invalid_token.
    for name in (n for n in names if not _TOKEN.match(request.header(n) or "")):
        answer = tsp.send(request.with_header(name, _garbled(request.header(name) or "", operation.id)))
        if answer.ok:
            return  # it is not looked at, which is said elsewhere
        seen.setdefault((answer.status, _without(answer, names)), name)
    if len(seen) > 1:
        yield Finding(
            expected="the same refusal whichever credential is wrong",
            actual=f"different ones for a wrong {' and a wrong '.join(seen.values())}",
            at="body",
            exchange=answer.exchange,
        )
        return
    probe.control(tsp, operation)


@check(requests=2)
def credentials_not_in_query(tsp: Tsp, operation: Operation) -> Findings:
    """Does not take credentials from the query, where they end up in logs and histories."""
    names = probe.required_credentials(tsp, operation)
    if probe.asked(tsp, _bare(tsp, operation)).ok:
        return
    request = tsp.request(operation)
    pairs = []
    for name in names:
        value = request.header(name) or ""
        if name.lower() == "authorization":
            name, value = "access_token", value.rpartition(" ")[2]
        pairs.append((name, value))
    answer = tsp.send(probe.with_query(_bare(tsp, operation), urlencode(pairs)))
    if answer.ok:
        yield _accepted("with credentials in the query alone", answer, "query")
        return
    probe.control(tsp, operation)


@check(requests=2)
def other_methods_gated(tsp: Tsp, operation: Operation) -> Findings:
    """Asks of HEAD the credentials that it asks of the method by which the data is read."""
    probe.required_credentials(tsp, operation)
    bare = _bare(tsp, operation)
    if probe.asked(tsp, bare).ok:
        return
    answer = tsp.send(probe.with_method(bare, "HEAD"))
    if answer.ok:
        yield _accepted("by HEAD without credentials", answer, "method HEAD")
        return
    probe.control(tsp, operation)


@check(requests=2)
def conditional_request_gated(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Asks a conditional request for credentials before it tells whether the data has changed."""
    probe.required_credentials(tsp, operation)
    tag = probe.read(reading).header("ETag")
    if tag is None:
        raise NotApplicable("the bank sends no ETag")
    bare = _bare(tsp, operation)
    if probe.asked(tsp, bare).ok:
        return
    answer = tsp.send(bare.with_header("If-None-Match", tag))
    if answer.ok or answer.status == 304:
        yield _accepted("with If-None-Match and without credentials", answer, "header If-None-Match")
        return
    probe.control(tsp, operation)


@check(requests=1)
def refusal_carries_no_data(tsp: Tsp, operation: Operation) -> Findings:
    """Sends no data with the refusal of a request without credentials."""
    probe.required_credentials(tsp, operation)
    answer = probe.asked(tsp, _bare(tsp, operation))
    if not answer.ok and probe.has_rows(operation, answer):
        yield Finding(
            expected=f"no data under status {answer.status}",
            actual="rows of the function",
            at="body",
            exchange=answer.exchange,
        )


@check(requests=2)
def refusal_status(tsp: Tsp, operation: Operation) -> Findings:
    """Refuses a request without credentials with 401 or 403."""
    probe.required_credentials(tsp, operation)
    answer = probe.asked(tsp, _bare(tsp, operation))
    if answer.ok or answer.status in (401, 403):
        return
    yield Finding(
        expected="401 or 403 without credentials",
        actual=f"status {answer.status}",
        at="status",
        exchange=answer.exchange,
    )


@check(requests=1)
def refusal_challenges(tsp: Tsp, operation: Operation) -> Findings:
    """Names with a 401 how to authenticate: WWW-Authenticate."""
    probe.required_credentials(tsp, operation)
    answer = probe.asked(tsp, _bare(tsp, operation))
    if answer.status == 401 and not (answer.header("WWW-Authenticate") or "").strip():
        yield Finding(
            expected="a WWW-Authenticate header with the 401",
            actual="none",
            at="header WWW-Authenticate",
            exchange=answer.exchange,
        )


def _without(answer: Answer, names: tuple[str, ...]) -> str:
    """The body of a refusal without what the request itself brought, and without ids and times."""
    text = answer.text()
    for name in names:
        text = text.replace(answer.request.header(name) or "\0", "#")
    return _VARYING.sub("#", text)


def _accepted(wrong: str, answer: Answer, at: str) -> Finding:
    return Finding(
        expected=f"a refusal (401 or 403) of a request {wrong}",
        actual=f"status {answer.status}",
        at=at,
        exchange=answer.exchange,
    )
