"""Waivers at work: which findings a bank's file accepts, for a time and with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from conformance.model import Finding, Result, Verdict, Waiver

EVERY = "*"
_NAMED = re.compile(r"(?:\b([A-Z]{3,7}) )?(/[^\s,:;'\"()]*)")


def covers(waiver: Waiver, result: Result) -> bool:
    """Whether a waiver speaks of a result's case, requirement or check, and of its function."""
    case = result.case
    names = (case.id, case.requirement, case.check)
    return fnmatchcase(case.function, waiver.function) and any(fnmatchcase(n, waiver.match) for n in names)


def waived(result: Result, waivers: Iterable[Waiver]) -> Result:
    """The result of a case with findings, marked with the first waiver that covers it.

    Waivers of single operations mark the findings all of whose operations they name; the result is marked
    with them when no finding is left.
    """
    if result.verdict not in (Verdict.FAIL, Verdict.OBSERVATION):
        return result
    speaking = [waiver for waiver in waivers if covers(waiver, result)]
    whole = next((waiver for waiver in speaking if waiver.operation == EVERY), None)
    if whole is not None:
        return replace(result, waived=_said(whole))
    marked = tuple(_marked(finding, speaking) for finding in result.findings)
    if marked and all(finding.waived for finding in marked):
        return replace(result, findings=marked, waived=marked[0].waived)
    return replace(result, findings=marked)


def used(waiver: Waiver, result: Result) -> bool:
    """Whether a waiver has marked something of a result."""
    if not covers(waiver, result):
        return False
    if waiver.operation == EVERY:
        return bool(result.waived)
    return any(finding.waived and _names(waiver, finding) for finding in result.findings)


def _said(waiver: Waiver) -> str:
    return f"{waiver.reason} (until {waiver.expires})"


def _marked(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    """The finding with the waiver that accepts it: each operation that shows it must be named by one."""
    shown = operations(finding)
    found = [next((w for w in waivers if _matches(w.operation, each)), None) for each in shown]
    first = next(iter(found), None)
    return finding if first is None or None in found else replace(finding, waived=_said(first))


def _names(waiver: Waiver, finding: Finding) -> bool:
    return any(_matches(waiver.operation, each) for each in operations(finding))


def operations(finding: Finding) -> tuple[str, ...]:
    """The operations that show a finding, as ``POST /payees``; some laws know the path alone.

    Where a check does not give them, they are those that its expectation names.
    """
    if finding.operations:
        return finding.operations
    named = (f"{method} {path}" if method else path for method, path in _NAMED.findall(finding.expected))
    return tuple(dict.fromkeys(named))


def _matches(pattern: str, operation: str) -> bool:
    """Whether a glob such as ``POST /payees*`` names an operation; braces stand for themselves."""
    if operation.startswith("/"):
        pattern = pattern.rpartition(" ")[2]
    return fnmatchcase(operation, pattern.replace("[", "[[]"))
