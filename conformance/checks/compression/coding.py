"""Which coding an answer has, beside the one that was asked for."""

from __future__ import annotations

import re

from conformance import probe
from conformance.document import NotJson, shown
from conformance.errors import Miscoded
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=1)
def unasked_coding_absent(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not compress an answer for a client that asks for it uncompressed."""
    operation = probe.sample(tsp, operations)
    answer = tsp.send(tsp.request(operation).with_header("Accept-Encoding", "identity"))
    coding = (answer.header("Content-Encoding") or "identity").strip().lower()
    if answer.ok and coding != "identity":
        yield Finding(
            expected="no content coding for Accept-Encoding: identity",
            actual=f"Content-Encoding {shown(coding)}",
            at="header Content-Encoding",
            exchange=answer.exchange,
        )


@check(requests=1)
def vary_names_coding(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Names Accept-Encoding in Vary where an answer is compressed on request and may be stored."""
    operation = probe.sample(tsp, operations)
    answer = tsp.send(tsp.request(operation).with_header("Accept-Encoding", "gzip"))
    coding = (answer.header("Content-Encoding") or "identity").strip().lower()
    plain = tsp.send(tsp.request(operation).with_header("Accept-Encoding", "identity"))
    named = {name.strip().lower() for value in answer.values("Vary") for name in value.split(",")}
    if coding == "identity" or not answer.ok or plain.header("Content-Encoding") is not None:
        return
    if "no-store" in (answer.header("Cache-Control") or "").lower() or named & {"accept-encoding", "*"}:
        return
    yield Finding(
        expected="Accept-Encoding among the fields of Vary, since the answer depends on it",
        actual=f"Vary {shown(', '.join(answer.values('Vary')) or 'absent')}",
        at="header Vary",
        exchange=answer.exchange,
    )


@check(requests=1)
def coded_body_is_whole(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Sends a compressed answer whole, and in the coding that its Content-Encoding names."""
    operation = probe.sample(tsp, operations)
    asked = "header Content-Encoding for Accept-Encoding: gzip"
    try:
        answer = tsp.send(tsp.request(operation).with_header("Accept-Encoding", "gzip"))
    except Miscoded as error:
        yield Finding(expected="a body in the coding that it names", actual=error.reason, at=asked)
        return
    if answer.header("Content-Encoding") is None or answer.status != 200 or not answer.is_json:
        return
    try:
        answer.json()
    except NotJson as error:
        yield Finding("the data whole, once unpacked", error.reason, asked, answer.exchange)


_SECRET = re.compile(
    r"(?i)[\"']([\w-]{0,20}token|api[_-]?key|[\w-]{0,20}secret|password|session[_-]?id)[\"']"
    r"\s*(?::|value=)\s*[\"'][^\"'\s]{8,}[\"']"
)
"""A member of JSON, or a field of a form, whose name says that its value is a secret."""


@check(requests=2)
def secrets_kept_from_echoes(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Does not compress a secret together with what the request put into the answer."""
    operation = probe.sample(tsp, operations)
    word = probe.word("compressed", operation.id)
    plain = tsp.request(operation)
    request = probe.with_query(plain, f"{probe.word('echo')}={word}")
    answer = tsp.send(request.with_header("Accept-Encoding", "gzip"))
    coding = (answer.header("Content-Encoding") or "identity").strip().lower()
    text = answer.text()
    if coding == "identity" or word not in text:
        return
    fields = probe.credential_fields(tsp, operation)
    own = [value for name in fields if len(value := plain.header(name) or "") >= 8 and value in text]
    named = _SECRET.search(text)
    if own or named:
        what = "a credential of the request" if own or not named else shown(named[1])
        yield Finding(
            expected="no compression where an answer holds a secret and repeats a part of the request",
            actual=f"Content-Encoding {shown(coding)} of {what} beside the query's {shown(word)}",
            at="header Content-Encoding",
            exchange=answer.exchange,
        )
