"""The roll-up: sections, coverage, grouping, facts, timings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from conformance.model import Case, Finding, Level, Profile, Requirement, Result, Source, Verdict
from conformance.report import Report, build, html
from conformance.report.content import facts
from conformance.report.content.chart import steps
from conformance.report.content.findings import Kind, replay
from conformance.report.content.summary import Coverage
from conformance.report.content.timing import percentile
from conformance.report.content.wording import one_line, shown, topic_title
from conformance.results import Footer, Header, PlanFacts, Run, Subject, read
from conformance.verdict import Conformance
from tests.report.sample_run import NOT_OFFERED, RATE, TLS, functions, write


def test_each_phase_has_a_section_with_its_verdict(report: Report) -> None:
    told = {section.profile.name: section.verdict.conformance for section in report.sections}
    assert told == {"phase1": Conformance.ERROR, "phase3": Conformance.NOT_CONFORMANT}


def test_every_requirement_is_in_the_coverage_once(report: Report) -> None:
    for section in report.sections:
        assert sum(section.coverage.values()) == len(section.lines) == 30
        assert section.coverage[Coverage.UNTESTED] == 1
        assert section.coverage[Coverage.ATTESTED] >= 1
        untested = [line for line in section.lines if line.coverage is Coverage.UNTESTED]
        assert untested[0].because == "Published outside the API; no request can show it."


def test_every_finding_is_on_exactly_one_card(report: Report) -> None:
    total = sum(card.total for cards in report.cards.values() for card in cards)
    assert total == sum(len(result.findings) for result in report.run.results)
    assert all(report.cards[kind] for kind in Kind)


def test_what_stays_open_for_one_reason_is_one_cause_and_nothing_is_lost(report: Report) -> None:
    def open_case(number: int, reason: str) -> Result:
        requirement, check = f"P1-DAT-00{number % 2 + 1}", f"product.x{number % 3}"
        case = Case(f"c{number}", requirement, Level.EXPECTED, check, {}, f"other.{number}", ("phase1",))
        return Result(case, Verdict.INCONCLUSIVE, reason=reason)

    reasons = ["no answer"] * 12 + ["no token"]
    results = tuple(open_case(number, reason) for number, reason in enumerate(reasons))
    many, one = build(replace(report.run, results=results)).causes
    assert (many.reason, many.cases, one.reason, one.cases) == ("no answer", 12, "no token", 1)
    assert [each.id for each in many.requirements] == ["P1-DAT-001", "P1-DAT-002"]
    assert len(many.functions) == 12
    assert sum(cause.cases for cause in report.causes) == sum(len(item.cases) for item in report.open)


def test_one_cause_in_many_functions_is_one_card(report: Report) -> None:
    def missing(number: int) -> Result:
        case = Case(
            f"c{number}", "P1-DAT-001", Level.EXPECTED, "product.x", {}, f"other.{number}", ("phase1",)
        )
        return Result(case, Verdict.FAIL, (Finding(f"at most {number}", f"{number + 1}", seen=2, tried=2),))

    run = replace(report.run, results=tuple(missing(number) for number in range(40)))
    (card,) = build(run).cards[Kind.NONCONFORMITY]
    assert card.total == 40
    assert len(card.functions) == 40
    assert len(card.occurrences) < 40


def test_a_result_with_intermittent_findings_is_told_once(report: Report) -> None:
    open_cases = {case.id for item in report.open for case in item.cases}
    unsteady = {each.case.id for card in report.cards[Kind.INTERMITTENT] for each in card.occurrences}
    assert unsteady
    assert not open_cases & unsteady


def test_functions_not_offered_are_rows_without_cells(report: Report) -> None:
    absent = [row for row in report.matrix.rows if not row.offered]
    assert tuple(row.function for row in absent) == NOT_OFFERED
    assert all(cell is None for row in absent for cell in row.cells)


def test_a_requirement_that_two_phases_share_counts_for_each() -> None:
    shared = Requirement("TLS-001", Level.EXPECTED, "Holds.", Source("RFC 9325", "3.1"), "tls")
    run = _run(
        [
            Profile("a", "A", "1", Source("F", ""), functions=functions("a"), include=("tls",)),
            Profile("b", "B", "1", Source("F", ""), functions=functions("b"), include=("tls",)),
            Profile("tls", "TLS", "1", Source("RFC 9325", ""), requirements=(shared,)),
        ],
        Result(
            Case("c", "TLS-001", Level.EXPECTED, "tls.x", {}, counts_for=("a", "b")), Verdict.FAIL, (_FOUND,)
        ),
    )
    found = build(run)
    assert [section.profile.name for section in found.sections] == ["a", "b"]
    assert {section.verdict.conformance for section in found.sections} == {Conformance.NOT_CONFORMANT}
    assert not found.others


def test_a_standard_that_is_run_alone_has_its_own_verdict() -> None:
    own = Requirement("TLS-001", Level.EXPECTED, "Holds.", Source("RFC 9325", "3.1"), "tls")
    run = _run(
        [Profile("tls", "TLS", "1", Source("RFC 9325", ""), requirements=(own,))],
        Result(Case("c", "TLS-001", Level.EXPECTED, "tls.x", {}), Verdict.PASS),
    )
    (section,) = build(run).sections
    assert section.verdict.conformance is Conformance.CONFORMANT


def test_a_check_of_the_bank_itself_is_shown_apart() -> None:
    run = _run([], Result(Case("c", "OWN-1", Level.BEYOND, "own.x", {}), Verdict.OBSERVATION, (_FOUND,)))
    found = build(run)
    assert [line.requirement.id for line in found.others] == ["OWN-1"]
    assert found.cards[Kind.OBSERVATION][0].requirement.source.document == "the bank's own check"


def test_a_broken_run_makes_no_phase_conformant(tmp_path: Path) -> None:
    found = build(read(write(tmp_path / "r.jsonl", cases=5, footer=False)))
    assert {section.verdict.conformance for section in found.sections} == {Conformance.INCONCLUSIVE}


def test_an_expired_waiver_and_an_unused_one_are_named(report: Report) -> None:
    assert [waiver.match for waiver in report.expired] == ["http.*"]
    assert report.unused == ("http.*",)


def test_a_replay_names_the_check_function_permission_and_seed(report: Report) -> None:
    case = Case(
        "c", "r", Level.EXPECTED, "rate_limit.says_when", {}, "other.atm", intrusive=True, writes=True
    )
    assert replay(report.run, case) == (
        "conformance run example-bank.yaml --check rate_limit.says_when --operation other.atm "
        "--allow writes --allow intrusive --seed 20260302"
    )


def test_a_replay_cannot_break_out_of_the_shell() -> None:
    run = _run([], Result(Case("c", "r", Level.EXPECTED, "x", {}), Verdict.PASS))
    assert "'a; rm -rf /'" in replay(run, Case("c", "r", Level.EXPECTED, "x", {}, "a; rm -rf /"))


@pytest.mark.parametrize(
    "note",
    [
        None,
        "text",
        7,
        [],
        [None, "x", {"host": {}}],
        {"host": "h", "versions": "no", "chain": [1, {"names": 3}]},
        {"points": [{"at": "0"}, {"at": -1, "asked": True}]},
        {"points": [{"at": float("inf"), "asked": 1, "achieved": 1, "refused": 1}] * 3},
    ],
)
def test_notes_of_any_shape_are_read(note: object) -> None:
    held = Result(
        Case("c", "r", Level.EXPECTED, "x", {}), Verdict.PASS, notes={"tls": note, "rate": note, "more": note}
    )
    assert not facts.curves([held])
    assert len(facts.hosts([held])) <= 1
    assert facts.remarks([held]) == (("c", "more", str(note)),)


def test_facts_are_read_once_however_many_results_carry_them() -> None:
    case = Case("c", "r", Level.EXPECTED, "x", {})
    held = [Result(case, Verdict.PASS, notes={"tls": [TLS, TLS], "rate": RATE}) for _ in range(3)]
    (host,) = facts.hosts(held)
    assert host.name == "sandbox.example-bank.hk:443"
    assert [version.name for version in host.versions if version.offered] == ["TLS 1.0", "TLS 1.2", "TLS 1.3"]
    assert len(host.chain) == 3
    (curve,) = facts.curves(held)
    assert len(curve.points) == 24


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0), (1.0, 4.0)])
def test_percentiles_are_values_that_occurred(share: float, value: float) -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], share) == value


@pytest.mark.parametrize("top", [0, 1e-12, 0.3, 1, 7, 99, 123, 1234, 1e9])
def test_axis_steps_reach_the_top_in_few_steps(top: float) -> None:
    marks = steps(top)
    assert marks[-1] >= top
    assert 2 <= len(marks) <= 7


def test_timings_cover_every_answered_exchange(report: Report) -> None:
    assert sum(line.count for line in report.timings) == len(report.run.timings)
    assert all(0 < line.p50 <= line.p95 <= line.longest for line in report.timings)


def test_hostile_text_is_shown_by_code() -> None:
    assert shown("a\x1b[31m\u202e\u200b\x00") == "a⟨U+001B⟩[31m⟨U+202E⟩⟨U+200B⟩⟨U+0000⟩"
    assert shown("x" * 30, 10) == "xxxxxxxxxx… (20 more characters)"
    assert one_line("a\r\n\tb  c") == "a b c"
    assert shown("匯率 汇率") == "匯率 汇率"


def test_what_a_run_left_at_the_bank_is_named_and_what_it_cancelled_is_not() -> None:
    run = _run([])
    told = (
        {"state": "made", "words": "p1 exists"},
        {"state": "cleaned", "words": "p2 was made and cancelled"},
    )
    page = StringIO()
    whole = build(replace(run, footer=Footer(run.header.started, 0, ledger=told)))
    html.render(whole, page)
    assert whole.left == ("p1 exists",)
    assert "p1 exists" in page.getvalue()
    assert "p2" not in page.getvalue()


def test_topics_read_as_words() -> None:
    assert [topic_title(each) for each in ("tls", "rate_limit", "oauth")] == ["TLS", "Rate limit", "OAuth"]


_FOUND = Finding("a", "b", seen=2, tried=2)


def _run(profiles: list[Profile], *results: Result) -> Run:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    header = Header(
        Subject("B", "sandbox", "https://b"), now, 1, PlanFacts("d", len(results)), profiles=tuple(profiles)
    )
    return Run(header, results, Footer(now, 0))
