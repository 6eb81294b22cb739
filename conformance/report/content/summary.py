"""The roll-up of a run, from which every format draws: phases, requirements, functions, findings, facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conformance.model import Case, Function, Profile, Requirement, Result, Source, Verdict, Waiver
from conformance.report.content import facts
from conformance.report.content.findings import Card, Cause, Kind, OpenItem, cards, causes, open_items
from conformance.report.content.matrix import Matrix, matrix
from conformance.report.content.timing import FunctionTiming, timings
from conformance.results import Run
from conformance.verdict import PhaseVerdict, blocks, counts, phase_verdict, standing, worst


class Coverage(StrEnum):
    """What became of a requirement in this run."""

    TESTED = "tested"
    OPEN = "could not be shown"
    ATTESTED = "attested"
    NOT_APPLICABLE = "not applicable"
    LEFT_OUT = "left out"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """A requirement and the worst verdict of its cases, None without any; ``because`` explains coverage."""

    requirement: Requirement
    coverage: Coverage
    verdict: Verdict | None
    counts: Mapping[Verdict, int]
    results: tuple[Result, ...]
    because: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A phase, or a standard that was run for itself: its verdict and the requirements behind it."""

    profile: Profile
    verdict: PhaseVerdict
    lines: tuple[RequirementLine, ...]
    coverage: Mapping[Coverage, int]
    functions: tuple[Function, ...]
    offered: tuple[str, ...]

    @property
    def anchor(self) -> str:
        return f"profile-{self.profile.name}"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says. ``others`` are lines of requirements that belong to no section."""

    run: Run
    sections: tuple[Section, ...]
    others: tuple[RequirementLine, ...]
    cards: Mapping[Kind, tuple[Card, ...]]
    open: tuple[OpenItem, ...]
    counts: Mapping[Verdict, int]
    matrix: Matrix
    timings: tuple[FunctionTiming, ...]
    hosts: tuple[facts.Host, ...]
    curves: tuple[facts.RateCurve, ...]
    remarks: tuple[tuple[str, str, str], ...]
    titles: Mapping[str, str]
    expired: tuple[Waiver, ...]
    unused: tuple[str, ...]

    def title(self, function: str) -> str:
        """A function's title; its id when no profile names it."""
        return self.titles.get(function, function)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The open items by reason."""
        return causes(self.open)

    @property
    def left(self) -> tuple[str, ...]:
        """What the run made at the bank, or may have made, and did not cancel."""
        told = self.run.footer.ledger if self.run.footer else ()
        return tuple(str(each.get("words", "")) for each in told if each.get("state") in ("made", "intended"))

    @property
    def seconds(self) -> float | None:
        """The duration of the run; None when it broke off."""
        footer, header = self.run.footer, self.run.header
        return (footer.finished - header.started).total_seconds() if footer else None


def build(run: Run) -> Report:
    """The report of a run."""
    profiles = {profile.name: profile for profile in run.header.profiles}
    known = {r.id: r for profile in run.header.profiles for r in profile.requirements}
    titles = {f.id: f.title for profile in run.header.profiles for f in profile.functions}
    by_requirement: dict[str, list[Result]] = {}
    for result in run.results:
        by_requirement.setdefault(result.case.requirement, []).append(result)

    def requirement(case: Case) -> Requirement:
        purpose = run.header.checks.get(case.check, case.check)
        stranger = Requirement(case.requirement, case.level, purpose, Source("the bank's own check", ""), "")
        return known.get(case.requirement, stranger)

    def title(function: str) -> str:
        return titles.get(function, function)

    sections = tuple(_section(run, profile, profiles, by_requirement) for profile in _heads(run, profiles))
    covered = {line.requirement.id for section in sections for line in section.lines}
    others = tuple(
        _line(known.get(name) or requirement(results[0].case), results, run.incomplete)
        for name, results in by_requirement.items()
        if name not in covered
    )
    day = (run.footer.finished if run.footer else run.header.started).date()
    return Report(
        run=run,
        sections=sections,
        others=others,
        cards=cards(run, requirement, title),
        open=open_items(run, requirement, title, blocks),
        counts=counts(standing(result) for result in run.results),
        matrix=matrix(run, known, title),
        timings=timings(run, title),
        hosts=facts.hosts(run.results),
        curves=facts.curves(run.results),
        remarks=facts.remarks(run.results),
        titles=titles,
        expired=_expired(run.header.waivers, day),
        unused=run.footer.unused_waivers if run.footer else (),
    )


def _heads(run: Run, profiles: Mapping[str, Profile]) -> tuple[Profile, ...]:
    """The profiles that get a section: the phases, and a standard that no phase here includes."""
    included = {name for p in profiles.values() if p.is_phase for name in _closure(p, profiles)[1:]}
    return tuple(p for p in run.header.profiles if p.is_phase or (p.name not in included and p.requirements))


def _closure(profile: Profile, profiles: Mapping[str, Profile]) -> tuple[str, ...]:
    """A profile's name and those of all that it includes, directly or through another."""
    names = [profile.name]
    for name in names:
        held = profiles.get(name)
        names += [each for each in (held.include if held else ()) if each not in names]
    return tuple(names)


