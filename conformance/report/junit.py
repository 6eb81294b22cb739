"""JUnit XML: one testcase for each case, for the test view of any CI server.

A nonconformity is a failure. A fault of the suite, and an inconclusive case that blocks its phase, is an
error, so that no CI server shows it green; all else that is no pass is skipped with its reason.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import TextIO

from conformance.model import Requirement, Result, Verdict
from conformance.report.content.findings import replay
from conformance.report.content.summary import Report
from conformance.report.content.wording import WORD, shown
from conformance.results import Run
from conformance.verdict import blocks, standing

# What XML 1.0 section 2.2 forbids: parsers reject the whole file for one of these.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, stream: TextIO) -> None:
    """Writes one testsuite for each profile whose requirements the cases belong to."""
    known = {r.id: r for profile in report.run.header.profiles for r in profile.requirements}
    titles = {profile.name: profile.title for profile in report.run.header.profiles}
    groups: dict[str, list[Result]] = {}
    for result in report.run.results:
        requirement = known.get(result.case.requirement)
        groups.setdefault(requirement.profile if requirement else "", []).append(result)
    header = report.run.header
    root = ET.Element("testsuites", name=_legal(f"conformance of {header.target.name}"))
    for name, results in groups.items():
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_legal(titles.get(name, name or "the bank's own checks")),
            timestamp=header.started.isoformat(timespec="seconds"),
            time=f"{sum(result.seconds for result in results):.3f}",
            hostname=_legal(header.target.base_url),
        )
        tags = [_testcase(suite, result, known, report.run) for result in results]
        suite.set("tests", str(len(tags)))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(tags.count(tag)))
    if report.run.incomplete:
        suite = ET.SubElement(root, "testsuite", name="the run", tests="1", failures="0", errors="1")
        case = ET.SubElement(suite, "testcase", name="came to its end", classname="run")
        ET.SubElement(case, "error", type="incomplete", message=_legal(report.run.incomplete))
    stream.write('<?xml version="1.0" encoding="utf-8"?>\n')
    stream.write(ET.tostring(root, encoding="unicode"))
    stream.write("\n")


def _testcase(suite: ET.Element, result: Result, known: Mapping[str, Requirement], run: Run) -> str:
    """Adds the testcase of a result; the name of the element that tells its outcome, empty for a pass."""
    case, verdict = result.case, standing(result)
    element = ET.SubElement(
        suite,
        "testcase",
        classname=_legal(case.function or "bank"),
        name=_legal(case.id),
        time=f"{result.seconds:.3f}",
    )
    requirement = known.get(case.requirement)
    facts = {
        "requirement": case.requirement,
        "level": str(case.level),
        "check": case.check,
        "verdict": str(result.verdict),
        "source": str(requirement.source) if requirement else "",
        "waived": result.waived,
    }
    properties = ET.SubElement(element, "properties")
    for name, value in facts.items():
        if value:
            ET.SubElement(properties, "property", name=name, value=_legal(shown(value)))
    text = _words(result, requirement, run)
    if verdict is Verdict.FAIL:
        outcome, kind = "failure", "nonconformity"
    elif verdict is Verdict.ERROR:
        outcome, kind = "error", "suite"
        text = f"{text}\n{result.traceback}"
    elif blocks(result):
        outcome, kind = "error", "inconclusive"
    elif verdict in (Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE, Verdict.REVIEW):
        outcome, kind = "skipped", str(verdict)
    else:
        if result.findings:
            ET.SubElement(element, "system-out").text = _legal(shown(text, 20_000))
        return ""
    message = result.reason or (result.findings[0].expected if result.findings else WORD[verdict])
    told = ET.SubElement(element, outcome, type=kind, message=_legal(shown(message, 500)))
    told.text = _legal(shown(text, 20_000))
    return outcome


def _words(result: Result, requirement: Requirement | None, run: Run) -> str:
    lines = [requirement.text, f"source: {requirement.source}"] if requirement else []
    if result.reason:
        lines.append(f"reason: {result.reason}")
    for finding in result.findings:
        lines += [f"expected: {shown(finding.expected)}", f"actual: {shown(finding.actual)}"]
        if finding.at:
            lines.append(f"at: {shown(finding.at)}")
    if requirement and requirement.fix:
        lines.append(f"fix: {requirement.fix}")
    if result.findings:
        lines.append(f"again: {replay(run, result.case)}")
    return "\n".join(lines)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
