"""One complete run: from a target to a results file, the reports made of it, and an exit code."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from conformance import report, results, run, verdict
from conformance.errors import ConfigurationError
from conformance.ledger import FILE as LEDGER
from conformance.ledger import Entry
from conformance.model import Plan, Profile, Result
from conformance.offer import profiles_for
from conformance.plan import Selection
from conformance.plan import make as make_plan
from conformance.registry import all_checks
from conformance.results import Footer, Header, PlanFacts, Subject
from conformance.secret import Vault
from conformance.session import Session, open_session
from conformance.target import Target
from conformance.tls.imported import Scan
from conformance.verdict import ExitCode, FailOn
from conformance.waiver import used, waived
from conformance.wire import Wire


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a target is judged and how: everything that the plan depends on."""

    profiles: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    selection: Selection = field(default_factory=Selection)
    seed: int = 0
    deep: float = 0.0
    """Seconds of generated cases beyond the plan's own; 0 for none."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where results go. ``formats`` pairs a format with a path, or with None for standard output."""

    folder: Path
    formats: tuple[tuple[str, Path | None], ...] = ()
    fail_on: FailOn = FailOn.EXPECTED

    @property
    def results(self) -> Path:
        """The results file."""
        return self.folder / "results.jsonl"

    @property
    def html(self) -> Path:
        """The HTML report."""
        return self.folder / "report.html"


@dataclass(frozen=True, slots=True)
class Conducted:
    """What a run leaves: its exit code, its results file, its HTML report."""

    code: ExitCode
    results: Path
    html: Path


class Progress:
    """Hears of a run as it goes; by itself it says nothing."""

    def begins(self, plan: Plan) -> None:
        """Called once, before the first request."""

    def result(self, result: Result) -> None:
        """Called for every result, in the order in which they come."""

    def ends(self) -> None:
        """Called once, when the last result is written."""


def prepare(target: Target, scope: Scope) -> tuple[Plan, tuple[Profile, ...]]:
    """The plan of a run and its profiles, without any traffic and without any secret.

    Raises ``ConfigurationError`` for what cannot be planned, and for a selection of what there is not.
    """
    from conformance.offer import operations
    from conformance.profile import all_profiles

    profiles = profiles_for(target, scope.profiles, scope.phases)
    offered = operations(target, profiles)
    plan = make_plan(target, profiles, offered, all_checks(), selection=scope.selection, seed=scope.seed)
    misspelt = list(scope.selection.misspelt(plan, all_profiles().values(), all_checks()))
    if misspelt:
        raise ConfigurationError(*misspelt)
    return plan, profiles


def conduct(
    target: Target,
    scope: Scope,
    output: Output,
    *,
    wire: Wire | None = None,
    progress: Progress | None = None,
    stdout: TextIO | None = None,
    scan: Scan | None = None,
) -> Conducted:
    """Judges a target. An interrupt ends the run early and leaves a readable, marked results file.

    ``scan`` is another scanner's report of the bank's TLS, shown beside what is seen here.
    """
    code = _judged(target, scope, output, progress or Progress(), wire, scan)
    # What the run remembers of the bank goes before its results are read.
    gc.collect()
    finished = report.build(results.read(output.results))
    report.write(finished, "html", output.html)
    for name, place in output.formats:
        report.write(finished, name, place or stdout or sys.stdout)
    return Conducted(code, output.results, output.html)


def _judged(
    target: Target, scope: Scope, output: Output, heard: Progress, wire: Wire | None, scan: Scan | None
) -> ExitCode:
    """Runs the cases and writes what comes of them."""
    plan, profiles = prepare(target, scope)
    with ExitStack() as stack:
        try:
            output.folder.mkdir(parents=True, exist_ok=True)
            writer = stack.enter_context(results.Writer(output.results))
        except OSError as error:
            raise ConfigurationError(
                f"{output.results}: cannot be written ({error.strerror}); give another --output-dir"
            ) from error
        session = stack.enter_context(
            open_session(
                target,
                profiles,
                plan,
                wire=wire,
                record=writer.exchange,
                deep=scope.deep,
                ledger=output.folder / LEDGER,
                scan=scan,
            )
        )
        writer.header(header_of(scope, plan, session, output.fail_on))
        heard.begins(plan)
        code = _execute(plan, session, writer, heard, output.fail_on)
        heard.ends()
    return code


