"""Which origins may read an answer, and with whose credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_SECOND = frozenset({"com", "org", "net", "edu", "gov", "idv", "co", "ac"})
"""Labels below a country's, under which others register their names."""
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/,]+")


def _stranger(operation: Operation) -> str:
    return f"https://{probe.word('origin', operation.id)}.example"


def _from(tsp: Tsp, operation: Operation, origin: str) -> Answer:
    return probe.asked(tsp, tsp.request(operation).with_header("Origin", origin))


def _with_credentials(answer: Answer) -> bool:
    return (answer.header("Access-Control-Allow-Credentials") or "").strip().lower() == "true"


@check(requests=4)
def no_credentials_for_strangers(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not let every origin, or one with a name like the bank's, read with the credentials of a user."""
    operation = probe.sample(tsp, operations)
    for origin in (_stranger(operation), *_lookalikes(tsp, operation)):
        answer = _from(tsp, operation, origin)
        allowed = (answer.header("Access-Control-Allow-Origin") or "").strip()
        if _with_credentials(answer) and allowed in ("*", origin):
            yield Finding(
                expected="no Access-Control-Allow-Credentials for an origin that the bank cannot know",
                actual=f"Access-Control-Allow-Origin {shown(allowed)} with credentials",
                at="header Access-Control-Allow-Origin",
                exchange=answer.exchange,
            )
            return


def _lookalikes(tsp: Tsp, operation: Operation) -> Iterator[str]:
    """Origins of strangers that begin or end as the bank's own do, for lists that compare no whole names."""
    host = (urlsplit(tsp.base_url).hostname or "").lower()
    labels = host.split(".")
    if not host or ":" in host or labels[-1].isdigit():
        return
    second = len(labels) > 2 and labels[-2] in _SECOND and len(labels[-1]) == 2
    domain = ".".join(labels[-3 if second else -2 :])
    word = probe.word("lookalike", operation.id)
    for name in dict.fromkeys((host, domain)):
        yield f"https://{name}.{word}.example"
    yield f"https://{word}{domain}"


@check(requests=1)
def null_origin_not_trusted(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not admit the origin null, which any sandboxed page has, as if it were one it trusts."""
    operation = probe.sample(tsp, operations)
    if (_from(tsp, operation, _stranger(operation)).header("Access-Control-Allow-Origin") or "").strip() in (
        "*",
        _stranger(operation),
    ):
        return  # every origin is admitted, so null is no special case
    answer = _from(tsp, operation, "null")
    if (answer.header("Access-Control-Allow-Origin") or "").strip().lower() == "null":
        yield Finding(
            expected="an origin of the bank's choice, * for public data, or no Access-Control-Allow-Origin",
            actual="null",
            at="header Access-Control-Allow-Origin",
            exchange=answer.exchange,
        )


@check(requests=1)
def one_origin_allowed(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Names in Access-Control-Allow-Origin, where it is sent, exactly one origin, null or an asterisk."""
    operation = probe.sample(tsp, operations)
    answer = _from(tsp, operation, _stranger(operation))
    values = answer.values("Access-Control-Allow-Origin")
    if values and (len(values) > 1 or not _ORIGIN.fullmatch(values[0].strip())):
        yield Finding(
            expected="one origin, null or *, since a browser takes no list",
            actual=shown(", ".join(values)),
            at="header Access-Control-Allow-Origin",
            exchange=answer.exchange,
        )


@check(requests=1)
def vary_names_origin(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Names Origin in Vary where the origin allowed is that of the request and the answer may be stored."""
    operation = probe.sample(tsp, operations)
    origin = _stranger(operation)
    answer = _from(tsp, operation, origin)
    named = {name.strip().lower() for value in answer.values("Vary") for name in value.split(",")}
    kept = "no-store" not in (answer.header("Cache-Control") or "").lower()
    if answer.header("Access-Control-Allow-Origin") == origin and kept and not named & {"origin", "*"}:
        yield Finding(
            expected="Origin among the fields of Vary, since the answer depends on it",
            actual=f"Vary {shown(', '.join(answer.values('Vary')) or 'absent')}",
            at="header Vary",
            exchange=answer.exchange,
        )


@check(requests=1)
def preflight_sane(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Answers a preflight request without a fault, and does not allow a method that does not exist."""
    operation = probe.sample(tsp, operations)
    plain = tsp.request(operation, credentials=False)
    preflight = Request(
        "OPTIONS",
        plain.url,
        (("Origin", _stranger(operation)), ("Access-Control-Request-Method", probe.UNKNOWN_METHOD)),
    )
    answer = tsp.send(preflight)
    methods = {
        name.strip() for value in answer.values("Access-Control-Allow-Methods") for name in value.split(",")
    }
    if answer.status >= 500 and answer.status != 501:
        yield Finding(
            expected="a 2xx or 4xx status for a preflight request",
            actual=f"status {answer.status}",
            at="method OPTIONS",
            exchange=answer.exchange,
        )
    elif answer.ok and probe.UNKNOWN_METHOD in methods:
        yield Finding(
            expected="Access-Control-Allow-Methods that lists the methods of the path",
            actual=f"it repeats the {probe.UNKNOWN_METHOD} that was asked for",
            at="header Access-Control-Allow-Methods",
            exchange=answer.exchange,
        )
