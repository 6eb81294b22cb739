"""Lengths, and HEAD beside GET."""

from __future__ import annotations

from conformance import probe
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check()
def content_length(reading: Reading) -> Findings:
    """Gives one Content-Length, true of the body, or none; never beside Transfer-Encoding."""
    answer = probe.read(reading)
    lengths = set(answer.values("Content-Length"))
    if not lengths:
        return
    if answer.header("Transfer-Encoding") is not None:
        actual = "Content-Length beside Transfer-Encoding"
    elif len(lengths) > 1:
        actual = f"{len(lengths)} different values"
    else:
        value = lengths.pop().strip()
        if value.isascii() and value.isdigit() and int(value[:18]) == answer.wire_bytes:
            return
        actual = f"{shown(value)} before {answer.wire_bytes} bytes"
    yield Finding(
        expected="one Content-Length that is the number of bytes sent, or none",
        actual=actual,
        at="header Content-Length",
        exchange=answer.exchange,
    )


@check()
def head_agrees(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers HEAD, where it is allowed, with the status, media type and length that GET has."""
    plain = probe.read(reading)
    if operation.method != "GET":
        raise NotApplicable("the function is read with another method than GET")
    head = probe.asked(tsp, probe.with_method(tsp.request(operation), "HEAD"))
    if head.status >= 500 and head.status != 501:
        yield Finding(
            expected=f"status {plain.status} as of GET, or 405 or 501",
            actual=f"status {head.status}",
            at="method HEAD",
            exchange=head.exchange,
        )
    if not head.ok:
        return
    if head.media_type and head.media_type != plain.media_type:
        yield Finding(
            expected=f"Content-Type {shown(plain.media_type)} as of GET",
            actual=shown(head.media_type),
            at="header Content-Type of HEAD",
            exchange=head.exchange,
        )
    length = head.header("Content-Length")
    own = plain.header("Content-Length")
    coding = plain.header("Content-Encoding"), head.header("Content-Encoding")
    if length is None or own is None or length == own or coding[0] != coding[1]:
        return
    again = probe.control(tsp, operation)
    if length != again.header("Content-Length"):
        yield Finding(
            expected="the Content-Length that GET has, or none",
            actual=f"{shown(length)} where GET has {shown(own)}",
            at="header Content-Length of HEAD",
            exchange=head.exchange,
        )
