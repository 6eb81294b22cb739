"""Headers that tell a browser what not to do with an answer."""

from __future__ import annotations

from conformance import probe
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_REFERRER = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
    }
)
_PAGES = ("text/html", "application/xhtml+xml")


@check(requests=3)
def nosniff(tsp: Tsp, reading: Reading) -> Findings:
    """Forbids browsers to guess another media type, of errors too: X-Content-Type-Options: nosniff."""
    for what, answer in probe.answers(tsp, reading):
        value = answer.header("X-Content-Type-Options")
        told = value is not None and value.split(",")[0].strip().lower() == "nosniff"
        if not told and (answer.body or not what):
            yield Finding(
                expected="X-Content-Type-Options: nosniff",
                actual=shown(value) if value is not None else "none",
                at=f"header X-Content-Type-Options{what}",
                exchange=answer.exchange,
            )
            return


@check()
def referrer_policy(reading: Reading) -> Findings:
    """Does not tell browsers, where it has a Referrer-Policy, to hand full addresses to other sites."""
    answer = probe.read(reading)
    values = [part.strip().lower() for value in answer.values("Referrer-Policy") for part in value.split(",")]
    known = [value for value in values if value in _REFERRER or value == "unsafe-url"]
    # The last policy that a browser knows counts (Referrer Policy, 8.1).
    if values and (not known or known[-1] == "unsafe-url"):
        yield Finding(
            expected="no-referrer or another policy that keeps addresses from other sites",
            actual=shown(", ".join(values)),
            at="header Referrer-Policy",
            exchange=answer.exchange,
        )


@check(requests=3)
def pages_not_framed(tsp: Tsp, operation: Operation) -> Findings:
    """Forbids other sites to frame its HTML pages, such as error pages, by CSP or X-Frame-Options."""
    pages = [p for p in probe.errors(tsp, operation) if p.answer.media_type in _PAGES]
    if not pages:
        raise NotApplicable("no wrong request was answered with an HTML page")
    for provoked in pages:
        answer = provoked.answer
        policy = " ; ".join(answer.values("Content-Security-Policy")).lower()
        frames = (answer.header("X-Frame-Options") or "").strip().lower()
        if "frame-ancestors" not in policy and frames not in ("deny", "sameorigin"):
            yield Finding(
                expected="frame-ancestors in Content-Security-Policy, or X-Frame-Options, on an HTML page",
                actual=f"neither on the {answer.status} page for {provoked.wrong}",
                at="header Content-Security-Policy",
                exchange=answer.exchange,
            )
            return
