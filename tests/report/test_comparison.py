"""Two runs of one bank beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.model import Case, Finding, Level, Result, Verdict
from conformance.report.content.comparison import Kind, compared, differences
from conformance.results import Footer, Header, PlanFacts, Run, Subject, Writer
from tests.report.sample_run import STARTED


def run(*verdicts: Verdict | None, waived: str = "", **header: object) -> Run:
    """A run whose case number n has the nth verdict; None for a case that its plan does not have."""
    held = Header(
        Subject("A Bank", "sandbox", "https://bank.example"), STARTED, 0, PlanFacts("d", len(verdicts))
    )
    finding = (Finding("this", "that"),)
    results = tuple(
        Result(
            Case(f"C-{n}", f"C-{n}", Level.EXPECTED, "x.y", {}),
            verdict,
            finding if verdict in (Verdict.FAIL, Verdict.OBSERVATION) else (),
            waived=waived if verdict is Verdict.FAIL else "",
        )
        for n, verdict in enumerate(verdicts)
        if verdict is not None
    )
    return Run(replace(held, **header), results, Footer(STARTED, 0))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (Verdict.PASS, Verdict.FAIL, Kind.NEW),
        (None, Verdict.FAIL, Kind.NEW),
        (Verdict.FAIL, Verdict.FAIL, Kind.STILL),
        (Verdict.FAIL, Verdict.PASS, Kind.GONE),
        (Verdict.FAIL, Verdict.INCONCLUSIVE, Kind.LOST),
        (Verdict.FAIL, None, Kind.LOST),
        (Verdict.PASS, Verdict.NOT_APPLICABLE, Kind.LOST),
        (Verdict.PASS, Verdict.OBSERVATION, Kind.NOTED),
        (Verdict.OBSERVATION, Verdict.PASS, Kind.UNNOTED),
        (Verdict.INCONCLUSIVE, Verdict.PASS, Kind.SHOWN),
    ],
)
def test_a_case_is_told_by_what_became_of_it(before: Verdict | None, now: Verdict | None, kind: Kind) -> None:
    [change] = compared(run(before), run(now))
    assert (change.case, change.kind) == ("C-0", kind)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.OBSERVATION, Verdict.INCONCLUSIVE])
def test_what_is_as_before_and_no_nonconformity_is_not_told(verdict: Verdict) -> None:
    assert compared(run(verdict), run(verdict)) == ()


def test_a_waiver_mends_nothing() -> None:
    [change] = compared(run(Verdict.FAIL), run(Verdict.FAIL, waived="accepted"))
    assert change.kind is Kind.STILL


def test_new_nonconformities_come_first() -> None:
    before = run(Verdict.FAIL, Verdict.PASS, Verdict.PASS)
    kinds = [
        change.kind for change in compared(before, run(Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL))
    ]
    assert kinds == [Kind.NEW, Kind.GONE, Kind.LOST]


def test_what_else_is_other_is_told() -> None:
    said = list(differences(run(Verdict.PASS), run(Verdict.PASS, allow=("intrusive",))))
    assert said == ["permissions: reads only, now intrusive"]


def written(path: Path, held: Run) -> str:
    with Writer(path) as writer:
        writer.header(held.header)
        for result in held.results:
            writer.result(result)
        writer.footer(Footer(STARTED, 1))
    return str(path)


def test_the_command_compares_as_text_and_ends_as_the_run_did(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = written(tmp_path / "before.jsonl", run(Verdict.PASS, Verdict.FAIL))
    now = written(tmp_path / "now.jsonl", run(Verdict.FAIL, Verdict.FAIL))
    with pytest.raises(SystemExit) as ended:
        main(("report", now, "--since", before))
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "New nonconformities (1)\n  C-0\n" in out
    assert "now       nonconformity: expected this, got that" in out
    assert "nonconformities: 1 new, 0 gone, 1 as before" in out


def test_a_comparison_is_text_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    now = written(tmp_path / "now.jsonl", run(Verdict.PASS))
    with pytest.raises(SystemExit) as ended:
        main(("report", now, "--since", now, "--format", "json"))
    assert ended.value.code == 2
    assert "--format" in capsys.readouterr().err
