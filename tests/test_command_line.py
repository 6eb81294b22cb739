"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from conformance import results
from conformance.cli import COMMANDS, list_command, main
from conformance.embedded import served

Run = Callable[..., tuple[int, str, str]]

PLAN = ("plan", "--base-url", "https://127.0.0.1:1", "--phase", "1")
GOOD = "bank: {name: A Bank}\nbase_url: https://127.0.0.1:1\nfunctions: {other.fx-rate: offered}\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    return call


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("bank")
    with served(folder=folder) as serving:
        file = folder / "bank.yaml"
        file.write_text(yaml.safe_dump({**serving.description, "functions": {"other.fx-rate": "offered"}}))
        yield file


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> tuple[Path, int, str, str]:
    """One run at the right bank: its folder, exit code, standard output and standard error."""
    folder = tmp_path_factory.mktemp("judged")
    out, err = io.StringIO(), io.StringIO()
    asked = ("run", str(bank), "--profile", "phase1", "--format", "json", "--output-dir", "out")
    quiet = redirect_stdout(out), redirect_stderr(err)
    with contextlib.chdir(folder), quiet[0], quiet[1], pytest.raises(SystemExit) as ended:
        main(asked)
    assert isinstance(ended.value.code, int)
    return folder, ended.value.code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert out.startswith("Usage: conformance " + name)


def test_help_comes_in_under_three_tenths_of_a_second() -> None:
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def took() -> float:
        before = spent()
        subprocess.run([sys.executable, "-m", "conformance", "--help"], check=True, capture_output=True)
        return spent() - before  # of the processor, which a busy machine gives later, but no more of

    assert min(took() for _ in range(5)) < 0.3


def test_a_right_bank_ends_with_0_and_standard_output_holds_only_the_report(
    judged: tuple[Path, int, str, str],
) -> None:
    folder, code, out, err = judged
    assert code == 0
    assert json.loads(out)["phases"][0]["conformance"] == "conformant"
    assert "report: out/report.html" in err
    assert (folder / "out/results.jsonl").is_file()


def test_a_defect_ends_with_1_and_is_shown(run: Run, tmp_path: Path) -> None:
    with served("fx-buy-and-sell-swapped", folder=tmp_path / "served") as serving:
        file = tmp_path / "bank.yaml"
        file.write_text(yaml.safe_dump({**serving.description, "functions": {"other.fx-rate": "offered"}}))
        code, out, _ = run("run", str(file), "--phase", "I", "--check", "fx.*", "--output-dir", "out")
    assert code == 1
    assert "not conformant" in out
    assert "/data/0/" in out


def test_formats_go_to_files_side_by_side(run: Run, bank: Path) -> None:
    asked = ("junit=a.xml", "html=b.html", "sarif=c.sarif", "jsonl=d.jsonl", "markdown=e.md", "text")
    flags = [part for name in asked for part in ("--format", name)]
    code, _, _ = run("run", str(bank), "--phase", "1", "--check", "fx.*", "--output-dir", "out", *flags)
    assert code == 4
    for name in ("a.xml", "b.html", "c.sarif", "d.jsonl", "e.md"):
        assert Path(name).stat().st_size > 200


def test_an_unreachable_bank_ends_with_4_not_1(run: Run) -> None:
    Path("bank.yaml").write_text(GOOD)
    code, out, _ = run("run", "bank.yaml", "--phase", "1", "--output-dir", "out")
    assert code == 4
    assert "inconclusive" in out
    assert "not conformant" not in out


def test_a_results_file_is_drawn_again_with_its_own_exit_code(
    run: Run, judged: tuple[Path, int, str, str]
) -> None:
    code, out, _ = run("report", str(judged[0] / "out/results.jsonl"), "--format", "markdown")
    assert code == 0
    assert "conformant" in out


def test_plan_sends_nothing_and_gives_the_digest_of_the_run(
    run: Run, bank: Path, judged: tuple[Path, int, str, str]
) -> None:
    code, out, _ = run("plan", str(bank), "--phase", "1", "--json")
    plan = json.loads(out)
    assert code == 0
    assert results.read(judged[0] / "out/results.jsonl").header.plan.digest == plan["digest"]


def test_plan_needs_no_secret(run: Run) -> None:
    Path("bank.yaml").write_text(
        GOOD + 'authentication: {kind: header-pair, headers: {ClientID: "env:NOT_SET"}}\n'
    )
    assert run("plan", "bank.yaml")[0] == 0


@pytest.mark.parametrize("kind", ["profiles", "functions", "requirements", "checks", "mutants"])
def test_everything_can_be_listed(run: Run, kind: str) -> None:
    code, out, _ = run("list", kind, "--json")
    assert code == 0
    assert len(json.loads(out)) > 1


