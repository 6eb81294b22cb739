"""CSV: one row for each finding and each case that is no pass, for a spreadsheet."""

from __future__ import annotations

import csv
from typing import TextIO

from conformance.model import Finding, Verdict
from conformance.report.content.summary import Report
from conformance.report.content.wording import one_line
from conformance.verdict import standing

COLUMNS = (
    "requirement", "level", "source", "check", "function", "case", "verdict", "waived",
    "expected", "actual", "at", "seen", "tried", "reason",
)  # fmt: skip


def render(report: Report, stream: TextIO) -> None:
    """Writes RFC 4180 rows; a cell that a spreadsheet would take for a formula starts with an apostrophe."""
    known = {r.id: r for profile in report.run.header.profiles for r in profile.requirements}
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for result in report.run.results:
        case, verdict = result.case, standing(result)
        if verdict is Verdict.PASS and not result.findings:
            continue
        requirement = known.get(case.requirement)
        source = str(requirement.source) if requirement else ""
        for finding in result.findings or (Finding("", "", seen=0, tried=0),):
            fields = (
                case.requirement, case.level, source, case.check, case.function, case.id, verdict,
                finding.waived or result.waived, finding.expected, finding.actual, finding.at, finding.seen,
                finding.tried, result.reason,
            )  # fmt: skip
            rows.writerow([cell(str(field)) for field in fields])


def cell(text: str) -> str:
    """A cell's text on one line, never a formula."""
    clean = one_line(text, 1000)
    return f"'{clean}" if clean[:1] in "=+-@|%" and clean else clean
