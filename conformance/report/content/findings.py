"""Findings as a reader wants them: one card for one cause, however many functions show it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from conformance.model import Case, Exchange, Finding, Requirement, Result, Verdict
from conformance.results import Run

OCCURRENCES = 12
"""Occurrences that a card lists; the rest is counted and lies in the results file."""

EVIDENCE = 2
"""Exchanges that a card shows."""


class Kind(StrEnum):
    """The part of the report that a card belongs to."""

    NONCONFORMITY = "nonconformity"
    OBSERVATION = "observation"
    INTERMITTENT = "intermittent"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One finding in one case. ``function`` is a title, ``exchange`` the one that shows it."""

    case: Case
    function: str
    finding: Finding
    exchange: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """One cause: a requirement that the bank missed in one way. ``total`` counts all occurrences."""

    number: int
    kind: Kind
    requirement: Requirement
    check: str
    purpose: str
    expected: str
    occurrences: tuple[Occurrence, ...]
    total: int
    functions: tuple[str, ...]
    evidence: tuple[Exchange, ...]
    replays: tuple[str, ...]
    waiver: str = ""

    @property
    def anchor(self) -> str:
        return f"{self.kind}-{self.number}"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Cases of one requirement that ended the same way without findings, and why."""

    requirement: Requirement
    check: str
    verdict: Verdict
    reason: str
    functions: tuple[str, ...]
    cases: tuple[Case, ...]
    exchange: Exchange | None
    traceback: str
    blocking: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """Why cases stayed open: one reason, however many requirements it leaves unanswered."""

    verdict: Verdict
    reason: str
    blocking: bool
    items: tuple[OpenItem, ...]

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return tuple({item.requirement.id: item.requirement for item in self.items}.values())

    @property
    def functions(self) -> tuple[str, ...]:
        return _distinct(function for item in self.items for function in item.functions)

    @property
    def cases(self) -> int:
        return sum(len(item.cases) for item in self.items)


def kind(result: Result, finding: Finding) -> Kind:
    """Where a finding belongs: what did not repeat and what is waived stand apart."""
    if finding.intermittent:
        return Kind.INTERMITTENT
    if result.waived or finding.waived:
        return Kind.WAIVED
    return Kind.NONCONFORMITY if result.verdict is Verdict.FAIL else Kind.OBSERVATION


def cards(
    run: Run, requirement: Callable[[Case], Requirement], title: Callable[[str], str]
) -> dict[Kind, tuple[Card, ...]]:
    """Every finding of a run, grouped by requirement, check and expectation, most frequent first."""
    groups: dict[tuple[Kind, str, str, str], list[tuple[Result, Occurrence]]] = {}
    for result in run.results:
        latest = result.exchanges[-1] if result.exchanges else None
        for finding in result.findings:
            exchange = finding.exchange if finding.exchange is not None else latest
            occurrence = Occurrence(result.case, title(result.case.function), finding, exchange)
            key = (
                kind(result, finding),
                result.case.requirement,
                result.case.check,
                _shape(finding.expected),
            )
            groups.setdefault(key, []).append((result, occurrence))
    sorted_groups = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    found: dict[Kind, list[Card]] = {each: [] for each in Kind}
    for (place, _, check, _), members in sorted_groups:
        case = members[0][0].case
        found[place].append(
            Card(
                number=len(found[place]) + 1,
                kind=place,
                requirement=requirement(case),
                check=check,
                purpose=run.header.checks.get(check, ""),
                expected=members[0][1].finding.expected,
                occurrences=tuple(occurrence for _, occurrence in members[:OCCURRENCES]),
                total=len(members),
                functions=_distinct(occurrence.function for _, occurrence in members),
                evidence=_evidence(run.exchanges, (occurrence for _, occurrence in members)),
                replays=_distinct(
                    (*_sent_again(run, members), *(replay(run, result.case) for result, _ in members))
                )[:3],
                waiver=members[0][1].finding.waived or members[0][0].waived,
            )
        )
    return {place: tuple(found[place]) for place in Kind}


def open_items(
    run: Run,
    requirement: Callable[[Case], Requirement],
    title: Callable[[str], str],
    blocks: Callable[[Result], bool],
) -> tuple[OpenItem, ...]:
    """Results that no finding explains: inconclusive, for review, errors of the suite."""
    groups: dict[tuple[bool, Verdict, str, str, str], list[Result]] = {}
    for result in run.results:
        wanted = result.verdict in (Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.ERROR)
        unsteady = bool(result.findings) and all(finding.intermittent for finding in result.findings)
        if wanted and not unsteady:
            case = result.case
            key = (not blocks(result), result.verdict, case.requirement, case.check, result.reason)
            groups.setdefault(key, []).append(result)
    return tuple(
        OpenItem(
            requirement=requirement(members[0].case),
            check=check,
            verdict=verdict,
            reason=reason,
            functions=_distinct(title(member.case.function) for member in members),
            cases=tuple(member.case for member in members),
            exchange=run.exchanges.get(members[0].exchanges[-1]) if members[0].exchanges else None,
            traceback=members[0].traceback,
            blocking=not free,
        )
        for (free, verdict, _, check, reason), members in sorted(groups.items())
    )


def causes(items: Iterable[OpenItem]) -> tuple[Cause, ...]:
    """Open items with one reason put together: what blocks first, then what leaves most cases open."""
    groups: dict[tuple[bool, Verdict, str], list[OpenItem]] = {}
    for item in items:
        groups.setdefault((item.blocking, item.verdict, item.reason), []).append(item)
    found = [
        Cause(verdict, reason, blocking, tuple(members))
        for (blocking, verdict, reason), members in groups.items()
    ]
    return tuple(sorted(found, key=lambda cause: (not cause.blocking, -cause.cases)))


def _sent_again(run: Run, members: Iterable[tuple[Result, Occurrence]]) -> Iterator[str]:
    """The command that sends once more what shows the first finding of a card."""
    for _, occurrence in members:
        if occurrence.exchange in run.exchanges:
            yield shlex.join(["conformance", "replay", run.path or "results.jsonl", str(occurrence.exchange)])
            return


def replay(run: Run, case: Case) -> str:
    """The command that runs a case again under the same seed."""
    words = ["conformance", "run"]
    if run.header.target.file:
        words.append(run.header.target.file)
    words += ["--check", case.check]
    if case.function:
        words += ["--operation", case.function]
    for permission, wanted in (("writes", case.writes), ("intrusive", case.intrusive)):
        if wanted:
            words += ["--allow", permission]
    return shlex.join([*words, "--seed", str(run.header.seed)])


def _shape(expected: str) -> str:
    """An expectation without its numbers, so that one cause with many values stays one card."""
    return re.sub(r"\d+", "0", expected[:500])


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _evidence(exchanges: Mapping[int, Exchange], occurrences: Iterable[Occurrence]) -> tuple[Exchange, ...]:
    chosen: dict[int, Exchange] = {}
    for occurrence in occurrences:
        if len(chosen) == EVIDENCE:
            break
        if occurrence.exchange is not None and occurrence.exchange in exchanges:
            chosen[occurrence.exchange] = exchanges[occurrence.exchange]
    return tuple(chosen.values())
