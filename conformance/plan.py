"""The plan: which cases a run has, settled or to be executed, in an order and with ids that never vary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase

from conformance import __version__
from conformance.errors import ConfigurationError, meant
from conformance.model import Case, CheckUse, Plan, Profile, Requirement, Verdict
from conformance.operation import Operation
from conformance.registry import Check
from conformance.target import Target


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user left in: globs over check ids, requirement tags and function ids. Empty means all."""

    checks: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()

    def reason_against(self, case: Case, requirement: Requirement) -> str:
        """Why a case is left out; empty when it is not."""
        names = (case.check, requirement.id, case.id)
        if self.checks and not _any(names, self.checks):
            return "left out: not among --check"
        if _any(names, self.skips):
            return "left out by --skip"
        if self.tags and not _any(requirement.tags, self.tags):
            return "left out: not among --tag"
        if self.operations and not (case.function and _any((case.function,), self.operations)):
            return "left out: not among --operation"
        return ""

    def misspelt(self, plan: Plan, profiles: Iterable[Profile], checks: Mapping[str, Check]) -> Iterator[str]:
        """Each glob to which nothing answers in any profile, with what may be meant."""
        known = tuple(profiles)
        requirements = [r for profile in known for r in profile.requirements]
        cases = {*checks, *(r.id for r in requirements), *(case.id for case in plan.cases)}
        tags = {tag for r in requirements for tag in r.tags}
        functions = {f.id for profile in known for f in profile.functions}
        for option, globs, names, where in (
            ("--check", self.checks, cases, "conformance list requirements"),
            ("--skip", self.skips, cases, "conformance list requirements"),
            ("--tag", self.tags, tags, "the tags in conformance explain REQUIREMENT"),
            ("--operation", self.operations, functions, "conformance list functions"),
        ):
            for glob in globs:
                if not _any(names, (glob,)):
                    yield f"{option} {glob}: nothing is so called; {meant(glob, names, f'see {where}')}"


def _any(names: Iterable[str], globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for name in names for glob in globs)


def make(
    target: Target,
    profiles: tuple[Profile, ...],
    operations: Mapping[str, Operation],
    checks: Mapping[str, Check],
    *,
    selection: Selection | None = None,
    seed: int = 0,
) -> Plan:
    """The plan of a run. The same inputs give the same cases, order and digest.

    Raises ``ConfigurationError`` for a requirement whose check or arguments do not exist.
    """
    chosen = selection or Selection()
    cases: dict[str, Case] = {}
    for phase, requirement in _bindings(profiles):
        scope = [
            f for f in _scope(phase, profiles) if not requirement.functions or f in requirement.functions
        ]
        offered = [f for f in scope if f in operations]
        for case in _cases(requirement, checks, scope, offered):
            settled = case.settled or _settled(case, requirement, target, chosen)
            known = cases.get(case.id)
            counts = (*known.counts_for, phase.name) if known else (phase.name,)
            cases[case.id] = replace(case, settled=settled, counts_for=counts)
    ordered = tuple(cases.values())
    return Plan(ordered, profiles, seed, _digest(target, ordered, operations, profiles, seed))


def _bindings(profiles: tuple[Profile, ...]) -> Iterator[tuple[Profile, Requirement]]:
    """Each requirement with the phase or, standing alone, the standard for which it is judged."""
    named = {profile.name: profile for profile in profiles}
    included: set[str] = set()
    for profile in profiles:
        if profile.is_phase:
            reached = _closure(profile, named)
            included |= {p.name for p in reached}
            for member in (profile, *reached):
                yield from ((profile, requirement) for requirement in member.requirements)
    for profile in profiles:
        if not profile.is_phase and profile.name not in included:
            yield from ((profile, requirement) for requirement in profile.requirements)


def _closure(profile: Profile, named: Mapping[str, Profile]) -> list[Profile]:
    found: list[Profile] = []
    waiting = list(profile.include)
    while waiting:
        member = named.get(waiting.pop(0))
        if member is not None and member not in found and member is not profile:
            found.append(member)
            waiting += member.include
    return found


