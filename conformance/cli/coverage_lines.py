"""What ``conformance explain`` says of the standards and of the OpenID Foundation's suite."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import coverage
from conformance.coverage import Statement
from conformance.errors import ConfigurationError
from conformance.model import Requirement


def lines(document: str = "") -> Iterator[str]:
    """How many requirements each document has, and why some are not tested; or all about one document."""
    rows = {row.document: row for row in coverage.table()}
    if document and document not in rows:
        raise ConfigurationError(f"no requirement rests on {document}; see conformance explain coverage")
    yield (
        f"{'document':<46}{'requirements':>13}{'checked':>9}{'attested':>10}{'untested':>10}{'statements':>12}"
    )
    for row in rows.values():
        if document in ("", row.document):
            told = (
                f"{row.document[:45]:<46}{row.requirements:>13}{row.checked:>9}{row.attested or '':>10}"
                f"{row.untested or '':>10}{row.statements or '':>12}"
            )
            yield told.rstrip()
    yield ""
    if document:
        yield from _of(document)
        return
    found = [coverage.judged(each) for each in coverage.statements().values()]
    counts = ", ".join(f"{found.count(way)} {way}" for way in ("checked", "attested", "untested"))
    yield f"Of {len(found)} numbered statements of the standards: {counts}."
    yield "A requirement counts for each document that it names; conformance explain coverage DOCUMENT"
    yield "lists them. Not tested, and why:"
    yield ""
    for requirement in coverage.requirements().values():
        if not requirement.uses:
            yield f"{requirement.id:<13}{coverage.state(requirement):<9} {requirement.text}"
            yield f"{'':<22} {requirement.source}: {requirement.untested}"


def _of(document: str) -> Iterator[str]:
    for each in coverage.statements().values():
        if each.document == document:
            yield f"{each.number:<9} {each.clause:<28} {coverage.judged(each):<9} {', '.join(each.by)}"
    yield ""
    for requirement in coverage.of(document):
        yield from _judged(requirement)


def _judged(requirement: Requirement) -> Iterator[str]:
    """A requirement, and by what it is judged."""
    checks = ", ".join(use.check for use in requirement.uses)
    yield f"{requirement.id:<13} {requirement.text}"
    yield f"{'':<13} {checks or f'{coverage.state(requirement)}: {requirement.untested}'}"


def statement(found: Statement) -> Iterator[str]:
    """One statement of a standard, and how each of its requirements is judged."""
    yield f"{found.number}  {found.document}, {found.clause}: {coverage.judged(found)}"
    for name in found.by:
        yield from _judged(coverage.requirements()[name])


def foundation() -> Iterator[str]:
    """The modules and conditions of the OpenID Foundation's suite beside the checks of this one."""
    plan = ""
    for module in coverage.modules():
        if module.plan != plan:
            plan = module.plan
            yield f"{'' if plan == coverage.modules()[0].plan else chr(10)}{plan}"
        yield f"  {module.label:<4}{module.name}"
        yield f"      {', '.join(module.checks) or f'left out: {module.left}'}"
    subject = ""
    for condition in coverage.conditions():
        if condition.subject != subject:
            subject = condition.subject
            yield ""
            yield f"conditions: {subject}"
        yield f"  {condition.name}"
        yield f"      {', '.join(condition.checks) or f'left out: {condition.left}'}"
    bearing = [module for module in coverage.modules() if module.bears]
    yield ""
    yield (
        f"{len(coverage.modules())} modules, {len(bearing)} of them marked A, B or C, "
        f"{sum(not module.checks for module in bearing)} of these without a check"
    )
    left = sum(not condition.checks for condition in coverage.conditions())
    yield f"{len(coverage.conditions())} conditions, {left} of them left out for the reasons given"