@pytest.mark.parametrize(
    "id", ["fail", "exit-codes", "other.fx-rate", "fx_rate", "phase1", "fx-buy-and-sell-swapped", "RFC 9700"]
)
def test_ids_of_every_kind_are_explained(run: Run, id: str) -> None:
    code, out, _ = run("explain", id)
    assert code == 0
    assert out.count("\n") >= 1


def test_a_module_of_mutants_that_cannot_be_imported_keeps_nothing_else_from_being_explained(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ImportError("no module named nowhere")

    monkeypatch.setattr("conformance.bank.mutant.all_mutants", broken)
    assert run("explain", "exit-codes")[0] == 0
    code, out, err = run("explain", "fx-buy-and-sell-swapped")
    assert (code, out) == (2, "")
    assert "nothing is called fx-buy-and-sell-swapped" in err
    assert "nowhere" in err
    assert "Traceback" not in err


def test_every_requirement_and_check_is_explained(run: Run) -> None:
    for kind, key in (("requirements", "requirement"), ("checks", "check")):
        listed = json.loads(run("list", kind, "--json")[1])
        for row in (listed[0], listed[-1]):
            code, out, _ = run("explain", row[key])
            assert code == 0
            assert "reproduce" in out or "untested" in out or "attested" in out


def test_init_writes_a_file_that_plan_accepts(run: Run) -> None:
    assert run("init", "https://sandbox.bank.example/api", "--name", 'The "Bank"')[0] == 0
    text = Path("bank.yaml").read_text()
    Path("bank.yaml").write_text(text.replace("  # other.fx-rate:", "  other.fx-rate:"))
    assert run("plan", "bank.yaml")[0] == 0


def test_init_does_not_overwrite_a_file(run: Run) -> None:
    Path("bank.yaml").write_text("mine")
    code, _, err = run("init", "https://bank.example")
    assert (code, Path("bank.yaml").read_text()) == (2, "mine")
    assert "--force" in err


def test_doctor_finds_a_good_bank_well(run: Run, bank: Path) -> None:
    code, out, _ = run("doctor", str(bank))
    assert code == 0
    assert "other.fx-rate: 200" in out


def test_doctor_says_what_is_wrong_with_an_unreachable_bank(run: Run) -> None:
    Path("bank.yaml").write_text(GOOD)
    code, out, _ = run("doctor", "bank.yaml")
    assert code == 4
    assert "bad" in out


YESTERDAY = (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011 - the reader's own calendar

WRONG = {
    "a literal secret": (
        GOOD + "authentication: {kind: header-pair, headers: {ClientSecret: hunter2hunter2}}\n",
        ("bank.yaml:4:", "authentication", "env:"),
    ),
    "a missing environment variable": (
        GOOD + 'authentication: {kind: header-pair, headers: {ClientSecret: "env:NOT_SET_ANYWHERE"}}\n',
        ("bank.yaml:4:", "NOT_SET_ANYWHERE"),
    ),
    "bad YAML": ("bank: {name: A\nbase_url: [\n", ("bank.yaml:",)),
    "an unknown key": (GOOD.replace("base_url", "base_urll"), ("bank.yaml:2:1", "did you mean base_url?")),
    "a wrong type": (GOOD + "limits: {jobs: many}\n", ("bank.yaml:4:", "limits.jobs", "number")),
    "an unknown function": (
        GOOD.replace("fx-rate", "fx-rat"),
        ("bank.yaml:3:", "did you mean other.fx-rate?"),
    ),
    "a base URL without https": (
        GOOD.replace("https://127.0.0.1:1", "http://bank.example"),
        ("bank.yaml:2:", "https"),
    ),
    "an unreadable certificate": (GOOD + "tls: {ca: no-such.pem}\n", ("bank.yaml:4:", "no-such.pem")),
    "a duplicate key": (GOOD + "functions: {}\n", ("bank.yaml:4:1", "functions")),
    "an expired waiver": (
        GOOD + f"waivers: [{{match: P1-FX-001, reason: known, expires: {YESTERDAY}}}]\n",
        ("bank.yaml:4:", "expired"),
    ),
    "an unknown authentication": (
        GOOD + "authentication: {kind: header-pear}\n",
        ("bank.yaml:4:", "header-pair"),
    ),
    "an unknown profile in the file": (GOOD + "profiles: [phase11]\n", ("phase11", "did you mean phase1?")),
    "a duplicate of a key in a function": (
        GOOD.replace("offered", "{request: {path: /a, path: /b}}"),
        ("bank.yaml:3:", "path"),
    ),
    "a misspelt capability": (
        GOOD + "capabilities: [fapi3]\n",
        ("bank.yaml:4:16", "did you mean fapi"),
    ),
    "an attestation of what is not required": (
        GOOD + "attestations: {PUB-CON-011: {note: n, by: me, date: 2026-01-01}}\n",
        ("bank.yaml:4:16", "did you mean PUB-CON-0"),
    ),
    "a misspelt canonical field": (
        GOOD.replace("offered", '{rows: ["$.data[*]"], fields: {curency: $.c, buy: $.b}}'),
        ("bank.yaml:3:", "fields.curency", "did you mean currency?"),
    ),
    "permissions on production": (
        GOOD.replace("name: A Bank", "name: A Bank, environment: production") + "allow: [writes]\n",
        ("bank.yaml:4:", "production"),
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_mistake_in_the_file_is_told_with_place_and_remedy(run: Run, kind: str) -> None:
    text, wanted = WRONG[kind]
    Path("bank.yaml").write_text(text)
    code, out, err = run("run", "bank.yaml", "--output-dir", "out")
    assert (code, out) == (2, ""), err
    for part in wanted:
        assert part in err
    assert "Traceback" not in err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("run", "no-such.yaml"), "no-such.yaml"),
        (("run", "."), "directory"),
        (("run", "--base-url", "http://bank.example"), "https"),
        (("run", "--base-url", "https://a.example", "bank.yaml"), "not both"),
        (("run", "--bank-mutant", "fx-buy-and-sell-swaped"), "did you mean fx-buy-and-sell-swapped?"),
        (("run", "--profile", "phase11"), "did you mean phase1?"),
        (("run", "--phase", "9"), "phases 1 to 4"),
        (("run", "--format", "htlm"), "html"),
        (("run", "--format", "html="), "path"),
        (("run", "--format", "json", "--format", "junit"), "only one"),
        (("run", "--jobs", "0"), "--jobs"),
        (("run", "--jbos", "4"), "--jobs"),
        (("rnu",), "did you mean run?"),
        (("explain", "P1-NOPE-999"), "did you mean"),
        (("report", "no-such.jsonl"), "no-such.jsonl"),
        (("init", "ftp://bank.example"), "https://"),
        (("list", "profile"), "profiles"),
        (("list", "requirements", "--profile", "phase11"), "did you mean phase1?"),
        ((*PLAN, "--check", "P1-FX-99"), "did you mean P1-FX-0"),
        ((*PLAN, "--skip", "fx.buy_not_above_sel"), "did you mean fx.buy_not_above_sell?"),
        ((*PLAN, "--tag", "owasp-api8"), "conformance explain"),
        ((*PLAN, "--operation", "other.fx-rates"), "did you mean other.fx-rate?"),
        (("run", *PLAN[1:], "--output-dir", "/dev/null/out"), "--output-dir"),
        (("init", "https://bank.example", "--output", "/dev/null/bank.yaml"), "--output"),
        (("init", "https://bank.example:99999"), "out of range"),
        (("init", "https://me:secret@bank.example"), "authentication"),
        (("replay", "no-such.jsonl", "1"), "results.jsonl"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_on_the_command_line_is_told_with_a_remedy(
    run: Run, arguments: tuple[str, ...], wanted: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert wanted in err
    assert "Traceback" not in err


def test_a_check_of_another_phase_is_left_out_and_no_mistake(run: Run) -> None:
    code, out, err = run(*PLAN, "--check", "P4-*")
    assert code == 0, err
    assert "0 to run" in out


def test_the_mutants_of_a_profile_are_those_that_its_checks_kill(run: Run) -> None:
    mutants = json.loads(run("list", "mutants", "--profile", "phase1", "--json")[1])
    names = {each["mutant"] for each in mutants}
    assert "fx-buy-and-sell-swapped" in names
    assert "amounts-are-repaired" not in names


def test_an_error_of_the_suite_ends_with_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(list_command.ROWS, "profiles", lambda _: 1 // 0)
    code, out, err = run("list", "profiles")
    assert (code, out) == (3, "")
    assert "ZeroDivisionError" in err
    assert "error of the suite" in err


def test_an_interrupt_leaves_a_readable_marked_result_and_ends_with_130(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "--rate",
        "20",
        "--output-dir",
        str(tmp_path),
        "--phase",
        "1",
    ]

    # A shell's background job, which this test may be part of, would pass on that it ignores the signal.
    def heed() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = subprocess.Popen(
        command, preexec_fn=heed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    file = tmp_path / "results.jsonl"
    deadline = time.monotonic() + 120
    while not (file.exists() and file.read_text().count('"result"') > 3) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "interrupted" in out
    found = results.read(file)
    assert found.footer is not None
    assert found.footer.interrupted
    assert "interrupted" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("variable", "coloured"), [("NO_COLOR", False), ("FORCE_COLOR", True)])
def test_colour_obeys_the_environment(bank: Path, tmp_path: Path, variable: str, coloured: bool) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")} | {
        variable: "1"
    }
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "doctor", str(bank)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=True,
    )
    assert ("\x1b[" in done.stdout) == coloured