def _scope(phase: Profile, profiles: tuple[Profile, ...]) -> list[str]:
    owners = (phase,) if phase.is_phase else profiles
    return [function.id for owner in owners for function in owner.functions]


def _cases(
    requirement: Requirement, checks: Mapping[str, Check], scope: list[str], offered: list[str]
) -> Iterator[Case]:
    if requirement.attested:
        yield Case(requirement.id, requirement.id, requirement.level, "", {}, requests=0)
    for use in requirement.uses:
        check = checks.get(use.check)
        if check is None:
            raise ConfigurationError(f"requirement {requirement.id}: there is no check {use.check}")
        stem = requirement.id if len(requirement.uses) == 1 else f"{requirement.id}/{use.check}"
        if not check.per_function and not requirement.functions:
            yield _case(stem, requirement, use, check, "")
        elif not offered:
            absent = "the bank offers none of the functions that this is about"
            if scope:
                yield replace(
                    _case(stem, requirement, use, check, ""),
                    settled=(Verdict.NOT_APPLICABLE, absent),
                    requests=0,
                )
        elif check.per_function:
            for function in offered:
                yield _case(f"{stem}/{function}", requirement, use, check, function)
        else:
            yield _case(stem, requirement, use, check, "")


def _case(id: str, requirement: Requirement, use: CheckUse, check: Check, function: str) -> Case:
    try:
        arguments = check.arguments(use.arguments)
    except ConfigurationError as error:
        raise ConfigurationError(*(f"requirement {requirement.id}: {p}" for p in error.problems)) from error
    return Case(
        id=id,
        requirement=requirement.id,
        level=requirement.level,
        check=check.id,
        arguments=arguments,
        function=function,
        writes=check.writes,
        intrusive=check.intrusive,
        requests=check.requests,
        creates=check.creates,
    )


def _settled(
    case: Case, requirement: Requirement, target: Target, selection: Selection
) -> tuple[Verdict, str] | None:
    if requirement.capability and requirement.capability not in target.capabilities:
        return Verdict.NOT_APPLICABLE, f"the bank does not declare the capability {requirement.capability}"
    left_out = selection.reason_against(case, requirement)
    if left_out:
        return Verdict.INCONCLUSIVE, left_out
    if requirement.attested:
        return Verdict.REVIEW, _attestation(requirement, target)
    for wanted, name in ((case.writes, "writes"), (case.intrusive, "intrusive")):
        if wanted and target.is_production:
            return Verdict.INCONCLUSIVE, f"not run: production admits no {name} checks"
        if wanted and name not in target.allow:
            return (
                Verdict.INCONCLUSIVE,
                f"not run: needs allow: [{name}] in the bank's file, or --allow {name}",
            )
    return None


def _attestation(requirement: Requirement, target: Target) -> str:
    given = target.attestations.get(requirement.id)
    if given is None:
        return f"to be attested: {requirement.untested}"
    evidence = f"; evidence: {given.evidence}" if given.evidence else ""
    return f"attested by {given.by} on {given.date}: {given.note}{evidence}"


def _digest(
    target: Target,
    cases: tuple[Case, ...],
    operations: Mapping[str, Operation],
    profiles: tuple[Profile, ...],
    seed: int,
) -> str:
    """SHA-256 over everything that decides what a run sends and how it judges; no secret enters it."""
    names = [field.name for field in fields(Case)]
    facts = {
        "tool": __version__,
        "base_url": target.base_url,
        "seed": seed,
        "profiles": [(profile.name, profile.version) for profile in profiles],
        "operations": [
            (o.id, o.method, o.path, o.query, o.body.decode("utf-8", "replace")) for o in operations.values()
        ],
        "cases": [{name: getattr(case, name) for name in names} for case in cases],
    }
    text = json.dumps(facts, sort_keys=True, default=_written, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _written(value: object) -> object:
    """What JSON has no form for, in one that never varies."""
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
