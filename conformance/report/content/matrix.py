"""Functions against topics: at a glance, where a bank stands.

A topic is the requirement's tag ``topic:NAME``; without one, the subject of the check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.model import Requirement, Result, Verdict
from conformance.report.content.wording import topic_title
from conformance.results import Run
from conformance.verdict import standing, worst

WHOLE_BANK = "The bank as a whole"


@dataclass(frozen=True, slots=True)
class Cell:
    """The worst verdict of some cases, and how many of how many that apply have it."""

    verdict: Verdict
    number: int
    cases: int


@dataclass(frozen=True, slots=True)
class Row:
    """A function's cells, one a topic, None where no case lies; ``offered`` false leaves them all None."""

    function: str
    title: str
    offered: bool
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    topics: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(run: Run, known: Mapping[str, Requirement], title: Callable[[str], str]) -> Matrix:
    """The matrix of a run; functions in the order of their profiles, those not offered included."""
    cells: dict[tuple[str, str], list[Verdict]] = {}
    for result in run.results:
        place = (result.case.function, topic(result, known))
        cells.setdefault(place, []).append(standing(result))
    topics = sorted({name for _, name in cells}, key=topic_title)
    declared = [f.id for profile in run.header.profiles for f in profile.functions]
    functions = list(dict.fromkeys([*declared, *(function for function, _ in cells)]))
    absent = set(run.header.not_offered)
    rows = [
        Row(
            function,
            title(function) or WHOLE_BANK,
            function not in absent,
            tuple(_cell(cells.get((function, name))) for name in topics),
        )
        for function in functions
        if function in absent or any((function, name) in cells for name in topics)
    ]
    rows.sort(key=lambda row: row.function == "")
    return Matrix(tuple(topic_title(name) for name in topics), tuple(rows))


def topic(result: Result, known: Mapping[str, Requirement]) -> str:
    """The topic of a result."""
    requirement = known.get(result.case.requirement)
    for tag in requirement.tags if requirement else ():
        if tag.startswith("topic:"):
            return tag.removeprefix("topic:").strip()
    return result.case.check.split(".")[0]


def _cell(verdicts: list[Verdict] | None) -> Cell | None:
    if not verdicts:
        return None
    verdict = worst(verdicts)
    applied = [v for v in verdicts if v is not Verdict.NOT_APPLICABLE] or verdicts
    return Cell(verdict, verdicts.count(verdict), len(applied))
