"""Conditional requests: what a validator promises and whether it is kept."""

from __future__ import annotations

import re

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_LONG_AGO = "Thu, 01 Jan 1998 00:00:00 GMT"
TRIES = 3


def _tagged(reading: Reading) -> Answer:
    """The plain answer, when it has a usable entity tag and the function is one for conditional requests."""
    plain = probe.read(reading)
    if reading.operation.method != "GET":
        raise NotApplicable("the function is read with another method than GET")
    if plain.header("ETag") is None:
        raise NotApplicable("the bank sends no ETag")
    return plain


@check()
def etag_well_formed(reading: Reading) -> Findings:
    """Writes its ETag as a quoted string, weak ones with W/ before it."""
    answer = probe.read(reading)
    tag = answer.header("ETag")
    if tag is not None and not _ENTITY_TAG.fullmatch(tag.strip()):
        yield Finding(
            expected='an ETag in double quotes: "…" or W/"…"',
            actual=shown(tag),
            at="header ETag",
            exchange=answer.exchange,
        )


@check(requests=2)
def etag_revalidates(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers 304 to If-None-Match with the ETag that it has just sent, while the data is the same."""
    plain = _tagged(reading)
    if not _ENTITY_TAG.fullmatch((plain.header("ETag") or "").strip()):
        return
    fresh = plain
    for _ in range(TRIES):
        tag = fresh.header("ETag") or ""
        answer = tsp.send(tsp.request(operation).with_header("If-None-Match", tag))
        if answer.status != 200:
            # Any other status is an error of another kind; 304 is what was promised.
            return
        if answer.header("ETag") in (tag, None) or answer.body == fresh.body:
            yield Finding(
                expected="304 for the ETag just sent",
                actual=f"status 200 with ETag {shown(answer.header('ETag') or 'absent')} and the same data"
                if answer.body == fresh.body
                else "status 200 with the same ETag",
                at="header If-None-Match",
                exchange=answer.exchange,
            )
            return
        fresh = answer


@check(requests=1)
def not_modified_complete(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Repeats the ETag in a 304 and sends no body with it."""
    plain = _tagged(reading)
    tag = plain.header("ETag") or ""
    answer = tsp.send(tsp.request(operation).with_header("If-None-Match", tag))
    if answer.status != 304:
        return
    if answer.header("ETag") is None:
        yield Finding(
            expected="the ETag in the 304",
            actual="none",
            at="header ETag of the 304",
            exchange=answer.exchange,
        )
    if answer.body:
        yield Finding(
            expected="no body with a 304",
            actual=f"{len(answer.body)} bytes",
            at="body of the 304",
            exchange=answer.exchange,
        )


@check(requests=2)
def stale_validator_refreshed(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Sends the data when the validator of a conditional request is not that of the data."""
    plain = probe.read(reading)
    if operation.method != "GET":
        raise NotApplicable("the function is read with another method than GET")
    other = {"ETag": ("If-None-Match", f'"{probe.word("etag", operation.id)}"')}
    other["Last-Modified"] = ("If-Modified-Since", _LONG_AGO)
    offered = [field for validator, field in other.items() if plain.header(validator) is not None]
    if not offered:
        raise NotApplicable("the bank sends neither ETag nor Last-Modified")
    for name, value in offered:
        answer = tsp.send(tsp.request(operation).with_header(name, value))
        if answer.status == 304:
            yield Finding(
                expected=f"status 200 with the data for {name}: {value}",
                actual="status 304",
                at=f"header {name}",
                exchange=answer.exchange,
            )


@check(requests=1)
def etag_tells_languages_apart(reading: Reading) -> Findings:
    """Gives answers at one address that differ by language different strong ETags."""
    plain = _tagged(reading)
    seen = {plain.header("ETag") or "": plain}
    for language in reading.operation.languages[1:]:
        answer = reading.answer(language)
        tag = answer.header("ETag")
        if not answer.ok or tag is None or tag.startswith("W/") or answer.request.url != plain.request.url:
            continue
        known = seen.setdefault(tag, answer)
        if known.body != answer.body:
            yield Finding(
                expected="another ETag for another language",
                actual=f"{shown(tag)} for both",
                at="header ETag",
                exchange=answer.exchange,
            )
