"""Requests that are wrong on purpose, the errors that they provoke, and the control that must follow them.

All are built from the bank's own correct request, so that exactly one thing is wrong with each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from conformance.answer import Answer
from conformance.document import NotJson, parse
from conformance.errors import Inconclusive, NotApplicable, Unreachable
from conformance.model import Request
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.tsp import Tsp

UNKNOWN_METHOD = "CONFORMANCE"
"""A method that no registry lists; nothing can come of it but a refusal."""
UNKNOWN_TYPE = "application/x-conformance-unknown"


def word(*purpose: str) -> str:
    """A word that means nothing to any bank; the same purpose gives the same word."""
    return "x" + hashlib.sha256("/".join(purpose).encode()).hexdigest()[:11]


def read(reading: Reading) -> Answer:
    """The plain, successful answer of a function that changes nothing; otherwise the case ends."""
    if not reading.operation.reads:
        raise NotApplicable("the function changes the bank's state, so no read of it can be judged")
    return reading.success()


def sample(tsp: Tsp, operations: Sequence[Operation]) -> Operation:
    """The function that stands for all of a bank's reads where a check needs but one: one that answers.

    Raises ``NotApplicable`` where nothing can be read and ``Inconclusive`` where nothing answers with 200.
    """
    reads = [operation for operation in operations if operation.reads]
    if not reads:
        raise NotApplicable("the bank offers no function that can be read")
    for operation in sorted(reads, key=lambda read: read.assumed)[:3]:
        if tsp.call(operation).status == 200:
            return operation
    raise Inconclusive("no function answered its plain request with 200")


def asked(tsp: Tsp, request: Request) -> Answer:
    """The answer to a request that several checks may want, sent once in a session."""
    answer: Answer = tsp.memory.once(("probe", request), lambda: tsp.send(request))
    tsp.exchanges.append(answer.exchange)
    return answer


def control(tsp: Tsp, operation: Operation) -> Answer:
    """The correct request, sent now. Raises ``Inconclusive`` when it is refused: then no refusal is proof."""
    answer = tsp.send(tsp.request(operation))
    if not answer.ok:
        raise Inconclusive(f"control request refused: the correct request was answered {answer.status}")
    return answer


def has_rows(operation: Operation, answer: Answer) -> bool:
    """Whether an answer, whatever its status, holds data of the function."""
    try:
        document = parse(answer.body).value
    except NotJson:
        return False
    return len(operation.mapping.read(document, None)) > 0


def is_data(answer: Answer) -> bool:
    """Whether an answer holds JSON, and no page of a gateway or the like."""
    try:
        parse(answer.body)
    except NotJson:
        return False
    return True


def path_of(request: Request) -> str:
    """The path of a request's URL, as written."""
    return urlsplit(request.url).path


def at_path(request: Request, path: str) -> Request:
    """The same request at another path of the same host, its query kept."""
    parts = urlsplit(request.url)
    url = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    return Request(request.method, url, request.headers, request.body)


def with_query(request: Request, text: str) -> Request:
    """The same request with more query, exactly as written."""
    url = f"{request.url}{'&' if urlsplit(request.url).query else '?'}{text}"
    return Request(request.method, url, request.headers, request.body)


def with_method(request: Request, method: str) -> Request:
    """The same request with another method and, where that carries none, without its body."""
    return Request(method, request.url, request.headers, b"")


def unknown_path(tsp: Tsp, operation: Operation) -> Request:
    """The operation's request at a sibling path that cannot exist."""
    request = tsp.request(operation)
    parent = path_of(request).rstrip("/").rpartition("/")[0]
    return at_path(request, f"{parent}/{word('path', operation.id)}")


def unknown_method(tsp: Tsp, operation: Operation) -> Request:
    """The operation's request with a method that cannot exist."""
    return with_method(tsp.request(operation), UNKNOWN_METHOD)


def unacceptable(tsp: Tsp, operation: Operation) -> Request:
    """The operation's request, asking for a media type that does not exist."""
    return tsp.request(operation).with_header("Accept", UNKNOWN_TYPE)


def credential_fields(tsp: Tsp, operation: Operation) -> tuple[str, ...]:
    """Names of the header fields that identify the TSP to this bank, in order; empty when none do."""
    bare = {name.lower() for name, _ in tsp.request(operation, credentials=False).headers}
    return tuple(name for name, _ in tsp.request(operation).headers if name.lower() not in bare)


def required_credentials(tsp: Tsp, operation: Operation) -> tuple[str, ...]:
    """The same, ending the case as not applicable where there are none."""
    if not operation.reads:
        raise NotApplicable("the function changes the bank's state, so its access is not probed here")
    names = credential_fields(tsp, operation)
    if not names:
        raise NotApplicable("the bank's configuration declares no credentials in headers for this function")
    return names


def nowhere(tsp: Tsp, operation: Operation) -> Request:
    """A POST to a path that does not exist, where no function can act on its body.

    Raises ``Inconclusive`` where such a path is answered with a fault of the server by itself.
    """
    request = unknown_path(tsp, operation)
    status = asked(tsp, request).status
    if status >= 500:
        raise Inconclusive(f"a path that does not exist is answered {status} whatever is sent to it")
    return Request("POST", request.url, request.headers)


@dataclass(frozen=True, slots=True)
class Provoked:
    """An error answer and what was wrong with its request, in words."""

    wrong: str
    answer: Answer


def errors(tsp: Tsp, operation: Operation) -> tuple[Provoked, ...]:
    """The error answers (400 and above) to harmless wrong requests, each sent once in a session.

    Raises ``NotApplicable`` for a function that changes state and ``Inconclusive`` when nothing is refused.
    """
    if not operation.reads:
        raise NotApplicable("the function changes the bank's state, so no error of it is provoked")
    requests = {
        "an unknown path": unknown_path(tsp, operation),
        "an unknown method": unknown_method(tsp, operation),
        "an unacceptable media type": unacceptable(tsp, operation),
    }
    if operation.paging is not None:
        wrong_page = ((operation.paging.parameter, "none"),)
        requests["a page that is no number"] = tsp.request(operation, query=wrong_page)
    if credential_fields(tsp, operation):
        requests["no credentials"] = tsp.request(operation, credentials=False)
    found = []
    for wrong, request in requests.items():
        try:
            answer = asked(tsp, request)
        except Unreachable:
            continue
        if answer.status >= 400:
            found.append(Provoked(wrong, answer))
    if not found:
        raise Inconclusive("no wrong request was answered with an error status")
    return tuple(found)


def answers(tsp: Tsp, reading: Reading) -> Iterator[tuple[str, Answer]]:
    """The plain answer of a function, and then its errors, each with what it is to be called by.

    Raises what `read` raises; errors that cannot be provoked are left out.
    """
    yield "", read(reading)
    try:
        provoked = errors(tsp, reading.operation)
    except (Inconclusive, NotApplicable):
        return
    for each in provoked:
        yield f" of the {each.answer.status} for {each.wrong}", each.answer
