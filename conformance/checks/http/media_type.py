"""What the answer says it is, and whether it is that."""

from __future__ import annotations

import re

from conformance import probe
from conformance.document import NotJson, parse, shown
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])", re.I | re.S
)


_FAULT = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:[\w.-]{1,40}:)?"
    rb"(?:policyResult|Fault|error|errors|Envelope[^>]{0,400}>.{0,2000}?<(?:[\w.-]{1,40}:)?Fault)[\s/>]",
    re.I | re.S,
)
"""An error of a gateway in XML: Layer7's policy result, a SOAP fault, a plain error element."""


@check()
def media_type(reading: Reading) -> Findings:
    """Serves JSON and declares it as JSON: application/json or a type ending in +json."""
    answer = probe.read(reading)
    if answer.is_json or _PAGE.match(answer.body[:4096]) or _FAULT.match(answer.body[:4096]):
        return
    came = ""
    try:
        parse(answer.body)
    except NotJson:
        came = f" with {shown(answer.text()[:80])}" if answer.body else " with an empty body"
    yield Finding(
        expected="Content-Type application/json, or one ending in +json, for a body that is JSON",
        actual=f"Content-Type {shown(answer.header('Content-Type') or 'absent')}{came}",
        at="header Content-Type",
        exchange=answer.exchange,
    )


@check()
def no_page_as_success(reading: Reading) -> Findings:
    """Does not serve a page of maintenance or login, or an error in XML, with a success status."""
    answer = probe.read(reading)
    fault = _FAULT.match(answer.body[:4096])
    if fault or _PAGE.match(answer.body[:4096]):
        kind = "an error in XML" if fault else "an HTML page"
        yield Finding(
            expected=f"data with status {answer.status}, or a status that tells the trouble",
            actual=f"status {answer.status} with {kind}: {shown(answer.text()[:80])}",
            exchange=answer.exchange,
        )


@check()
def charset(reading: Reading) -> Findings:
    """Sends JSON in UTF-8, without a byte order mark and without declaring another charset."""
    answer = probe.read(reading)
    declared = _CHARSET.search(answer.header("Content-Type") or "")
    if answer.is_json and declared and declared[1].lower() not in ("utf-8", "utf8"):
        yield Finding(
            expected="no charset parameter, or utf-8",
            actual=f"charset={shown(declared[1])}",
            at="header Content-Type",
            exchange=answer.exchange,
        )
    elif answer.body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        yield Finding(
            expected="no byte order mark before JSON",
            actual="a byte order mark",
            at="body",
            exchange=answer.exchange,
        )
    elif answer.is_json:
        try:
            answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Finding(
                expected="JSON encoded in UTF-8",
                actual=f"bytes that are not UTF-8, first 0x{answer.body[error.start]:02x} at {error.start}",
                at="body",
                exchange=answer.exchange,
            )