def _section(
    run: Run,
    profile: Profile,
    profiles: Mapping[str, Profile],
    by_requirement: Mapping[str, list[Result]],
) -> Section:
    names = [name for name in _closure(profile, profiles) if name in profiles]
    requirements = [r for name in names for r in profiles[name].requirements]
    wanted = _counts_for(profile, {r.id for r in requirements})
    held = [result for result in run.results if wanted(result)]
    lines = tuple(
        _line(r, [each for each in by_requirement.get(r.id, ()) if wanted(each)], run.incomplete)
        for r in requirements
    )
    offered = set(run.header.offered)
    return Section(
        profile=profile,
        verdict=phase_verdict(held, incomplete=run.incomplete),
        lines=lines,
        coverage={kind: sum(line.coverage is kind for line in lines) for kind in Coverage},
        functions=profile.functions,
        offered=tuple(f.id for f in profile.functions if f.id in offered),
    )


def _counts_for(profile: Profile, requirements: set[str]) -> Callable[[Result], bool]:
    """Whether a result enters a section: by the plan's word for a phase, by requirement for a standard."""
    if profile.is_phase:
        return lambda result: profile.name in result.case.counts_for
    return lambda result: result.case.requirement in requirements


def _line(requirement: Requirement, results: Iterable[Result], incomplete: str) -> RequirementLine:
    held = tuple(results)
    verdicts = [standing(result) for result in held]
    verdict = worst(verdicts) if held else None
    reasons = "; ".join(dict.fromkeys(r.reason for r in held if r.reason and standing(r) is verdict))
    because = ""
    shown = {Verdict.PASS, Verdict.FAIL, Verdict.OBSERVATION}
    if verdict in shown or (verdict is Verdict.REVIEW and not shown.isdisjoint(verdicts)):
        coverage = Coverage.TESTED
    elif requirement.attested or verdict is Verdict.REVIEW:
        coverage, because = Coverage.ATTESTED, reasons or requirement.untested
    elif requirement.untested:
        coverage, because = Coverage.UNTESTED, requirement.untested
    elif verdict is Verdict.NOT_APPLICABLE:
        coverage, because = Coverage.NOT_APPLICABLE, reasons
    elif verdict is None:
        coverage, because = Coverage.LEFT_OUT, incomplete or "no case of it was in the plan"
    else:
        coverage, because = Coverage.OPEN, reasons
    return RequirementLine(requirement, coverage, verdict, counts(verdicts), held, because)


def _expired(waivers: Iterable[Waiver], day: date) -> tuple[Waiver, ...]:
    return tuple(waiver for waiver in waivers if waiver.expires < day)
