"""What spoils a run from outside: a full disk, a path that cannot be written, a job that is cancelled."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.cli.output import stopped_by_term
from conformance.conduct import folder_for
from conformance.target import target_from_url


def test_a_report_that_cannot_be_written_is_told_before_the_bank_is_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(("run", "--base-url", "https://127.0.0.1:1", "--format", "junit=/dev/null/out.xml"))
    assert ended.value.code == 2
    assert "/dev/null/out.xml: cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "reports").exists()


def test_the_look_whether_a_report_can_be_written_leaves_nothing_behind_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.csv").write_text("old")
    with pytest.raises(SystemExit) as ended:
        main(("run", "nowhere.yaml", "--format", "csv=old.csv", "--format", "junit=made/new.xml"))
    assert ended.value.code == 2
    assert Path("old.csv").read_text() == "old"
    assert list(Path("made").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_the_users_to_mend_and_no_error_of_the_suite() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "conformance", "list", "profiles"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_formats_in_one_file_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(("run", "--format", "csv=out", "--format", "json=out"))
    assert ended.value.code == 2
    assert "two formats go to out" in capsys.readouterr().err


def test_runs_that_begin_in_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    target, now = target_from_url("https://bank.example"), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    folders = []
    for _ in range(3):
        folders.append(folder_for(target, tmp_path, now))
        folders[-1].mkdir(parents=True)
    assert [folder.name for folder in folders] == [
        "2026-03-02T093000Z",
        "2026-03-02T093000Z-2",
        "2026-03-02T093000Z-3",
    ]


def test_a_cancelled_job_ends_as_an_interrupted_one() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stopped_by_term(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before
