"""No bank, however hostile or broken, hurts, hangs or misleads the suite; ``table.py`` draws the table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest

from tests.hostile_bank.table import CPU, MEGABYTES, MISBEHAVIOURS, SECRET, Judge, Misbehaviour, Outcome

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    made = Judge()
    yield made
    made.close()


def test_there_are_misbehaviours_at_every_layer() -> None:
    layers = {row.layer for row in MISBEHAVIOURS}
    assert layers == {"TLS", "HTTP", "content", "publication", "authorization"}
    assert len(MISBEHAVIOURS) >= 60
    assert len({row.name for row in MISBEHAVIOURS}) == len(MISBEHAVIOURS)


@pytest.mark.parametrize("row", MISBEHAVIOURS, ids=lambda row: row.name)
def test_a_misbehaviour_ends_in_a_finding_or_is_inconclusive_and_hurts_nobody(
    judge: Judge, row: Misbehaviour
) -> None:
    outcome = judge.judge(row)
    assert "crash" not in outcome.told, outcome.told
    assert not outcome.told["errors"]
    assert outcome.verdict in ("finding", "inconclusive")
    assert outcome.cpu < CPU
    assert outcome.megabytes < MEGABYTES
    reaches_nobody_else(outcome)
    leaks_nothing(outcome)
    runs_nowhere(outcome)


def reaches_nobody_else(outcome: Outcome) -> None:
    """The judge connected to its own bank alone, asked for no name, and ran nothing."""
    assert outcome.heard == 0
    for act in outcome.told["acts"]:
        assert act.startswith(("socket.connect ", "socket.getaddrinfo ")), act
        assert "127.0.0.1" in act, act
        assert str(outcome.port) in act, act


def leaks_nothing(outcome: Outcome) -> None:
    """The TSP's secret stands in no report."""
    assert len(outcome.files) >= 8
    for name, text in outcome.files.items():
        assert SECRET not in text, name


def runs_nowhere(outcome: Outcome) -> None:
    """What the bank sent is run by no reader of a report."""
    page = outcome.files["report.html"]
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not re.search(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=[\"']?https?:", page)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x9b]", outcome.files["report.txt"])
    for cells in csv.reader(io.StringIO(outcome.files["report.csv"])):
        assert not [cell for cell in cells if cell.startswith(FORMULA)]
    for number, line in enumerate(outcome.files["results.jsonl"].splitlines()):
        assert line.startswith("{"), number
