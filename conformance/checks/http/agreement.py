"""Whether the status of an answer and its body say the same."""

from __future__ import annotations

from typing import Any

from conformance import probe
from conformance.document import NotJson, shown
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

_STATUS_NAMES = ("httpCode", "httpStatus", "httpStatusCode", "statusCode", "status_code", "status")
_ERROR_NAMES = ("error", "errors", "Error", "Errors", "fault", "ErrorMsg", "errorMessage", "error_message")


@check()
def success_carries_no_error(reading: Reading) -> Findings:
    """Does not report an error, or another HTTP status, in the body of a success answer."""
    answer = probe.read(reading)
    try:
        body = answer.json()
    except NotJson:
        return
    if not isinstance(body, dict):
        return
    for name in _STATUS_NAMES:
        told = http_status(body.get(name))
        if told is not None and not 200 <= told < 300:
            yield Finding(
                expected=f"a body that agrees with the status {answer.status}",
                actual=f"{name} {shown(body[name])} under status {answer.status}",
                at=f"/{name}",
                exchange=answer.exchange,
            )
            return
    place = next((name for name in _ERROR_NAMES if _tells(body.get(name))), "")
    if place and not _has_rows(reading):
        yield Finding(
            expected="a 4xx or 5xx status for an error",
            actual=f"status {answer.status} with {place}: {shown(body[place])}",
            at=f"/{place}",
            exchange=answer.exchange,
        )


def http_status(value: Any) -> int | None:
    """The HTTP status that a member of a body tells, as a number or as text of three digits; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and 100 <= value < 600 else None


def _tells(value: Any) -> bool:
    return isinstance(value, str | dict | list) and bool(value)


def _has_rows(reading: Reading) -> bool:
    try:
        return len(reading.first_rows()) > 0
    except Inconclusive:
        return False
