"""The rules of verdicts: what a case is given, what that does to its phase, and the exit code of a run.

No other module decides any of this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from conformance.model import Finding, Level, Result, Verdict

ORDER = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.REVIEW,
    Verdict.OBSERVATION,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""Worst first: what a group of verdicts rolls up to."""

_RANK = {verdict: rank for rank, verdict in enumerate(ORDER)}


class FailOn(StrEnum):
    """The levels whose findings make a run end as nonconforming (``--fail-on``)."""

    EXPECTED = "expected"
    RECOMMENDED = "recommended"
    ANY = "any"

    @property
    def levels(self) -> frozenset[Level]:
        return _GATES[self]


_GATES = {
    FailOn.EXPECTED: frozenset({Level.EXPECTED}),
    FailOn.RECOMMENDED: frozenset({Level.EXPECTED, Level.RECOMMENDED}),
    FailOn.ANY: frozenset(Level),
}


class ExitCode(IntEnum):
    """How a run ends; 2 (usage or configuration) is given before there is a run."""

    CONFORMANT = 0
    NONCONFORMITY = 1
    USAGE = 2
    SUITE_ERROR = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


class Conformance(StrEnum):
    """The verdict of a phase, in words."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class PhaseVerdict:
    """What a phase's cases say together. ``counts`` holds every verdict, after waivers.

    ``blocking`` counts the inconclusive cases that could have been nonconformities; ``reason`` says why
    the phase is not judged when no case is to blame.
    """

    conformance: Conformance
    counts: Mapping[Verdict, int]
    blocking: int = 0
    waived: int = 0
    reason: str = ""

    def __str__(self) -> str:
        """The verdict as one phrase: ``conformant, 2 items for review``."""
        said = [str(self.conformance)]
        if self.conformance is Conformance.ERROR:
            said.append(counted(self.counts[Verdict.ERROR], "error of the suite", "errors of the suite"))
        elif self.conformance is Conformance.NOT_CONFORMANT:
            said.append(counted(self.counts[Verdict.FAIL], "nonconformity", "nonconformities"))
        elif self.conformance is Conformance.INCONCLUSIVE and self.blocking:
            said.append(
                counted(
                    self.blocking, "expected item could not be shown", "expected items could not be shown"
                )
            )
        if self.reason:
            said.append(self.reason)
        if self.counts[Verdict.REVIEW]:
            said.append(counted(self.counts[Verdict.REVIEW], "item for review", "items for review"))
        if self.waived:
            said.append(counted(self.waived, "nonconformity waived", "nonconformities waived"))
        return ", ".join(said)


def counted(number: int, one: str, many: str) -> str:
    """``1 item`` or ``2 items``."""
    return f"{number:,} {one if number == 1 else many}"


def judge(level: Level, findings: Sequence[Finding]) -> Verdict:
    """The verdict of a check that ran to its end.

    A confirmed finding fails what is expected and is an observation at any other level. Findings that did
    not repeat leave what is expected open.
    """
    if not findings:
        return Verdict.PASS
    if level is not Level.EXPECTED:
        return Verdict.OBSERVATION
    if all(finding.intermittent for finding in findings):
        return Verdict.INCONCLUSIVE
    return Verdict.FAIL


def intermittence(findings: Iterable[Finding]) -> str:
    """Why a case stays open: ``intermittent: seen 1 of 3 times``; "" when every finding repeated."""
    unsteady = [finding for finding in findings if finding.intermittent]
    if not unsteady:
        return ""
    most = max(unsteady, key=lambda finding: (finding.seen, finding.tried))
    return f"intermittent: seen {most.seen} of {most.tried} times"


def settle(level: Level, findings: Sequence[Finding]) -> tuple[Verdict, str]:
    """``judge`` with the reason that is printed beside an inconclusive verdict."""
    verdict = judge(level, findings)
    return verdict, intermittence(findings) if verdict is Verdict.INCONCLUSIVE else ""


def standing(result: Result) -> Verdict:
    """The verdict that a result enters a roll-up with: a waived fail counts as an observation."""
    return Verdict.OBSERVATION if result.waived and result.verdict is Verdict.FAIL else result.verdict


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first of ``ORDER`` that occurs; not applicable for none at all."""
    return min(verdicts, key=_RANK.__getitem__, default=Verdict.NOT_APPLICABLE)


def counts(verdicts: Iterable[Verdict]) -> dict[Verdict, int]:
    """How often each verdict occurs, worst first, zeros included."""
    found = Counter(verdicts)
    return {verdict: found[verdict] for verdict in ORDER}


def blocks(result: Result, levels: frozenset[Level] = FailOn.EXPECTED.levels) -> bool:
    """Whether an inconclusive result keeps its phase from being conformant.

    Where the level is not one that can fail, no outcome could have blocked, so its absence does not.
    """
    return result.verdict is Verdict.INCONCLUSIVE and result.case.level in levels


def phase_verdict(results: Iterable[Result], *, incomplete: str = "") -> PhaseVerdict:
    """What the cases that count for a phase say together.

    ``incomplete`` says why cases may be missing (an interrupted or truncated run). Without a single case
    that was shown to hold or not to hold, nothing is claimed.
    """
    held = tuple(results)
    tally = counts(standing(result) for result in held)
    blocking = sum(blocks(result) for result in held)
    waived = sum(bool(result.waived) and result.verdict is Verdict.FAIL for result in held)
    reason = ""
    if tally[Verdict.ERROR]:
        conformance = Conformance.ERROR
    elif tally[Verdict.FAIL]:
        conformance = Conformance.NOT_CONFORMANT
    elif incomplete or blocking:
        conformance, reason = Conformance.INCONCLUSIVE, incomplete
    elif not tally[Verdict.PASS] + tally[Verdict.OBSERVATION]:
        conformance, reason = Conformance.INCONCLUSIVE, "nothing was shown"
    else:
        conformance = Conformance.CONFORMANT
    return PhaseVerdict(conformance, tally, blocking, waived, reason)


def exit_code(
    results: Iterable[Result],
    *,
    finished: bool = True,
    interrupted: bool = False,
    fail_on: FailOn = FailOn.EXPECTED,
) -> ExitCode:
    """How a run of these results ends.

    ``fail_on`` widens what counts as nonconformity for the exit code alone; a phase's verdict claims no
    more than the framework does.
    """
    held = tuple(results)
    if interrupted:
        return ExitCode.INTERRUPTED
    if any(result.verdict is Verdict.ERROR for result in held):
        return ExitCode.SUITE_ERROR
    if any(_gated(result, fail_on.levels) for result in held):
        return ExitCode.NONCONFORMITY
    shown = any(standing(result) in (Verdict.PASS, Verdict.OBSERVATION) for result in held)
    if not finished or not shown or any(_open(result, fail_on.levels) for result in held):
        return ExitCode.INCONCLUSIVE
    return ExitCode.CONFORMANT


def _gated(result: Result, levels: frozenset[Level]) -> bool:
    """Whether a result is a nonconformity under a gate: a confirmed, unwaived finding at its levels."""
    if result.waived:
        return False
    if result.verdict is Verdict.FAIL:
        return True
    return (
        result.verdict is Verdict.OBSERVATION
        and result.case.level in levels
        and not all(finding.intermittent for finding in result.findings)
    )


def _open(result: Result, levels: frozenset[Level]) -> bool:
    """Whether a result leaves open what the gate asks about."""
    unsteady = (
        result.verdict is Verdict.OBSERVATION
        and result.case.level in levels
        and not result.waived
        and bool(result.findings)
        and all(finding.intermittent for finding in result.findings)
    )
    return unsteady or blocks(result, levels)
