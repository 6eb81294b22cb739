"""Two runs of one bank beside each other: what is new, what is gone, what can no longer be said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from conformance.model import Result, Verdict
from conformance.results import Run

SHOWN = (Verdict.PASS, Verdict.OBSERVATION, Verdict.FAIL)
"""Verdicts that say something of the bank."""


class Kind(StrEnum):
    """What became of a case between two runs; the order is that of urgency."""

    NEW = "New nonconformities"
    GONE = "Nonconformities that are gone"
    STILL = "Nonconformities as before"
    NOTED = "New observations"
    UNNOTED = "Observations that are gone"
    LOST = "No longer shown"
    SHOWN = "Shown now, and not before"


@dataclass(frozen=True, slots=True)
class Change:
    """A case and its results of both runs; None in the run whose plan does not have it."""

    case: str
    kind: Kind
    before: Result | None
    now: Result | None


def compared(before: Run, now: Run) -> tuple[Change, ...]:
    """The cases with another verdict than before, and the nonconformities that stay, by kind."""
    old = {result.case.id: result for result in before.results}
    new = {result.case.id: result for result in now.results}
    found = [
        Change(case, kind, old.get(case), new.get(case))
        for case in dict.fromkeys((*new, *old))
        if (kind := _kind(_verdict(old.get(case)), _verdict(new.get(case)))) is not None
    ]
    return tuple(sorted(found, key=lambda change: list(Kind).index(change.kind)))


def _verdict(result: Result | None) -> Verdict | None:
    """A result's verdict; a waiver mends nothing, so that what it accepts is there as before."""
    return result.verdict if result is not None else None


def _kind(before: Verdict | None, now: Verdict | None) -> Kind | None:
    if now is Verdict.FAIL:
        return Kind.STILL if before is Verdict.FAIL else Kind.NEW
    if now in SHOWN:
        if before is Verdict.FAIL:
            return Kind.GONE
        if now is Verdict.OBSERVATION:
            return None if before is Verdict.OBSERVATION else Kind.NOTED
        if before is Verdict.OBSERVATION:
            return Kind.UNNOTED
        return None if before is Verdict.PASS else Kind.SHOWN
    return Kind.LOST if before in SHOWN else None


def differences(before: Run, now: Run) -> Iterator[str]:
    """What besides the bank is another in the two runs, so that a change may come from it."""
    old, new = before.header, now.header
    facts = (
        ("suite", old.tool.version, new.tool.version),
        ("bank", old.target.name, new.target.name),
        ("address", old.target.base_url, new.target.base_url),
        ("environment", old.target.environment, new.target.environment),
        ("permissions", ", ".join(old.allow) or "reads only", ", ".join(new.allow) or "reads only"),
        ("seed", str(old.seed), str(new.seed)),
        ("plan", old.plan.digest[:12], new.plan.digest[:12]),
    )
    yield from (f"{name}: {then}, now {later}" for name, then, later in facts if then != later)
    yield from (
        f"{which}: {run.incomplete}" for which, run in (("before", before), ("now", now)) if run.incomplete
    )
