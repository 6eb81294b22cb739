"""Text for a console: the verdict of each phase, the findings, the counts, and where the report lies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from rich.console import Console
from rich.text import Text

from conformance.model import Verdict
from conformance.report.content.findings import Card, Kind
from conformance.report.content.summary import Coverage, Report
from conformance.report.content.wording import PLAIN_SIGN, SIGN, WORD, instant, one_line, span
from conformance.verdict import Conformance, counted

CARDS = 20
"""Findings of one kind that are printed; the rest is counted."""
IDS = 6
"""Requirements that a reason names; the rest is counted."""

_STYLE = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.OBSERVATION: "cyan",
    Verdict.REVIEW: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
}
_OF = {
    Conformance.CONFORMANT: Verdict.PASS,
    Conformance.NOT_CONFORMANT: Verdict.FAIL,
    Conformance.INCONCLUSIVE: Verdict.INCONCLUSIVE,
    Conformance.ERROR: Verdict.ERROR,
}


def render(report: Report, stream: TextIO, *, where: Mapping[str, str] | None = None) -> None:
    """Writes to a stream, coloured when it is a terminal. ``where`` names the files written, by format."""
    show(report, console(stream), where=where)


def console(stream: TextIO, *, environment: Mapping[str, str] | None = None) -> Console:
    """A console that trusts no text: no markup, no emoji codes, no highlighting.

    NO_COLOR, FORCE_COLOR and TERM are obeyed; without a terminal, lines are not broken.
    """
    variables = dict(os.environ if environment is None else environment)
    terminal = bool(variables.get("FORCE_COLOR")) or (
        stream.isatty() and variables.get("TERM", "") not in ("dumb", "unknown")
    )
    plain = bool(variables.get("NO_COLOR")) or not terminal
    return Console(
        file=stream,
        force_terminal=terminal,
        color_system=None if plain else "auto" if stream.isatty() else "standard",
        no_color=plain,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
        legacy_windows=False,
        _environ=variables,
    )


def show(report: Report, console: Console, *, where: Mapping[str, str] | None = None) -> None:
    """Prints the report to a console; signs and text fall back to ASCII where the encoding needs it."""
    page = _Page(console)
    header, footer = report.run.header, report.run.footer
    target = header.target
    page.line(
        (f"{one_line(target.name)}, {one_line(target.environment)}, {one_line(target.base_url)}", "bold")
    )
    lasted = "" if report.seconds is None else f", {span(report.seconds)}"
    sent = footer.requests if footer else len(report.run.timings)
    page.line((f"{instant(header.started)}{lasted}, {counted(sent, 'request', 'requests')}", "dim"))
    chosen = _chosen(report)
    if chosen:
        page.line((one_line(chosen), _STYLE[Verdict.INCONCLUSIVE]))
    if report.run.incomplete:
        page.line((f"INCOMPLETE: {one_line(report.run.incomplete)}", _STYLE[Verdict.INCONCLUSIVE]))
    page.line()
    for section in report.sections:
        verdict = _OF[section.verdict.conformance]
        tested = f"{section.coverage[Coverage.TESTED]} of {len(section.lines)} requirements tested"
        page.line(
            (f"{page.signs[verdict]} ", _STYLE[verdict]),
            (f"{one_line(section.profile.title)}: ", "bold"),
            (str(section.verdict), _STYLE[verdict]),
            (f" ({tested})", "dim"),
        )
    for kind, title in (
        (Kind.NONCONFORMITY, "Nonconformities"),
        (Kind.INTERMITTENT, "Intermittent"),
        (Kind.OBSERVATION, "Observations"),
        (Kind.WAIVED, "Waived"),
    ):
        page.cards(title, report.cards[kind])
    page.open(report)
    page.line()
    tally = [(verdict, number) for verdict, number in report.counts.items() if number]
    page.line(*(part for verdict, number in tally for part in page.count(verdict, number)))
    for match in report.unused:
        page.line((f"unused waiver: {one_line(match)}", _STYLE[Verdict.INCONCLUSIVE]))
    for waiver in report.expired:
        page.line(
            (f"expired waiver: {one_line(waiver.match)} ({waiver.expires})", _STYLE[Verdict.INCONCLUSIVE])
        )
    for name, path in (where or {}).items():
        page.line((f"{name}: ", "dim"), (one_line(path, 1000), ""))


def _chosen(report: Report) -> str:
    """How a run was narrowed, and how much of its plan was left out; empty for a run of all cases."""
    options = [
        f"--{name} {value}"
        for name in ("check", "skip", "tag", "operation")
        for value in report.run.header.selection.get(name, ())
    ]
    left = sum(result.reason.startswith("left out") for result in report.run.results)
    if not options or not left:
        return ""
    return f"chosen by {' '.join(options)}; {counted(left, 'case', 'cases')} left out, counted as not shown"


class _Page:
    """Lines of styled text on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._encoding = getattr(console.file, "encoding", None) or "utf-8"
        self.signs = SIGN if self._can("".join(SIGN.values())) else PLAIN_SIGN

    def line(self, *parts: tuple[str, str]) -> None:
        self._console.print(Text.assemble(*((self._fit(text), style) for text, style in parts)))

    def cards(self, title: str, cards: tuple[Card, ...]) -> None:
        if not cards:
            return
        self._title(title, len(cards))
        for card in cards[:CARDS]:
            first = card.occurrences[0].finding
            style = {
                Kind.NONCONFORMITY: _STYLE[Verdict.FAIL],
                Kind.INTERMITTENT: _STYLE[Verdict.INCONCLUSIVE],
            }.get(card.kind, _STYLE[Verdict.OBSERVATION])
            self.line(
                (f"  {one_line(card.requirement.id)} ", style),
                (one_line(card.requirement.text), ""),
                (f" ({one_line(card.requirement.source)})", "dim"),
            )
            self.line(("      expected  ", "dim"), (one_line(card.expected, 200), ""))
            self.line(("      actual    ", "dim"), (one_line(first.actual, 200), ""))
            place = [one_line(first.at, 120)] if first.at else []
            where = ", ".join([*place, *(one_line(name) for name in card.functions[:3])])
            times = f" ({card.total:,} findings)" if card.total > 1 else ""
            if where or times:
                self.line(("      at        ", "dim"), (f"{where}{times}", ""))
            if card.kind is Kind.INTERMITTENT:
                self.line(("      seen      ", "dim"), (f"{first.seen} of {first.tried} times", ""))
            if card.replays:
                self.line(("      again     ", "dim"), (one_line(card.replays[0], 400), ""))
            if card.waiver:
                self.line(("      waived    ", "dim"), (one_line(card.waiver, 200), ""))
        self._rest(len(cards))

    def open(self, report: Report) -> None:
        if not report.causes:
            return
        self._title("Open", len(report.causes))
        for cause in report.causes[:CARDS]:
            ids = [one_line(each.id) for each in cause.requirements]
            more = f" and {len(ids) - IDS} more" if len(ids) > IDS else ""
            self.line(
                (f"  {WORD[cause.verdict].lower()}", _STYLE[cause.verdict]),
                (f"{', blocks' if cause.blocking else ''}: ", ""),
                (one_line(cause.reason, 200), ""),
            )
            self.line(
                (f"      {', '.join(ids[:IDS])}{more}", ""),
                (f" ({counted(cause.cases, 'case', 'cases')})", "dim"),
            )
        self._rest(len(report.causes))

    def count(self, verdict: Verdict, number: int) -> tuple[tuple[str, str], ...]:
        return ((f"{self.signs[verdict]} {WORD[verdict].lower()} ", _STYLE[verdict]), (f"{number:,}   ", ""))

    def _title(self, title: str, number: int) -> None:
        self.line()
        self.line((f"{title} ({number:,})", "bold"))

    def _rest(self, number: int) -> None:
        if number > CARDS:
            self.line((f"  {number - CARDS:,} more are in the results file", "dim"))

    def _can(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True

    def _fit(self, text: str) -> str:
        return (
            text
            if self._can(text)
            else text.encode(self._encoding, "backslashreplace").decode(self._encoding)
        )