def _execute(
    plan: Plan, session: Session, writer: results.Writer, heard: Progress, fail_on: FailOn
) -> ExitCode:
    kept: list[Result] = []
    interrupted = False

    try:
        for result in run.results(plan, session, jobs=session.jobs):
            marked = waived(result, session.target.waivers)
            writer.result(marked)
            kept.append(marked)
            heard.result(marked)
    except KeyboardInterrupt:
        interrupted = True
    footer = footer_of(plan, session, kept, fail_on, interrupted=interrupted)
    writer.footer(footer)
    return ExitCode(footer.exit_code)


def footer_of(
    plan: Plan, session: Session, kept: Sequence[Result], fail_on: FailOn, *, interrupted: bool = False
) -> Footer:
    """The end of a results file: how the run went, and its exit code."""
    finished = len(kept) == len(plan.cases)
    spoken = {waiver for waiver in session.target.waivers if any(used(waiver, r) for r in kept)}
    return Footer(
        finished=datetime.now(UTC),
        exit_code=int(verdict.exit_code(kept, finished=finished, interrupted=interrupted, fail_on=fail_on)),
        interrupted=interrupted,
        reason="stopped by the user" if interrupted else "",
        counts={str(k): v for k, v in verdict.counts(verdict.standing(r) for r in kept).items()},
        requests=session.traffic.requests,
        unused_waivers=tuple(waiver.match for waiver in session.target.waivers if waiver not in spoken),
        ledger=tuple(_listed(e, session.traffic.vault) for e in session.ledger.entries if e.remains),
    )


def _listed(entry: Entry, vault: Vault) -> dict[str, str]:
    """An entry of the ledger as results keep it, redacted as all else in them."""
    told = {"state": entry.state, "case": entry.case, "words": entry.words}
    return {name: vault.text(text) for name, text in told.items()}


def header_of(scope: Scope, plan: Plan, session: Session, fail_on: FailOn) -> Header:
    """The beginning of a results file: all that is known before the first request."""
    target, selection = session.target, scope.selection
    bound = {case.check for case in plan.cases}
    return Header(
        target=Subject(
            name=target.name,
            environment=str(target.environment),
            base_url=session.traffic.vault.url(target.base_url),
            file=target.file,
        ),
        started=datetime.now(UTC),
        seed=scope.seed,
        plan=PlanFacts(plan.digest, len(plan.cases), estimate(plan)),
        jobs=session.jobs,
        profiles=session.profiles,
        checks={c.id: c.purpose for c in session.checks.values() if c.id in bound},
        offered=tuple(session.operations),
        not_offered=tuple(f for f in session.functions() if f not in session.operations),
        limits=target.limits.model_dump(),
        allow=tuple(sorted(target.allow)),
        waivers=tuple(target.waivers),
        selection={
            "profiles": list(scope.profiles),
            "phases": list(scope.phases),
            "check": list(selection.checks),
            "skip": list(selection.skips),
            "tag": list(selection.tags),
            "operation": list(selection.operations),
        },
        fail_on=str(fail_on),
    )


def estimate(plan: Plan) -> int:
    """Requests that a plan will send, about; reads that cases share are counted for each."""
    return sum(case.requests for case in plan.cases if case.settled is None)


GRANT = "grant of all"
"""The grant that opens every function: checks of a guarded function share it, whatever else they need."""


def logins(plan: Plan) -> int:
    """Customers' logins that a plan needs, about; one that cases share is counted once."""
    checks = all_checks()
    going = [case for case in plan.cases if case.settled is None]
    needed = [checks[case.check].logins for case in going]
    shared = {each for names in needed for each in names if isinstance(each, str)}
    guarded = {f.id for profile in plan.profiles for f in profile.functions if f.permission}
    shared |= {GRANT for case in going if case.function in guarded}
    return len(shared) + sum(each for names in needed for each in names if isinstance(each, int))


def folder_for(target: Target, root: Path, now: datetime | None = None) -> Path:
    """``reports/<target>/<UTC time>``, with a name that any file system takes and no other run has."""
    name = re.sub(r"[^a-z0-9]+", "-", target.name.lower()).strip("-") or "bank"
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H%M%SZ")
    folder = root / name / moment
    number = 1
    while folder.exists():
        number += 1
        folder = root / name / f"{moment}-{number}"
    return folder
