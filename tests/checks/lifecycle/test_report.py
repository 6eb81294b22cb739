"""What a random sequence found stands in the report with its seed, and can be played again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conformance.bank.mutant import all_mutants
from conformance.conduct import Output, Scope, conduct
from conformance.embedded import memory
from conformance.plan import Selection

MUTANT = next(m for m in all_mutants() if m.name == "withdrawn-consent-forgotten")
SEED = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("lifecycle")
    target, wire = memory(MUTANT, SEED)
    scope = Scope(profiles=("lifecycle", "phase3"), selection=Selection(checks=("lifecycle.*",)), seed=SEED)
    formats = (("text", place / "report.txt"), ("json", place / "report.json"))
    conduct(target, scope, Output(place, formats), wire=wire)
    return place


def _result(folder: Path) -> dict[str, object]:
    lines = (folder / "results.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if '"lifecycle.invariants_hold"' in line]
    return next(each for each in found if each.get("findings"))


def test_the_result_tells_seed_and_shortest_sequence(folder: Path) -> None:
    notes = _result(folder)["notes"]
    assert isinstance(notes, dict)
    told = notes["sequences"]
    assert told["seed"] == SEED
    steps = re.findall(r"[a-z][a-z ]*\(\d\)", told["sequence"])
    assert steps[0].startswith("let in")
    assert 2 <= len(steps) <= 4  # the customer lets the TSP in, takes it back, and the TSP reads on


@pytest.mark.parametrize("name", ["report.html", "report.txt", "report.json"])
def test_each_report_shows_the_sequence(folder: Path, name: str) -> None:
    text = (folder / name).read_text()
    assert "let in (0)" in text


def test_the_page_shows_the_seed_beside_it(folder: Path) -> None:
    assert re.search(r"seed\D{1,20}7\b", (folder / "report.html").read_text())
