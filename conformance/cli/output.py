"""What a run shows while it goes, and the formats that the user asked for."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from conformance import report
from conformance.conduct import Progress
from conformance.errors import ConfigurationError
from conformance.model import Plan, Result, Verdict

LINE_EVERY = 30.0
"""Seconds between two lines of progress where there is no terminal."""


def parsed(formats: tuple[str, ...]) -> tuple[tuple[str, Path | None], ...]:
    """``junit=out.xml`` as a format and its path; text on standard output when nothing is asked for."""
    wanted: list[tuple[str, Path | None]] = []
    for text in formats or ("text",):
        name, separator, path = text.partition("=")
        report.load(name)
        if separator and not path:
            raise ConfigurationError(f"--format {text}: the path is missing; write {name}=FILE")
        wanted.append((name, Path(path) if path and path != "-" else None))
    if sum(path is None for _, path in wanted) > 1:
        raise ConfigurationError("only one --format can go to standard output; give the others a path")
    places = [path for _, path in wanted if path is not None]
    for place in places:
        if places.count(place) > 1:
            raise ConfigurationError(f"--format: two formats go to {place}; give each a file of its own")
    return tuple(wanted)


@contextmanager
def stopped_by_term() -> Iterator[None]:
    """Takes SIGTERM, by which CI cancels a job, for ctrl-C: the report of what was judged is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def progress(quiet: bool) -> Progress:
    """A bar on a terminal, a line now and then otherwise, nothing when quiet."""
    if quiet:
        return Progress()
    return _BarProgress() if sys.stderr.isatty() else _LineProgress()


class _BarProgress(Progress):
    def __init__(self) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )

    def begins(self, plan: Plan) -> None:
        self._bar.start()
        self._task = self._bar.add_task("cases", total=len(plan.cases))

    def result(self, result: Result) -> None:
        self._bar.advance(self._task)

    def ends(self) -> None:
        self._bar.stop()


class _LineProgress(Progress):
    def __init__(self) -> None:
        self._done = self._failed = self._total = 0
        self._lock = threading.Lock()
        self._last = time.monotonic()

    def begins(self, plan: Plan) -> None:
        self._total = len(plan.cases)
        click.echo(f"{self._total} cases planned, digest {plan.digest[:12]}", err=True)

    def result(self, result: Result) -> None:
        with self._lock:
            self._done += 1
            self._failed += result.verdict is Verdict.FAIL
            if time.monotonic() - self._last >= LINE_EVERY:
                self._last = time.monotonic()
                click.echo(f"{self._done} of {self._total} cases, {self._failed} failed", err=True)
