"""Cookies, and fields that may come but once."""

from __future__ import annotations

from conformance import probe
from conformance.document import shown
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

_ONCE = (
    "Content-Type",
    "Content-Length",
    "ETag",
    "Last-Modified",
    "Date",
    "Age",
    "Location",
    "Retry-After",
    "Strict-Transport-Security",
    "Access-Control-Allow-Credentials",
)


@check()
def cookie_attributes(reading: Reading) -> Findings:
    """Sets any cookie with Secure, HttpOnly and SameSite; an API without sessions sets none."""
    answer = probe.read(reading)
    for value in answer.values("Set-Cookie"):
        parts = [part.strip() for part in value.split(";")]
        given = {part.partition("=")[0].strip().lower() for part in parts[1:]}
        missing = [name for name in ("Secure", "HttpOnly", "SameSite") if name.lower() not in given]
        if missing:
            yield Finding(
                expected="Secure, HttpOnly and SameSite on the cookie, or no cookie",
                actual=f"{shown(parts[0].partition('=')[0])} without {', '.join(missing)}",
                at="header Set-Cookie",
                exchange=answer.exchange,
            )


@check()
def single_fields(reading: Reading) -> Findings:
    """Sends each header field that takes one value once."""
    answer = probe.read(reading)
    for name in _ONCE:
        values = answer.values(name)
        if len(values) > 1:
            yield Finding(
                expected=f"{name} once",
                actual=shown(", ".join(values)),
                at=f"header {name}",
                exchange=answer.exchange,
            )
