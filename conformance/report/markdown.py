"""Markdown: a short report for a pull request or a CI step summary."""

from __future__ import annotations

import re
from typing import TextIO

from conformance.report.content.findings import Card, Kind
from conformance.report.content.summary import Coverage, Report
from conformance.report.content.wording import SIGN, WORD, instant, one_line
from conformance.verdict import counted

CARDS = 50
"""Cards of one kind; a step summary holds 1 MB."""


def render(report: Report, stream: TextIO) -> None:
    """Writes the verdicts, the findings and what stayed open as tables."""
    header = report.run.header
    stream.write(f"# Open API conformance of {prose(header.target.name)}\n\n")
    stream.write(
        f"{code(header.target.environment)}, {code(header.target.base_url)}, {instant(header.started)}\n"
    )
    if report.run.incomplete:
        stream.write(f"\n**Incomplete:** {code(report.run.incomplete)}\n")
    stream.write("\n| Profile | Verdict | Requirements tested |\n| --- | --- | --- |\n")
    for section in report.sections:
        tested = f"{section.coverage[Coverage.TESTED]} of {len(section.lines)}"
        stream.write(f"| {prose(section.profile.title)} | **{section.verdict.conformance}**")
        detail = str(section.verdict).partition(", ")[2]
        stream.write(f"{f': {prose(detail)}' if detail else ''} | {tested} |\n")
    told = [
        f"{SIGN[verdict]} {WORD[verdict]} {number}" for verdict, number in report.counts.items() if number
    ]
    stream.write(f"\nCases: {', '.join(told) or 'none'}\n")
    _cards(report, stream, Kind.NONCONFORMITY, "Nonconformities")
    if report.causes:
        stream.write("\n## Open\n\n| Reason | State | Requirements | Cases |\n| --- | --- | --- | --- |\n")
        for cause in report.causes[:CARDS]:
            state = WORD[cause.verdict] + (", blocks" if cause.blocking else "")
            ids = ", ".join(cell(each.id) for each in cause.requirements)
            stream.write(f"| {cell(cause.reason)} | {state} | {ids} | {cause.cases} |\n")
        _rest(stream, len(report.causes))
    _cards(report, stream, Kind.INTERMITTENT, "Intermittent")
    _cards(report, stream, Kind.OBSERVATION, "Observations")
    _cards(report, stream, Kind.WAIVED, "Waived")
    for match in report.unused:
        stream.write(f"\nThe waiver {code(match)} matched nothing.\n")
    for waiver in report.expired:
        stream.write(f"\nThe waiver {code(waiver.match)} expired on {waiver.expires}.\n")


def _cards(report: Report, stream: TextIO, kind: Kind, title: str) -> None:
    cards = report.cards[kind]
    if not cards:
        return
    stream.write(f"\n## {title}\n\n| Requirement | Expected | Actual | Place | Found |\n")
    stream.write("| --- | --- | --- | --- | --- |\n")
    for card in cards[:CARDS]:
        stream.write(f"| {' | '.join(_row(card))} |\n")
    _rest(stream, len(cards))


def _rest(stream: TextIO, number: int) -> None:
    if number > CARDS:
        stream.write(f"\n{number - CARDS} more are in the results file.\n")


def _row(card: Card) -> tuple[str, ...]:
    first = card.occurrences[0].finding
    functions = f" in {prose(', '.join(card.functions[:5]))}" if card.functions else ""
    return (
        f"{cell(card.requirement.id)}<br>{prose(card.requirement.text)}<br>{prose(str(card.requirement.source))}",
        cell(card.expected),
        cell(first.actual),
        cell(first.at) if first.at else "",
        f"{counted(card.total, 'time', 'times')}{functions}",
    )


def code(text: str, limit: int = 200) -> str:
    """Text as a code span: nothing in it is markup, a mention, a link or an image."""
    plain = one_line(text, limit) or " "
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {plain} {fence}" if longest else f"{fence}{plain}{fence}"


def cell(text: str, limit: int = 200) -> str:
    """``code`` inside a table. A bar would end the cell, even in a code span and after two backslashes."""
    return code(text.replace("|", "¦"), limit)


def prose(text: str, limit: int = 400) -> str:
    """A profile's own words as plain text, every character that could be markup escaped."""
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+.!|~&$=:-])", r"\\\1", one_line(text, limit))
    return escaped.replace("@", "@&#8203;")
