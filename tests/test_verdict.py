"""What each verdict is given for, what it does to a phase, and how a run ends."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Case, Finding, Level, Result, Verdict
from conformance.verdict import (
    ORDER,
    Conformance,
    ExitCode,
    FailOn,
    blocks,
    exit_code,
    intermittence,
    judge,
    phase_verdict,
    settle,
    standing,
    worst,
)

CONFIRMED = Finding("a", "b", seen=2, tried=2)
ONCE = Finding("a", "b", seen=1, tried=3)


def result(
    verdict: Verdict, level: Level = Level.EXPECTED, *, waived: str = "", findings: Sequence[Finding] = ()
) -> Result:
    case = Case("P1-X-001", "P1-X-001", level, "product.x", {}, counts_for=("phase1",))
    return Result(case, verdict, tuple(findings), waived=waived)


findings = st.lists(st.sampled_from([CONFIRMED, ONCE, Finding("a", "b")]), max_size=4)
levels = st.sampled_from(Level)


@st.composite
def judged(draw: st.DrawFn) -> Result:
    """A result as a run gives it: by judgement, or settled without findings."""
    level, found = draw(levels), draw(findings)
    other = [Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.NOT_APPLICABLE, Verdict.ERROR]
    verdict = draw(st.sampled_from([judge(level, found), *([] if found else other)]))
    return result(verdict, level, waived=draw(st.sampled_from(["", "until 2027"])), findings=found)


runs = st.lists(judged(), max_size=8)


class TestJudge:
    def test_nothing_found_is_a_pass_at_every_level(self) -> None:
        assert {judge(level, []) for level in Level} == {Verdict.PASS}

    def test_a_confirmed_finding_fails_only_what_is_expected(self) -> None:
        assert judge(Level.EXPECTED, [CONFIRMED]) is Verdict.FAIL
        for level in (Level.RECOMMENDED, Level.PERMITTED, Level.BEYOND):
            assert judge(level, [CONFIRMED]) is Verdict.OBSERVATION

    def test_findings_that_did_not_repeat_leave_what_is_expected_open(self) -> None:
        assert settle(Level.EXPECTED, [ONCE, ONCE]) == (
            Verdict.INCONCLUSIVE,
            "intermittent: seen 1 of 3 times",
        )
        assert judge(Level.RECOMMENDED, [ONCE]) is Verdict.OBSERVATION

    def test_one_confirmed_finding_among_intermittent_ones_fails(self) -> None:
        assert settle(Level.EXPECTED, [ONCE, CONFIRMED]) == (Verdict.FAIL, "")

    def test_a_finding_of_a_check_that_ran_once_counts(self) -> None:
        assert judge(Level.EXPECTED, [Finding("a", "b")]) is Verdict.FAIL
        assert intermittence([Finding("a", "b")]) == ""

    @given(levels, findings)
    def test_the_order_of_findings_does_not_matter(self, level: Level, found: list[Finding]) -> None:
        assert {judge(level, each) for each in itertools.permutations(found)} == {judge(level, found)}

    @given(levels, findings, findings)
    def test_more_findings_never_make_it_better(
        self, level: Level, some: list[Finding], more: list[Finding]
    ) -> None:
        assert ORDER.index(judge(level, some + more)) <= ORDER.index(judge(level, some))


class TestPhase:
    @pytest.mark.parametrize(
        ("verdict", "conformance"),
        [
            (Verdict.PASS, Conformance.CONFORMANT),
            (Verdict.OBSERVATION, Conformance.CONFORMANT),
            (Verdict.REVIEW, Conformance.CONFORMANT),
            (Verdict.NOT_APPLICABLE, Conformance.CONFORMANT),
            (Verdict.INCONCLUSIVE, Conformance.INCONCLUSIVE),
            (Verdict.FAIL, Conformance.NOT_CONFORMANT),
            (Verdict.ERROR, Conformance.ERROR),
        ],
    )
    def test_each_verdict_beside_a_pass(self, verdict: Verdict, conformance: Conformance) -> None:
        assert phase_verdict([result(Verdict.PASS), result(verdict)]).conformance is conformance

    @pytest.mark.parametrize("level", [Level.RECOMMENDED, Level.PERMITTED, Level.BEYOND])
    def test_an_inconclusive_result_blocks_only_what_is_expected(self, level: Level) -> None:
        open_result = result(Verdict.INCONCLUSIVE, level)
        assert not blocks(open_result)
        verdict = phase_verdict([result(Verdict.PASS), open_result])
        assert verdict.conformance is Conformance.CONFORMANT
        assert verdict.counts[Verdict.INCONCLUSIVE] == 1

    def test_a_waived_fail_counts_as_an_observation_and_is_said(self) -> None:
        waived = result(Verdict.FAIL, waived="until 2027")
        assert standing(waived) is Verdict.OBSERVATION
        assert str(phase_verdict([waived])) == "conformant, 1 nonconformity waived"

    def test_review_is_said_and_does_not_block(self) -> None:
        verdict = phase_verdict([result(Verdict.PASS), result(Verdict.REVIEW), result(Verdict.REVIEW)])
        assert str(verdict) == "conformant, 2 items for review"

    @pytest.mark.parametrize("verdicts", [[], [Verdict.NOT_APPLICABLE], [Verdict.REVIEW]])
    def test_nothing_is_claimed_of_a_phase_in_which_nothing_was_shown(self, verdicts: list[Verdict]) -> None:
        verdict = phase_verdict([result(each) for each in verdicts])
        assert verdict.conformance is Conformance.INCONCLUSIVE
        assert "nothing was shown" in str(verdict)

    def test_a_broken_run_is_not_conformant_but_a_nonconformity_in_it_stands(self) -> None:
        passed = phase_verdict([result(Verdict.PASS)], incomplete="the run broke off")
        assert str(passed) == "inconclusive, the run broke off"
        failed = phase_verdict([result(Verdict.FAIL)], incomplete="the run broke off")
        assert failed.conformance is Conformance.NOT_CONFORMANT

    @given(runs, st.randoms())
    def test_the_order_of_results_does_not_matter(self, results: list[Result], dice: random.Random) -> None:
        mixed = list(results)
        dice.shuffle(mixed)
        assert phase_verdict(mixed) == phase_verdict(results)
        assert exit_code(mixed) == exit_code(results)
        assert worst(map(standing, mixed)) == worst(map(standing, results))

    @given(runs, judged())
    def test_one_more_result_never_hides_what_is_wrong(self, results: list[Result], more: Result) -> None:
        rank = [
            Conformance.ERROR,
            Conformance.NOT_CONFORMANT,
            Conformance.INCONCLUSIVE,
            Conformance.CONFORMANT,
        ]
        before, after = phase_verdict(results), phase_verdict([*results, more])
        if before.reason != "nothing was shown":
            assert rank.index(after.conformance) <= rank.index(before.conformance)

    @given(runs)
    def test_the_phase_is_as_bad_as_its_worst_case_says(self, results: list[Result]) -> None:
        verdict = phase_verdict(results).conformance
        lowest = worst(map(standing, results))
        assert (verdict is Conformance.ERROR) == (lowest is Verdict.ERROR)
        assert (verdict is Conformance.NOT_CONFORMANT) == (lowest is Verdict.FAIL)


class TestExitCode:
    @pytest.mark.parametrize(
        ("verdicts", "code"),
        [
            ([Verdict.PASS], 0),
            ([Verdict.PASS, Verdict.OBSERVATION, Verdict.REVIEW, Verdict.NOT_APPLICABLE], 0),
            ([Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE], 1),
            ([Verdict.FAIL, Verdict.ERROR], 3),
            ([Verdict.PASS, Verdict.INCONCLUSIVE], 4),
            ([], 4),
        ],
    )
    def test_each_end_has_its_code(self, verdicts: list[Verdict], code: int) -> None:
        assert exit_code([result(each) for each in verdicts]) == code

    def test_an_interrupted_run_ends_with_130_whatever_it_found(self) -> None:
        assert exit_code([result(Verdict.FAIL)], interrupted=True) == 130

    def test_an_unfinished_run_is_incomplete_unless_it_found_a_nonconformity(self) -> None:
        assert exit_code([result(Verdict.PASS)], finished=False) == 4
        assert exit_code([result(Verdict.FAIL)], finished=False) == 1

    @pytest.mark.parametrize(
        ("level", "codes"),
        [
            (Level.RECOMMENDED, {FailOn.EXPECTED: 0, FailOn.RECOMMENDED: 1, FailOn.ANY: 1}),
            (Level.BEYOND, {FailOn.EXPECTED: 0, FailOn.RECOMMENDED: 0, FailOn.ANY: 1}),
        ],
    )
    def test_fail_on_widens_what_counts(self, level: Level, codes: dict[FailOn, int]) -> None:
        found = result(Verdict.OBSERVATION, level, findings=[CONFIRMED])
        assert {gate: int(exit_code([found], fail_on=gate)) for gate in FailOn} == codes

    def test_under_a_wider_gate_what_stays_open_there_is_inconclusive(self) -> None:
        unsteady = result(Verdict.OBSERVATION, Level.RECOMMENDED, findings=[ONCE])
        unreached = result(Verdict.INCONCLUSIVE, Level.RECOMMENDED)
        for left in (unsteady, unreached):
            assert exit_code([result(Verdict.PASS), left]) == 0
            assert exit_code([result(Verdict.PASS), left], fail_on=FailOn.RECOMMENDED) == 4

    def test_a_waiver_holds_under_every_gate(self) -> None:
        waived = result(Verdict.OBSERVATION, Level.RECOMMENDED, findings=[CONFIRMED], waived="until 2027")
        assert exit_code([waived], fail_on=FailOn.ANY) == 0

    @given(runs)
    def test_a_wider_gate_is_never_kinder(self, results: list[Result]) -> None:
        order = [ExitCode.CONFORMANT, ExitCode.INCONCLUSIVE, ExitCode.NONCONFORMITY, ExitCode.SUITE_ERROR]
        ranks = [order.index(exit_code(results, fail_on=gate)) for gate in FailOn]
        assert ranks == sorted(ranks)
