"""The synthetic run, read once, and its reports."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.report import Report, build, load
from conformance.results import read
from tests.report.sample_run import write


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A finished run of 600 cases with every verdict, whose bank is hostile."""
    return build(read(write(tmp_path_factory.mktemp("run") / "results.jsonl", error=True)))


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML of a shorter run with the same variety, as a file: axe looks at every element."""
    path = tmp_path_factory.mktemp("html") / "report.html"
    held = build(read(write(path.with_name("results.jsonl"), cases=130, error=True)))
    path.write_text(drawn(held, "html"), "utf-8")
    return path


def drawn(report: Report, name: str) -> str:
    """A report in a format, as text."""
    stream = io.StringIO(newline="")
    load(name).render(report, stream)
    return stream.getvalue()


@pytest.fixture
def draw() -> Callable[[Report, str], str]:
    return drawn
