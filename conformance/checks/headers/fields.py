"""Cookies, and fields that may come but once."""

from __future__ import annotations

from conformance import probe
from conformance.document import shown
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

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


@check(requests=3)
def cookie_attributes(tsp: Tsp, reading: Reading) -> Findings:
    """Sets any cookie, on errors too, with Secure, HttpOnly and SameSite; without sessions it sets none."""
    seen: set[str] = set()
    for what, answer in probe.answers(tsp, reading):
        for value in answer.values("Set-Cookie"):
            parts = [part.strip() for part in value.split(";")]
            given = {part.partition("=")[0].strip().lower() for part in parts[1:]}
            missing = [name for name in ("Secure", "HttpOnly", "SameSite") if name.lower() not in given]
            name = parts[0].partition("=")[0]
            if missing and name not in seen:
                seen.add(name)
                yield Finding(
                    expected="Secure, HttpOnly and SameSite on the cookie, or no cookie",
                    actual=f"{shown(name)} without {', '.join(missing)}",
                    at=f"header Set-Cookie{what}",
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
