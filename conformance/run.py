"""A run: executes the cases of a plan, confirms what they find, and writes results as they come."""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from conformance import verdict
from conformance.errors import Inconclusive, NeedsReview, NotApplicable, Outcome
from conformance.model import Case, Finding, Plan, Result, Verdict
from conformance.reading import Reading
from conformance.registry import Check
from conformance.session import Session
from conformance.supply import Supply
from conformance.waiver import waived

MAX_FINDINGS = 25
"""Findings of one case that are kept; more of the same teach nothing."""
CONFIRMATIONS = 2
"""Times that a check is run again, with fresh traffic, for a finding that has not repeated yet."""


def execute(case: Case, session: Session) -> Result:
    """The result of one case. Never raises: a fault of the suite is the verdict ``error``."""
    if case.settled is not None:
        given, reason = case.settled
        return Result(case, given, reason=reason, started=time.time())
    check = session.checks[case.check]
    with session.turn(check):
        return _executed(case, check, session)


def _executed(case: Case, check: Check, session: Session) -> Result:
    started, clock = time.time(), time.monotonic()
    exchanges: list[int] = []
    try:
        findings, notes = _attempt(case, check, session, 0, exchanges)
        if findings and check.confirm:
            findings = _confirmed(case, check, session, findings, exchanges)
        given, reason = verdict.settle(case.level, findings)
        result = Result(case, given, tuple(findings), reason, notes=notes)
    except Outcome as outcome:
        result = Result(case, _verdict_of(outcome), reason=session.traffic.vault.text(outcome.reason))
    except Exception as error:
        text = session.traffic.vault.text("".join(traceback.format_exception(error)))
        result = Result(case, Verdict.ERROR, reason=f"{type(error).__name__} in {case.check}", traceback=text)
    return replace(
        result,
        started=started,
        seconds=time.monotonic() - clock,
        exchanges=tuple(dict.fromkeys(exchanges)),
    )


def _verdict_of(outcome: Outcome) -> Verdict:
    if isinstance(outcome, NotApplicable):
        return Verdict.NOT_APPLICABLE
    return Verdict.REVIEW if isinstance(outcome, NeedsReview) else Verdict.INCONCLUSIVE


def _attempt(
    case: Case, check: Check, session: Session, number: int, exchanges: list[int]
) -> tuple[list[Finding], dict[str, object]]:
    """The findings of one run of the check, each tied to its exchange, and the notes that it left."""
    supply = Supply.of(session, case, check, number)
    findings: list[Finding] = []
    vault = session.traffic.vault
    try:
        given = supply.arguments()
        for finding in islice(check.function(*given, **case.arguments), MAX_FINDINGS):
            latest = supply.tsp.exchanges[-1] if supply.tsp.exchanges else None
            findings.append(
                replace(
                    finding,
                    expected=vault.text(finding.expected),
                    actual=vault.text(finding.actual),
                    at=vault.text(finding.at),
                    exchange=finding.exchange if finding.exchange is not None else latest,
                )
            )
        for reading in given if not findings else ():
            if isinstance(reading, Reading):
                reading.evidence.conclude()
    finally:
        exchanges += supply.tsp.exchanges
    return findings, supply.tsp.notes


def _confirmed(
    case: Case, check: Check, session: Session, findings: list[Finding], exchanges: list[int]
) -> list[Finding]:
    """The findings with how often each was seen; asks again only while one has not repeated."""
    seen = dict.fromkeys(map(_identity, findings), 1)
    tried = 1
    for number in range(1, CONFIRMATIONS + 1):
        tried += 1
        again: Iterable[Finding] = ()
        with suppress(Inconclusive, NotApplicable):
            again = _attempt(case, check, session, number, exchanges)[0]
        for identity in set(map(_identity, again)) & seen.keys():
            seen[identity] += 1
        if all(count > 1 for count in seen.values()):
            break
    return [replace(finding, seen=seen[_identity(finding)], tried=tried) for finding in findings]


def _identity(finding: Finding) -> tuple[str, str]:
    """What makes a finding the same one when it is seen again; values such as times may differ."""
    return finding.expected, finding.at


def results(plan: Plan, session: Session, *, jobs: int = 1) -> Iterator[Result]:
    """Executes the plan with ``jobs`` threads and yields each result when it is there.

    Whoever leaves early waits for the cases that are running; no other begins.
    """
    waiting = deque(plan.cases)
    running: dict[Future[Result], str] = {}
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="case")
    try:
        while True:
            while len(running) < jobs * 2:
                case = _next(waiting, session, set(running.values()))
                if case is None:
                    break
                running[pool.submit(execute, case, session)] = _lane(case, session)
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                del running[future]
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(cancel_futures=True)


def _lane(case: Case, session: Session) -> str:
    """What a case must not run beside: generated tests of one API keep their order at any number of jobs."""
    check = session.checks.get(case.check)
    return "survey" if check is not None and "survey" in check.needs and case.settled is None else ""


def _next(waiting: deque[Case], session: Session, busy: set[str]) -> Case | None:
    """Takes the first case that waits for no other; None when there is none."""
    for number, case in enumerate(waiting):
        lane = _lane(case, session)
        if not lane or lane not in busy:
            del waiting[number]
            return case
    return None


def judge(
    plan: Plan, session: Session, *, jobs: int = 1, report: Callable[[Result], None] = lambda _: None
) -> tuple[Result, ...]:
    """All results of a plan, waivers applied, in the plan's order."""
    found: dict[str, Result] = {}
    for result in results(plan, session, jobs=jobs):
        result = waived(result, session.target.waivers)
        report(result)
        found[result.case.id] = result
    return tuple(found[case.id] for case in plan.cases)
