"""A whole API description run against a mock made of it: ``python -m benchmarks large FILE [FILE …]``.

The mock is a process of its own on loopback, and so is each run; its CPU seconds and its peak resident memory
are of all that a run does: reading, planning, generating, sending, judging, results and report. Three runs of
a half, three quarters and all of the operations show whether time and memory are linear in their number.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import say

PARTS = (0.5, 0.75, 1.0)
MOST_MEGABYTES = 150
HURRY = 10_000.0
"""Requests a second that the limiter allows, so that it is not what is measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: its cases and requests, errors of the suite, CPU seconds, peak memory in MB, exit code."""

    cases: int
    requests: int
    errors: int
    seconds: float
    megabytes: float
    exit_code: int


def child(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.large", *arguments]


@contextmanager
def mock(file: Path) -> Iterator[str]:
    """The URL of a mock of a description, served by a process of its own."""
    command = child("--mock", str(file))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def served(file: Path) -> None:
    """Serves the mock until standard input ends."""
    from conformance.bank.serve import serve
    from conformance.openapi import load_description
    from tests.generate.mock import Mock

    with serve(Mock(load_description(file))) as url:
        say(url)
        sys.stdin.read()


def run(file: Path, url: str, jobs: int) -> None:
    """One run in this process; says what it took as one line of JSON."""
    from conformance.conduct import Output, Scope, conduct
    from conformance.model import Verdict
    from conformance.results import read
    from conformance.target import Target

    data = {
        "bank": {"name": f"Mock of {file.name}", "environment": "sandbox"},
        "base_url": url,
        "api": str(file),
        "limits": {"requests_per_second": HURRY, "jobs": jobs},
        "allow": ["writes", "intrusive"],
    }
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        done = conduct(Target.model_validate(data), Scope(profiles=("contract",)), Output(place))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
        held = read(done.results)
    errors = sum(result.verdict is Verdict.ERROR for result in held.results)
    say(
        json.dumps(
            {
                "cases": len(held.results),
                "requests": held.footer.requests if held.footer else 0,
                "errors": errors,
                "seconds": usage.ru_utime + usage.ru_stime,
                "megabytes": int(peak[1]) / 1024 if peak else usage.ru_maxrss / 1024,
                "exit_code": int(done.code),
            }
        )
    )


def measured(file: Path, jobs: int) -> Measured:
    with mock(file) as url:
        command = child("--run", str(file), url, str(jobs))
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600)
    if ended.returncode:
        raise SystemExit(f"the run of {file.name} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return Measured(**json.loads(ended.stdout.strip().splitlines()[-1]))


def shortened(file: Path, part: float, folder: Path) -> tuple[Path, int]:
    """A description with a part of the paths of another, evenly chosen, and how many operations it has."""
    from conformance import apifile
    from conformance.openapi import METHODS

    document = apifile.load(file)
    paths = document["paths"]
    number = max(1, round(len(paths) * part))
    kept = [
        name
        for index, name in enumerate(paths)
        if index * number // len(paths) != (index - 1) * number // len(paths)
    ]
    document["paths"] = {name: paths[name] for name in kept}
    count = sum(method in item for item in document["paths"].values() for method in METHODS)
    made = folder / f"{file.stem}.{number}.json"
    made.write_text(json.dumps(document, default=float), encoding="utf-8")
    return made, count


def main() -> int:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--mock"]:
        served(Path(arguments[1]))
        return 0
    if arguments[:1] == ["--run"]:
        run(Path(arguments[1]), arguments[2], int(arguments[3]))
        return 0
    if not arguments:
        say("name the files of API descriptions")
        return 2
    missed = 0
    say(f"{'':40} operations requests errors    CPU s ms/operation  peak MB (wanted: {MOST_MEGABYTES})")
    for file in map(Path, arguments):
        for part in PARTS:
            with tempfile.TemporaryDirectory() as folder:
                made, count = shortened(file, part, Path(folder))
                one = measured(made, 1)
            say(
                f"{file.name[-40:]:40} {count:10} {one.requests:8} {one.errors:6} {one.seconds:8.1f} "
                f"{one.seconds * 1000 / count:12.1f} {one.megabytes:8.0f}"
            )
            missed += bool(one.errors) or one.megabytes > MOST_MEGABYTES
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
