"""What ``conformance report --since`` says of two runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from conformance.model import Result
from conformance.report.content.comparison import Change, Kind, compared, differences
from conformance.report.content.wording import WORD, instant, one_line
from conformance.results import Run
from conformance.verdict import counted

MOST = 50
"""Cases of one kind that are listed; the rest is counted."""


def lines(before: Run, now: Run) -> Iterator[str]:
    """The runs, what besides the bank differs, and the cases by what became of them."""
    then, later = (instant(run.header.started) for run in (before, now))
    yield f"{one_line(now.header.target.name)}: {then}, then {later}"
    for difference in differences(before, now):
        yield f"other than before: {one_line(difference)}"
    changes = compared(before, now)
    texts = {r.id: r.text for profile in now.header.profiles for r in profile.requirements}
    for kind, group in groupby(changes, key=lambda change: change.kind):
        listed = list(group)
        yield ""
        yield f"{kind} ({len(listed):,})"
        for change in listed[:MOST]:
            yield from _change(change, texts)
        if len(listed) > MOST:
            yield f"  {counted(len(listed) - MOST, 'more case', 'more cases')}"
    yield ""
    new, gone, still = (sum(change.kind is kind for change in changes) for kind in list(Kind)[:3])
    yield f"nonconformities: {new:,} new, {gone:,} gone, {still:,} as before"


def _change(change: Change, texts: dict[str, str]) -> Iterator[str]:
    known = change.now or change.before
    text = texts.get(known.case.requirement, "") if known is not None else ""
    yield f"  {one_line(change.case)}  {one_line(text, 200)}".rstrip()
    yield f"      before    {_said(change.before)}"
    yield f"      now       {_said(change.now)}"


def _said(result: Result | None) -> str:
    """A verdict with its first finding or its reason."""
    if result is None:
        return "not in the plan"
    word = WORD[result.verdict].lower() + (" (waived)" if result.waived else "")
    if result.findings:
        first = result.findings[0]
        return f"{word}: expected {one_line(first.expected, 120)}, got {one_line(first.actual, 120)}"
    return f"{word}: {one_line(result.reason, 200)}" if result.reason else word
