"""``pytest bank.yaml`` against a bank on a real socket, with the options that pytest users know."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from conformance.embedded import served

pytest_plugins = ["pytester"]

QUIET = ("-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:cacheprovider")
SOME = ("-k", "P1-")
"""The data of the bank alone: what the options do shows there as well as in all of its cases."""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """These sessions are nobody's workers, also when the tests themselves run in several processes."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from bank_file(tmp_path_factory.mktemp("right"), "")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from bank_file(tmp_path_factory.mktemp("wrong"), "fx-buy-and-sell-swapped")


def bank_file(folder: Path, mutant: str) -> Iterator[Path]:
    with served(mutant, folder=folder) as bank:
        described = {**bank.description, "functions": {"other.fx-rate": "offered"}}
        file = folder / "bank.yaml"
        file.write_text(yaml.safe_dump(described), encoding="utf-8")
        yield file


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, wrong: Path) -> Path:
    """A folder with what a session at the wrong bank printed and wrote, and with its cache."""
    folder = tmp_path_factory.mktemp("failed")
    options = (*QUIET[:4], *SOME, "--junitxml=out.xml", f"--rootdir={folder}")
    command = [sys.executable, "-m", "pytest", *options, str(wrong)]
    with (folder / "out.txt").open("w", encoding="utf-8") as out:
        done = subprocess.run(command, cwd=folder, stdout=out, check=False, timeout=300)
    assert done.returncode == 1
    return folder


def told(failed: Path) -> pytest.LineMatcher:
    return pytest.LineMatcher((failed / "out.txt").read_text(encoding="utf-8").splitlines())


def counted(failed: Path) -> dict[str, int]:
    return pytest.RunResult.parse_summary_nouns(told(failed).lines)


def test_a_bank_file_named_on_the_command_line_is_collected(pytester: pytest.Pytester, right: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, str(right))
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 20
    result.stdout.fnmatch_lines(["*phase1: conformant*"])


def test_a_bank_file_found_by_walking_is_left_alone(pytester: pytest.Pytester, right: Path) -> None:
    (pytester.path / "bank.yaml").write_text(right.read_text())
    result = pytester.runpytest_subprocess(*QUIET)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_nonconformity_fails_its_item_with_expected_and_actual(failed: Path) -> None:
    told(failed).fnmatch_lines(
        ["*fail: *", "expected *, got * at /data/*", "how to fix: *", "*phase1: not conformant*"]
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--conformance-output-dir", "/dev/null/out"),
            "*--conformance-output-dir /dev/null/out: cannot be*",
        ),
        (("--conformance-jobs", "0"), "*--conformance-jobs*'0' is no number from 1 to 64*"),
    ],
)
def test_an_option_that_cannot_be_meant_is_told_before_the_bank_is_asked(
    pytester: pytest.Pytester, right: Path, options: tuple[str, ...], said: str
) -> None:
    result = pytester.runpytest_subprocess(*QUIET, str(right), *options)
    assert result.ret not in (0, 1)
    told = pytest.LineMatcher(result.outlines + result.errlines)
    told.fnmatch_lines([said])
    told.no_fnmatch_line("*Traceback*")


def test_k_selects_by_requirement_and_function(pytester: pytest.Pytester, right: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, str(right), "-k", "fx-rate and not HTTP", "--co", "-q")
    some = [line for line in result.stdout.lines if "::" in line]
    assert some
    assert all("fx-rate" in line and "HTTP" not in line for line in some)
    assert result.parseoutcomes()["deselected"] > 0


def test_m_selects_by_level(pytester: pytest.Pytester, right: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, *SOME, str(right), "-m", "expected", "--strict-markers")
    assert result.ret == 0
    assert result.parseoutcomes()["deselected"] > 0


def test_lf_runs_what_failed_last_alone(pytester: pytest.Pytester, wrong: Path, failed: Path) -> None:
    again = pytester.runpytest_subprocess(*QUIET[:4], *SOME, f"--rootdir={failed}", str(wrong), "--lf")
    assert again.parseoutcomes().get("failed") == counted(failed)["failed"]
    assert "passed" not in again.parseoutcomes()


def test_x_stops_at_the_first_failure(pytester: pytest.Pytester, wrong: Path, failed: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, *SOME, str(wrong), "-x")
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert outcomes.get("passed", 0) < counted(failed)["passed"]
    result.stdout.fnmatch_lines(["*cases were not run*"])


def test_n_spreads_the_cases_over_processes(pytester: pytest.Pytester, right: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, *SOME, "-p", "xdist", str(right), "-n", "2")
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 20


def test_junitxml_names_the_requirement_of_each_case(failed: Path) -> None:
    tree = ElementTree.parse(failed / "out.xml")
    failures = [case for case in tree.iter("testcase") if case.find("failure") is not None]
    assert failures
    named = {p.get("value") for p in failures[0].iter("property") if p.get("name") == "requirement"}
    assert named
    assert str(named.pop()) in str(failures[0].get("name"))


def test_a_private_test_uses_the_same_session_through_the_tsp_fixture(
    pytester: pytest.Pytester, right: Path
) -> None:
    pytester.makepyfile(
        test_own="""
        def test_the_dollar_is_quoted(tsp, operations):
            answer = tsp.call(operations["other.fx-rate"])
            assert any(row["currency"] == "USD" for row in answer.json()["data"])
        """
    )
    result = pytester.runpytest_subprocess(*QUIET, str(right), "test_own.py", "-k", "dollar")
    result.assert_outcomes(passed=1, deselected=result.parseoutcomes()["deselected"])


def test_the_tsp_fixture_without_a_bank_says_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(tsp): pass")
    result = pytester.runpytest_subprocess(*QUIET, "test_own.py")
    result.stdout.fnmatch_lines(["*name its file as in pytest bank.yaml*"])


def test_a_mistake_in_the_file_stops_the_session_at_its_place(pytester: pytest.Pytester) -> None:
    file = pytester.path / "bank.yaml"
    file.write_text("bank: {name: A}\nbase_urll: https://a.example\n")
    result = pytester.runpytest_subprocess(*QUIET, str(file))
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*bank.yaml:2:1: base_urll: unknown key; did you mean base_url?*"])


def test_an_unreachable_bank_does_not_pass(pytester: pytest.Pytester) -> None:
    file = pytester.path / "bank.yaml"
    file.write_text("bank: {name: A}\nbase_url: https://127.0.0.1:1\nfunctions: {other.fx-rate: offered}\n")
    result = pytester.runpytest_subprocess(*QUIET, str(file))
    assert result.ret == 1
    result.stdout.fnmatch_lines(["inconclusive: *", "*phase1: inconclusive*"])


def test_output_goes_where_it_is_asked_for(pytester: pytest.Pytester, right: Path) -> None:
    result = pytester.runpytest_subprocess(
        *QUIET, *SOME, str(right), "--conformance-output-dir", "out", "--conformance-jobs", "2"
    )
    assert result.ret == 0
    assert (pytester.path / "out" / "results.jsonl").is_file()
    assert "conformant" in (pytester.path / "out" / "report.html").read_text(encoding="utf-8")
