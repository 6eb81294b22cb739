"""HTML: one file for a regulator's desk; no script, no request to anywhere, light, dark, print and narrow."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.model import Exchange, Level
from conformance.report.content.chart import curve_chart, timing_chart
from conformance.report.content.findings import Kind
from conformance.report.content.summary import Coverage, Report
from conformance.report.content.wording import (
    LEVEL_MEANING,
    MEANING,
    SIGN,
    WORD,
    instant,
    one_line,
    shown,
    span,
)
from conformance.verdict import ORDER, Conformance, counted, standing

CARDS = 150
"""Cards of one kind that are drawn; more are counted. Keeps the file readable and under 10 MB."""

EVIDENCE = 120
"""Cards and open items that show their exchanges, over the whole report."""

LEFT = 50
"""Things left at the bank that are named; the rest is counted."""

TONE = {
    "pass": "good",
    "fail": "bad",
    "error": "bad",
    "observation": "note",
    "inconclusive": "open",
    "review": "note",
    "not_applicable": "calm",
    "conformant": "good",
    "not conformant": "bad",
    "bad": "bad",
    "weak": "open",
    "good": "good",
}


class Evidence:
    """Deals out exchanges to the template until the report has shown enough of them."""

    def __init__(self) -> None:
        self._left = EVIDENCE

    def deal(self, exchanges: tuple[Exchange | None, ...]) -> list[Exchange]:
        held = [exchange for exchange in exchanges if exchange is not None]
        if not held or self._left <= 0:
            return []
        self._left -= 1
        return held


def render(report: Report, stream: TextIO) -> None:
    """Writes the report as one HTML document."""
    style = (files("conformance.report") / "templates" / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    for piece in (
        _environment()
        .get_template("report.html.jinja")
        .generate(
            report=report,
            run=report.run,
            header=report.run.header,
            footer=report.run.footer,
            style=Markup(style),
            digest=digest,
            evidence=Evidence(),
            timing=timing_chart(report.timings),
            curves=[(curve, curve_chart(curve)) for curve in report.curves],
        )
    ):
        stream.write(piece)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters |= {"shown": shown, "line": one_line, "span": span, "instant": instant}
    environment.globals |= {
        "CARDS": CARDS,
        "Conformance": Conformance,
        "Coverage": Coverage,
        "Kind": Kind,
        "LEFT": LEFT,
        "Level": Level,
        "LEVEL_MEANING": LEVEL_MEANING,
        "MEANING": MEANING,
        "ORDER": ORDER,
        "SIGN": SIGN,
        "TONE": TONE,
        "WORD": WORD,
        "counted": counted,
        "standing": standing,
    }
    return environment


def _harmless(value: object) -> object:
    """Every expression of the template passes here, so no bank text can be forgotten."""
    return value if isinstance(value, Markup | int) else shown(value, 20_000)
