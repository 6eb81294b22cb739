"""JSON: the whole roll-up as one document, for programs that want verdicts rather than lines."""

from __future__ import annotations

import json
from typing import Any, TextIO

from conformance.report.content.findings import Card, OpenItem
from conformance.report.content.summary import Report, RequirementLine, Section
from conformance.results import SCHEMA_VERSION, plain


def render(report: Report, stream: TextIO) -> None:
    """Writes one JSON object, indented, with control characters made visible."""
    json.dump(plain(document(report)), stream, ensure_ascii=False, allow_nan=False, indent=2)
    stream.write("\n")


def document(report: Report) -> dict[str, Any]:
    """The report as JSON data."""
    header, footer = report.run.header, report.run.footer
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": header.tool,
        "target": header.target,
        "started": header.started,
        "finished": footer.finished if footer else None,
        "incomplete": report.run.incomplete,
        "exit_code": footer.exit_code if footer else None,
        "plan": header.plan,
        "seed": header.seed,
        "counts": report.counts,
        "phases": [_section(section) for section in report.sections],
        "requirements": [_line(line) for section in report.sections for line in section.lines]
        + [_line(line) for line in report.others],
        "findings": [_card(card) for cards in report.cards.values() for card in cards],
        "open": [_open(item) for item in report.open],
        "functions": {
            "topics": report.matrix.topics,
            "rows": report.matrix.rows,
        },
        "timings": report.timings,
        "tls": report.hosts,
        "rate": report.curves,
        "waivers": {"given": header.waivers, "expired": report.expired, "unused": report.unused},
        "ledger": footer.ledger if footer else (),
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.profile.name,
        "title": section.profile.title,
        "version": section.profile.version,
        "source": section.profile.source,
        "conformance": section.verdict.conformance,
        "statement": str(section.verdict),
        "counts": section.verdict.counts,
        "coverage": section.coverage,
        "offered": section.offered,
    }


def _line(line: RequirementLine) -> dict[str, Any]:
    return {
        "id": line.requirement.id,
        "profile": line.requirement.profile,
        "level": line.requirement.level,
        "text": line.requirement.text,
        "source": line.requirement.source,
        "coverage": line.coverage,
        "because": line.because,
        "verdict": line.verdict,
        "counts": line.counts,
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "requirement": card.requirement.id,
        "level": card.requirement.level,
        "check": card.check,
        "expected": card.expected,
        "total": card.total,
        "functions": card.functions,
        "waiver": card.waiver,
        "replay": card.replays,
        "occurrences": [
            {"case": each.case.id, "function": each.case.function, "finding": each.finding}
            for each in card.occurrences
        ],
    }


def _open(item: OpenItem) -> dict[str, Any]:
    return {
        "requirement": item.requirement.id,
        "level": item.requirement.level,
        "check": item.check,
        "verdict": item.verdict,
        "reason": item.reason,
        "functions": item.functions,
        "cases": [case.id for case in item.cases],
        "blocking": item.blocking,
    }
