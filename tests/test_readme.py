"""What the README shows is true: its files, its commands, its picture, its keys."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conformance.profile import all_profiles
from conformance.results import read
from conformance.target import Target

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMED = re.compile(
    r"`((?:conformance|profiles)/[a-z0-9_/-]+\.(?:py|yaml))`[^`]*?```(?:python|yaml)\n(.*?)```", re.S
)


def test_the_five_minute_check_is_green_on_the_right_bank_and_red_on_its_mutant(tmp_path: Path) -> None:
    for folder in ("conformance", "profiles"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    written = NAMED.findall(README[README.index("### Add a check") :])
    assert len(written) == 3
    for name, text in written:
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*arguments: str) -> set[str]:
        command = [sys.executable, "-m", "conformance", "run", "--phase", "1", "--check", "P1-HKD-001"]
        subprocess.run(
            [*command, *arguments, "--output-dir", "out", "-q"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            check=False,
            capture_output=True,
            timeout=600,
        )
        found = read(tmp_path / "out" / "results.jsonl")
        return {str(r.verdict) for r in found.results if r.case.requirement == "P1-HKD-001"}

    assert run() == {"pass"}
    assert run("--bank-mutant", "rates-against-the-euro-alone") == {"observation"}


def test_the_example_bank_file_is_read_key_by_key() -> None:
    text = README[README.index("bank: {name: Example Bank") :].split("```")[0]
    data = yaml.safe_load(text)
    assert set(data) <= set(Target.model_fields)
    known = {function.id for profile in all_profiles().values() for function in profile.functions}
    assert set(data["functions"]) <= known


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_two_commands_are_targets_of_make(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_every_picture_and_folder_that_is_named_exists() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    for path in (*pictures, "examples/banks", "tests/test_mutants.py"):
        assert (ROOT / path).exists(), path
