"""The results file: what is written is what is read, also after a break, and from many threads."""

from __future__ import annotations

import io
import json
import string
import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.errors import ConfigurationError
from conformance.model import (
    Case,
    CheckUse,
    Exchange,
    Finding,
    Function,
    Level,
    Profile,
    Requirement,
    Result,
    Source,
    Verdict,
    Waiver,
)
from conformance.results import Footer, Header, PlanFacts, Subject, Writer, model, plain, read, visible

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HEADER = Header(
    Subject("Example Bank", "sandbox", "https://sandbox.example-bank.hk"),
    NOW,
    7,
    PlanFacts("sha256:00", 1),
    profiles=(
        Profile(
            "phase1",
            "Phase I",
            "1.0",
            Source("Framework", "11.1"),
            (Function("other.atm", "ATMs", "phase1", "A4"),),
            (
                Requirement(
                    "P1-X-001",
                    Level.EXPECTED,
                    "Holds.",
                    Source("Framework", "A4"),
                    "phase1",
                    (CheckUse("product.x", {"max_age": "24h"}),),
                ),
            ),
        ),
    ),
    waivers=(Waiver("*", "known", date(2026, 6, 30)),),
)
FOOTER = Footer(NOW, 0, requests=1, ledger=({"kind": "payment", "gone": True},))

text = st.text(st.characters(codec="utf-8"), max_size=40).map(visible)
words = st.text(string.ascii_lowercase + ".-", min_size=1, max_size=12)
facts = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | text
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
cases = st.builds(
    Case,
    id=words,
    requirement=words,
    level=st.sampled_from(Level),
    check=words,
    arguments=st.dictionaries(words, facts, max_size=2),
    function=words,
    counts_for=st.lists(words, max_size=2).map(tuple),
    settled=st.none() | st.tuples(st.sampled_from(Verdict), text),
)
results = st.builds(
    Result,
    case=cases,
    verdict=st.sampled_from(Verdict),
    findings=st.lists(st.builds(Finding, text, text, text, st.none() | st.integers(1, 9)), max_size=2).map(
        tuple
    ),
    reason=text,
    traceback=text,
    started=st.floats(0, 2e9),
    seconds=st.floats(0, 100),
    exchanges=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    waived=text,
    notes=st.dictionaries(words, facts, max_size=2),
)


def exchange(number: int, body: str = "{}") -> Exchange:
    return Exchange(
        number,
        "case-1",
        1.5,
        0.25,
        "GET",
        "https://x/y",
        (("accept", "*/*"),),
        "",
        200,
        "HTTP/1.1",
        (),
        body,
        2,
    )


def result(verdict: Verdict = Verdict.PASS, **changes: object) -> Result:
    case = Case("case-1", "P1-X-001", Level.EXPECTED, "product.x", {}, "other.atm", ("phase1",))
    return replace(Result(case, verdict), **changes)  # type: ignore[arg-type]


def written(path: Path, *parts: Header | Exchange | Result | Footer) -> Path:
    with Writer(path) as writer:
        for part in parts:
            match part:
                case Header():
                    writer.header(part)
                case Exchange():
                    writer.exchange(part)
                case Result():
                    writer.result(part)
                case Footer():
                    writer.footer(part)
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(results, max_size=3))
def test_what_is_written_is_read(tmp_path: Path, some: list[Result]) -> None:
    run = read(written(tmp_path / "r.jsonl", HEADER, *some, FOOTER))
    assert run.header == HEADER
    assert run.results == tuple(some)
    assert run.footer == FOOTER


@given(results)
def test_a_result_survives_its_line(one: Result) -> None:
    assert model(Result, json.loads(json.dumps(plain(one)))) == one


@given(st.text())
def test_no_control_character_leaves(anything: str) -> None:
    clean = visible(anything)
    assert visible(clean) == clean
    assert all(c in "\t\n" or (c >= " " and not "\x7f" <= c <= "\x9f") for c in clean)
    assert not any("\ud800" <= c <= "\udfff" for c in clean)


