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


@check()
def media_type(reading: Reading) -> Findings:
    """Declares its JSON as JSON: application/json or a type ending in +json."""
    answer = probe.read(reading)
    if answer.is_json:
        return
    try:
        parse(answer.body)
    except NotJson:
        return
    yield Finding(
        expected="Content-Type application/json, or one ending in +json, for a body that is JSON",
        actual=f"Content-Type {shown(answer.header('Content-Type') or 'absent')}",
        at="header Content-Type",
        exchange=answer.exchange,
    )


@check()
def no_page_as_success(reading: Reading) -> Findings:
    """Does not serve an HTML page, such as one of maintenance or login, with a success status."""
    answer = probe.read(reading)
    if _PAGE.match(answer.body[:4096]):
        yield Finding(
            expected=f"data with status {answer.status}, or a status that tells the trouble",
            actual=f"status {answer.status} with an HTML page: {shown(answer.text()[:80])}",
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
