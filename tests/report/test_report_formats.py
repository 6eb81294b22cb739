"""Every format: found by name, whole, and proof against what a bank may say."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ConfigurationError
from conformance.model import Finding, Level, Verdict
from conformance.report import Report, build, formats, load, write
from conformance.report.markdown import cell, code, prose
from conformance.report.text import console, show
from conformance.results import read
from conformance.verdict import blocks
from tests.report.sample_run import HOSTILE
from tests.report.sample_run import write as write_run

Draw = Callable[[Report, str], str]


def test_the_formats_are_the_modules() -> None:
    assert formats() == ("csv", "html", "json", "jsonl", "junit", "markdown", "sarif", "text")
    for name in formats():
        assert callable(load(name).render)


def test_an_unknown_format_gets_the_nearest_name() -> None:
    with pytest.raises(ConfigurationError, match="did you mean html"):
        load("htm")
    with pytest.raises(ConfigurationError, match="no such format"):
        load("content")


def test_a_report_is_written_to_a_folder_that_is_made(report: Report, tmp_path: Path) -> None:
    write(report, "json", tmp_path / "a" / "b" / "r.json")
    assert json.loads((tmp_path / "a" / "b" / "r.json").read_text("utf-8"))["seed"] == 20260302


def test_an_unwritable_place_is_a_configuration_error(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(report, "json", tmp_path / "file" / "r.json")


@pytest.mark.parametrize("name", formats())
def test_no_format_lets_a_control_or_bidirectional_character_out(
    report: Report, draw: Draw, name: str
) -> None:
    found = set(draw(report, name))
    forbidden = {chr(c) for c in (*range(9), *range(11, 13), *range(14, 32), *range(127, 160))}
    assert not found & forbidden
    assert not any("\ud800" <= c <= "\udfff" for c in found)
    if name not in ("json", "jsonl"):
        assert not found & set("\u202e\u202c\u200b\u2028\u2029")


@pytest.mark.parametrize("name", formats())
def test_huge_bank_text_makes_no_huge_report(report: Report, draw: Draw, name: str) -> None:
    if name in ("json", "jsonl"):
        pytest.skip("data, not prose: nothing is cut")
    result = next(r for r in report.run.results if r.verdict is Verdict.FAIL)
    huge = replace(result, findings=(Finding("<" * 2_000_000, "`|[" * 700_000, "/" * 1_000_000),))
    text = draw(build(replace(report.run, results=(huge,))), name)
    assert len(text) < 400_000


@pytest.mark.parametrize("name", formats())
def test_an_empty_broken_run_is_drawn_and_said_to_be_one(tmp_path: Path, draw: Draw, name: str) -> None:
    found = build(read(write_run(tmp_path / "r.jsonl", cases=0, footer=False)))
    text = draw(found, name)
    if name not in ("csv", "jsonl"):
        assert "broke off" in text


class TestHtml:
    def test_bank_text_is_never_markup(self, report: Report, draw: Draw) -> None:
        text = draw(report, "html")
        assert "<script" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert text.count("</main>") == 1

    def test_nothing_is_inline_and_nothing_is_fetched(self, report: Report, draw: Draw) -> None:
        text = draw(report, "html")
        tags = re.findall(r"<[a-z][^>]*>", text)
        assert not [tag for tag in tags if re.search(r"\s(style|on\w+|src|srcset)=", tag)]
        assert all(href.startswith("#") for tag in tags for href in re.findall(r'\shref="([^"]*)"', tag))
        assert "default-src 'none'" in text

    def test_five_thousand_results_take_under_three_seconds_and_ten_megabytes(self, tmp_path: Path) -> None:
        path = write_run(tmp_path / "r.jsonl", cases=5000)
        started = time.thread_time()
        write(build(read(path)), "html", tmp_path / "r.html")
        assert time.thread_time() - started < 3
        assert (tmp_path / "r.html").stat().st_size < 10_000_000

    def test_five_thousand_different_nonconformities_stay_under_ten_megabytes(self, tmp_path: Path) -> None:
        run = read(write_run(tmp_path / "r.jsonl", cases=5000))
        number = next(iter(run.exchanges))
        words = ("".join(chr(97 + n // 26**k % 26) for k in range(3)) for n in range(10**6))
        results = tuple(
            replace(
                result,
                verdict=Verdict.FAIL if result.case.level is Level.EXPECTED else Verdict.OBSERVATION,
                findings=tuple(
                    Finding(next(words) + HOSTILE * 4, HOSTILE * 4, HOSTILE, number) for _ in "12"
                ),
                waived="",
            )
            for result in run.results
        )
        write(build(replace(run, results=results)), "html", tmp_path / "r.html")
        assert (tmp_path / "r.html").stat().st_size < 10_000_000

    def test_the_verdict_of_each_phase_is_in_words(self, report: Report, draw: Draw) -> None:
        text = draw(report, "html")
        assert "Not judged: error of the suite" in text
        assert '<p class="statement">Not conformant</p>' in text

    def test_every_requirement_and_finding_is_in_it(self, report: Report, draw: Draw) -> None:
        text = draw(report, "html")
        for section in report.sections:
            for line in section.lines:
                assert line.requirement.id in text
        for cards in report.cards.values():
            for card in cards:
                assert f'id="{card.anchor}"' in text
        for word in ("Expected", "Actual", "Place", "Source", "Why it matters", "How to fix", "Run it again"):
            assert word in text
        assert "$BANK_TOKEN" in text

    def test_headings_descend_by_one(self, report: Report, draw: Draw) -> None:
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", draw(report, "html"))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))

    def test_each_id_is_there_once_and_each_link_has_its_target(self, report: Report, draw: Draw) -> None:
        text = draw(report, "html")
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
        for names in re.findall(r'aria-labelledby="([^"]+)"', text):
            assert set(names.split()) <= set(ids)


class TestText:
    def test_markup_and_escape_sequences_of_a_bank_are_only_text(self, report: Report, draw: Draw) -> None:
        text = draw(report, "text")
        assert "[/foo] [bold]rich[/bold]" in text
        assert "\x1b" not in text

    def test_no_line_starts_with_a_command_to_a_ci_server(self, report: Report, draw: Draw) -> None:
        assert not [line for line in draw(report, "text").splitlines() if line.lstrip().startswith("::")]

    def test_the_verdicts_come_before_the_findings(self, report: Report, draw: Draw) -> None:
        text = draw(report, "text")
        assert text.index("not conformant, ") < text.index("Nonconformities (")

    def test_the_files_are_named_last(self, report: Report) -> None:
        stream = io.StringIO()
        show(report, console(stream), where={"html": "reports/example/report.html"})
        assert stream.getvalue().splitlines()[-1] == "html: reports/example/report.html"

    @pytest.mark.parametrize(
        ("environment", "coloured"),
        [
            ({}, False),
            ({"FORCE_COLOR": "1"}, True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
            ({"TERM": "xterm-256color"}, False),
        ],
    )
    def test_colour_follows_the_environment(
        self, report: Report, environment: dict[str, str], coloured: bool
    ) -> None:
        stream = io.StringIO()
        show(report, console(stream, environment=environment))
        assert bool(re.search(r"\x1b\[[0-9;]*3[0-9]m", stream.getvalue())) is coloured

    @pytest.mark.parametrize(("term", "coloured"), [("xterm-256color", True), ("dumb", False)])
    def test_a_terminal_is_coloured_unless_it_is_dumb(
        self, report: Report, term: str, coloured: bool
    ) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        stream = Terminal()
        show(report, console(stream, environment={"TERM": term}))
        assert ("\x1b[" in stream.getvalue()) is coloured

    def test_an_ascii_stream_gets_ascii(self, report: Report) -> None:
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding="ascii")
        show(report, console(stream))
        stream.flush()
        assert "x Phase III" in raw.getvalue().decode("ascii")


class TestJunit:
    def test_it_parses_and_has_one_testcase_for_each_case(self, report: Report, draw: Draw) -> None:
        root = ET.fromstring(draw(report, "junit").encode())
        assert len(root.findall("testsuite/testcase")) == len(report.run.results)
        for suite in root.findall("testsuite"):
            for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                assert suite.get(count) == str(len(suite.findall(f"testcase/{tag}")))

    def test_each_verdict_has_its_element(self, report: Report, draw: Draw) -> None:
        root = ET.fromstring(draw(report, "junit").encode())
        elements = {case.get("name"): case for case in root.iter("testcase")}
        for result in report.run.results:
            told = {child.tag for child in elements[result.case.id]} & {"failure", "error", "skipped"}
            wanted: set[str] = set()
            if result.verdict is Verdict.FAIL and not result.waived:
                wanted = {"failure"}
            elif result.verdict is Verdict.ERROR or blocks(result):
                wanted = {"error"}
            elif result.verdict in (Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.NOT_APPLICABLE):
                wanted = {"skipped"}
            assert told == wanted

    def test_a_broken_run_is_an_error(self, tmp_path: Path, draw: Draw) -> None:
        found = build(read(write_run(tmp_path / "r.jsonl", cases=5, footer=False)))
        root = ET.fromstring(draw(found, "junit").encode())
        assert root.find("testsuite/testcase/error[@type='incomplete']") is not None


class TestSarif:
    def test_every_result_has_a_file_a_rule_and_a_fingerprint(self, report: Report, draw: Draw) -> None:
        (run,) = json.loads(draw(report, "sarif"))["runs"]
        assert run["automationDetails"] == {"id": "conformance/Example-Bank-Hong-Kong/"}
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules))
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            (location,) = result["locations"]
            assert location["physicalLocation"]["artifactLocation"]["uri"] == "example-bank.yaml"
            assert location["physicalLocation"]["region"]["startLine"] >= 1
            assert len(result["partialFingerprints"]["conformance/v1"]) == 32

    def test_fingerprints_do_not_depend_on_rows_values_or_time(self, report: Report, draw: Draw) -> None:
        result = next(r for r in report.run.results if r.verdict is Verdict.FAIL)

        def fingerprint(finding: Finding) -> Any:
            run = replace(report.run, results=(replace(result, findings=(finding,), started=finding.seen),))
            (one,) = json.loads(draw(build(run), "sarif"))["runs"][0]["results"]
            return one["partialFingerprints"]

        assert fingerprint(Finding("a", "b", "/data/3/rate")) == fingerprint(
            Finding("a", "c", "/data/9/rate", None, 2, 2)
        )
        assert fingerprint(Finding("a", "b", "/data/3/rate")) != fingerprint(Finding("a", "b", "/data/3/fee"))

    def test_waivers_are_suppressions_and_levels_are_kept(self, report: Report, draw: Draw) -> None:
        (run,) = json.loads(draw(report, "sarif"))["runs"]
        assert [r for r in run["results"] if "suppressions" in r]
        assert {r["level"] for r in run["results"]} == {"error", "warning", "note"}
        assert not run["invocations"][0]["executionSuccessful"]

    def test_messages_hold_no_links_of_a_bank(self, report: Report, draw: Draw) -> None:
        for result in json.loads(draw(report, "sarif"))["runs"][0]["results"]:
            assert not re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", result["message"]["text"])

    def test_an_absolute_place_of_the_file_is_not_told(self, report: Report, draw: Draw) -> None:
        target = replace(report.run.header.target, file="/home/someone/bank one.yaml")
        run = replace(report.run, header=replace(report.run.header, target=target))
        (one, *_) = json.loads(draw(build(run), "sarif"))["runs"][0]["results"]
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bank%20one.yaml"


class TestMarkdown:
    @pytest.mark.parametrize("text", [HOSTILE, "a ` b", "``", "a \\| b", "| x |", "\\", "", "`a``b```"])
    def test_a_cell_is_one_code_span(self, text: str) -> None:
        span = cell(text)
        fence = re.match("`+", span)
        assert fence is not None
        inside = span[len(fence.group()) : -len(fence.group())]
        assert span.endswith(fence.group())
        assert not re.search(f"(?<!`){fence.group()}(?!`)", inside)
        assert "|" not in span
        assert "\n" not in span

    def test_prose_is_no_markup(self) -> None:
        assert prose("[a](https://x) *b* <i> @all |") == (
            "\\[a\\]\\(https\\://x\\) \\*b\\* \\<i\\> @&#8203;all \\|"
        )
        assert code("a`b") == "`` a`b ``"

    def test_every_row_of_a_table_has_its_columns(self, report: Report, draw: Draw) -> None:
        width = 0
        for line in draw(report, "markdown").splitlines():
            bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert bars == width or not width or not bars
            width = bars


class TestCsv:
    def test_no_cell_is_a_formula(self, report: Report, draw: Draw) -> None:
        result = next(r for r in report.run.results if r.verdict is Verdict.FAIL)
        evil = tuple(
            Finding("x", f"{sign}cmd|' /C calc'!A0") for sign in ("=", "+", "-", "@", "\t=", "\r=", " =")
        )
        run = replace(report.run, results=(replace(result, findings=evil),))
        _, *rows = csv.reader(io.StringIO(draw(build(run), "csv")))
        assert len(rows) == len(evil)
        for row in rows:
            assert row[9].startswith("'")
            assert not [field for field in row if field[:1] in "=+-@|%" and field]

    def test_each_row_has_every_column(self, report: Report, draw: Draw) -> None:
        rows = list(csv.reader(io.StringIO(draw(report, "csv"))))
        assert {len(row) for row in rows} == {14}
        assert len(rows) > 50


class TestJson:
    def test_it_holds_the_verdicts_the_requirements_and_the_findings(
        self, report: Report, draw: Draw
    ) -> None:
        data = json.loads(draw(report, "json"))
        assert {phase["name"]: phase["conformance"] for phase in data["phases"]} == {
            "phase1": "error",
            "phase3": "not conformant",
        }
        assert len(data["requirements"]) == 60
        assert {finding["kind"] for finding in data["findings"]} == {
            "nonconformity",
            "observation",
            "intermittent",
            "waived",
        }


class TestJsonl:
    def test_it_is_the_results_file(self, report: Report, draw: Draw) -> None:
        assert draw(report, "jsonl") == Path(report.run.path).read_text("utf-8")

    @pytest.mark.parametrize("name", formats())
    def test_no_format_overwrites_the_results_file(self, tmp_path: Path, name: str) -> None:
        path = write_run(tmp_path / "r.jsonl", cases=5)
        before = path.read_bytes()
        if name == "jsonl":
            write(read(path), name, path)
        else:
            with pytest.raises(ConfigurationError, match="holds the results"):
                write(read(path), name, path)
        assert path.read_bytes() == before
