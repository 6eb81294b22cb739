"""SARIF 2.1.0, for code-scanning views: one run per bank, one rule per requirement.

GitHub refuses a whole file for one result without a file location, for more than 25,000 results, or for
an ``automationDetails`` without ``id``: so every result lies in the bank's ``bank.yaml``, its function
being the logical location, and the count is capped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, TextIO
from urllib.parse import quote

from conformance.model import Finding, Level, Requirement, Result, Verdict
from conformance.report.content.findings import replay
from conformance.report.content.summary import Report
from conformance.report.content.wording import one_line, shown
from conformance.results import plain

MOST = 20_000
"""Results in the file; the rest is counted in a notification."""

_LEVEL = {Level.RECOMMENDED: "warning", Level.PERMITTED: "note", Level.BEYOND: "note"}
_SEVERITY = {Level.EXPECTED: "8.0", Level.RECOMMENDED: "5.5"}


def render(report: Report, stream: TextIO) -> None:
    """Writes one SARIF log with one run."""
    json.dump(plain(log(report)), stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def log(report: Report) -> dict[str, Any]:
    """The SARIF log as JSON data."""
    run = report.run
    requirements = {
        line.requirement.id: line.requirement for section in report.sections for line in section.lines
    } | {line.requirement.id: line.requirement for line in report.others}
    held = [result for result in run.results if result.findings and result.verdict is not Verdict.ERROR]
    used = list(dict.fromkeys(result.case.requirement for result in held))
    index = {name: position for position, name in enumerate(used)}
    found = [entry for result in held for entry in _results(report, result, index)]
    notes = [*_notifications(report)]
    if len(found) > MOST:
        notes.append(_note("note", f"{len(found) - MOST} more findings are in the results file"))
    bank = re.sub(r"[^A-Za-z0-9._-]+", "-", run.header.target.name).strip("-") or "bank"
    invocation: dict[str, Any] = {
        "executionSuccessful": not run.incomplete and not report.counts[Verdict.ERROR],
        "startTimeUtc": _utc(run.header.started),
        "toolExecutionNotifications": notes,
    }
    if run.footer:
        invocation |= {"endTimeUtc": _utc(run.footer.finished), "exitCode": run.footer.exit_code}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": run.header.tool.name,
                        "version": run.header.tool.version,
                        "rules": [_rule(name, requirements.get(name)) for name in used],
                    }
                },
                "automationDetails": {"id": f"conformance/{bank}/"},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": found[:MOST],
            }
        ],
    }


def _rule(name: str, requirement: Requirement | None) -> dict[str, Any]:
    if requirement is None:
        return {"id": name}
    tags = sorted({*requirement.tags, str(requirement.level)})
    properties: dict[str, Any] = {"tags": tags, "source": str(requirement.source)}
    if any(tag.startswith(("cwe:", "owasp:")) for tag in requirement.tags):
        properties["tags"] = ["security", *tags]
        properties["security-severity"] = _SEVERITY.get(requirement.level, "3.0")
    help_text = "\n\n".join(
        part for part in (requirement.text, requirement.why, requirement.fix, str(requirement.source)) if part
    )
    return {
        "id": name,
        "shortDescription": {"text": one_line(requirement.text, 250)},
        "fullDescription": {"text": one_line(f"{requirement.text} {requirement.why}", 1000)},
        "help": {"text": shown(help_text)},
        "defaultConfiguration": {"level": _LEVEL.get(requirement.level, "error")},
        "properties": properties,
    }


def _results(report: Report, result: Result, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    case = result.case
    known = set()
    for finding in result.findings:
        fingerprint = _fingerprint(result, finding)
        if fingerprint in known:
            continue
        known.add(fingerprint)
        entry: dict[str, Any] = {
            "ruleId": case.requirement,
            "ruleIndex": index[case.requirement],
            "level": "note" if finding.intermittent else _LEVEL.get(case.level, "error"),
            "message": {"text": _message(finding)},
            "locations": [_location(report, result, finding)],
            "partialFingerprints": {"conformance/v1": fingerprint},
            "properties": {
                "case": case.id,
                "verdict": result.verdict,
                "replay": replay(report.run, case),
                "intermittent": finding.intermittent,
            },
        }
        accepted = finding.waived or result.waived
        if accepted:
            entry["suppressions"] = [{"kind": "external", "justification": one_line(accepted, 500)}]
        yield entry


def _message(finding: Finding) -> str:
    """One line without SARIF's own markup: brackets would be links, braces placeholders."""
    place = f" at {one_line(finding.at)}" if finding.at else ""
    steady = f" (intermittent: seen {finding.seen} of {finding.tried} times)" if finding.intermittent else ""
    text = f"Expected {one_line(finding.expected)}; got {one_line(finding.actual)}{place}{steady}"
    return re.sub(r"([\\\[\]])", r"\\\1", text).replace("{", "{{").replace("}", "}}")


def _location(report: Report, result: Result, finding: Finding) -> dict[str, Any]:
    file = PurePath(report.run.header.target.file or "bank.yaml")
    relative = file.name if file.is_absolute() or ".." in file.parts else file.as_posix()
    function = result.case.function or "bank"
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(relative)},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {"name": function, "kind": "resource", "fullyQualifiedName": f"{function}{one_line(finding.at)}"}
        ],
    }


def _fingerprint(result: Result, finding: Finding) -> str:
    """The same for the same fault on another day: no numbers of rows, no values."""
    place = re.sub(r"/\d+(?=/|$)", "/*", finding.at)
    parts = (result.case.requirement, result.case.check, result.case.function, place)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    if report.run.incomplete:
        yield _note("error", report.run.incomplete)
    for item in report.open:
        level = "error" if item.verdict is Verdict.ERROR else "warning" if item.blocking else "note"
        yield _note(level, f"{item.requirement.id} {item.verdict}: {item.reason}")


def _note(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": one_line(text, 500)}}


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