def test_a_hostile_header_is_one_line_of_the_file(tmp_path: Path) -> None:
    hostile = replace(exchange(1), response_headers=(("x", "\x1b[2J\r\n\u2028\u2029\x85\x00"),))
    path = written(tmp_path / "r.jsonl", HEADER, hostile, result(exchanges=(1,)), FOOTER)
    content = path.read_text("utf-8")
    assert len(content.splitlines()) == 4
    assert not set(content) & {"\x1b", "\r", "\u2028", "\x85", "\x00"}


@pytest.mark.parametrize("cut", [1, 40])
def test_a_truncated_last_line_makes_the_run_incomplete(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path / "r.jsonl", HEADER, result(), FOOTER)
    path.write_bytes(path.read_bytes()[: -cut - 1])
    run = read(path)
    assert run.results == (result(),)
    assert run.truncated
    assert run.footer is None
    assert "no footer" in run.incomplete


def test_a_last_line_that_only_lacks_its_end_counts(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", HEADER, result(), FOOTER)
    path.write_bytes(path.read_bytes()[:-1])
    assert read(path).footer == FOOTER


def test_missing_results_make_a_finished_run_incomplete(tmp_path: Path) -> None:
    header = replace(HEADER, plan=PlanFacts("sha256:00", 3))
    run = read(written(tmp_path / "r.jsonl", header, result(), FOOTER))
    assert run.incomplete == "2 of 3 planned cases have no result"


def test_an_interrupted_run_says_why(tmp_path: Path) -> None:
    footer = replace(FOOTER, interrupted=True, reason="ctrl-C", exit_code=130)
    assert read(written(tmp_path / "r.jsonl", HEADER, footer)).incomplete == "the run was interrupted: ctrl-C"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no header line"),
        ("not json\n{}\n", "r.jsonl:1: no line of a results file"),
        ('{"type": "header", "schema_version": "9"}\n', "schema version '9'"),
        ('{"type": "result"}\n', "r.jsonl:1"),
        ("[1]\n", "r.jsonl:1"),
    ],
)
def test_another_file_is_refused_with_its_place(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        read(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "none.jsonl")


def test_unknown_members_and_kinds_of_lines_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", HEADER, result(), FOOTER)
    lines = [json.loads(line) | {"later": 1} for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in [*lines, {"type": "later"}]))
    assert read(path).results == (result(),)


def test_only_exchanges_that_a_report_shows_are_kept(tmp_path: Path) -> None:
    path = written(
        tmp_path / "r.jsonl",
        HEADER,
        *(exchange(number) for number in range(1, 6)),
        result(exchanges=(1, 2)),
        result(Verdict.FAIL, findings=(Finding("a", "b", exchange=3), Finding("a", "b")), exchanges=(3, 4)),
        result(Verdict.INCONCLUSIVE, exchanges=(5,)),
        FOOTER,
    )
    run = read(path)
    assert set(run.exchanges) == {3, 4, 5}
    assert run.exchanges[3] == exchange(3)
    assert len(run.timings) == 5
    assert {timing.seconds for timing in run.timings} == {0.25}


def test_memory_does_not_grow_with_bodies(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    written(path, HEADER, *(exchange(n, "x" * 20_000) for n in range(500)), result(exchanges=(1,)), FOOTER)
    tracemalloc.start()
    try:
        run = read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(run.timings) == 500
    assert peak < path.stat().st_size / 5


def test_lines_of_many_threads_stay_whole() -> None:
    stream = io.StringIO()
    writer = Writer(stream)

    def write_fifty() -> None:
        for _ in range(50):
            writer.result(result())

    threads = [threading.Thread(target=write_fifty) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 400
    assert {json.loads(line)["type"] for line in lines} == {"result"}


def test_each_line_is_on_disk_before_the_next_is_made(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with Writer(path) as writer:
        writer.header(HEADER)
        assert path.read_text("utf-8").endswith("}\n")
