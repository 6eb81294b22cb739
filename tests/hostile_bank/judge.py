"""Judges hostile banks, each in a process of its own that tells what it did.

Reads a job of JSON from each line of standard input and writes an outcome of JSON to standard output. The
parent imports everything once and forks, so that a child costs milliseconds and its peak memory is its own.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from conformance.conduct import Output, Scope, conduct
from conformance.plan import Selection
from conformance.profile import all_profiles
from conformance.registry import all_checks
from conformance.report import build, load
from conformance.results import read
from conformance.target import Target
from tests.report.sample_run import write

FORMATS = ("json", "jsonl", "junit", "sarif", "markdown", "csv")
HANGS = 150.0
"""Seconds after which a child is ended and counts as one that hangs."""
_WATCHED = (
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.exec",
    "os.system",
    "os.posix_spawn",
)


def judged(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What became of a run against one bank."""
    acts: set[str] = set()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _WATCHED:
            act = arguments[1] if event == "socket.connect" else arguments[:2]
            acts.add(f"{event} {act}")

    sys.addaudithook(watch)
    printed = io.StringIO()
    target = Target.model_validate(job["target"])
    scope = Scope(profiles=tuple(job["profiles"]), selection=Selection(checks=tuple(job["checks"])))
    formats = tuple((name, folder / f"report.{name}") for name in FORMATS)
    done = conduct(target, scope, Output(folder, (*formats, ("text", None))), stdout=printed)
    (folder / "report.txt").write_text(printed.getvalue(), encoding="utf-8")
    run = read(done.results)
    counts: dict[str, int] = {}
    for result in run.results:
        if "left out" not in result.reason:
            counts[str(result.verdict)] = counts.get(str(result.verdict), 0) + 1
    errors = [result.traceback[-1500:] for result in run.results if result.traceback]
    return {"code": int(done.code), "counts": counts, "acts": sorted(acts), "errors": errors[:2]}


def child(job: dict[str, Any]) -> None:
    """Runs a job and leaves its outcome in a file."""
    folder = Path(job["folder"])
    try:
        outcome = judged(job, folder)
    except BaseException as error:
        outcome = {"crash": f"{type(error).__name__}: {error}"[:2000]}
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")
    os._exit(0)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Forks a child for a job; tells its outcome, seconds and peak memory in MB."""
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        child(job)
    while True:
        done, _, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() - started > HANGS:
            os.kill(pid, signal.SIGKILL)
            _, _, usage = os.wait4(pid, 0)
            crash = f"hung for {HANGS:.0f} s"
            return {"crash": crash, "seconds": HANGS, "cpu": HANGS, "megabytes": usage.ru_maxrss / 1024}
        time.sleep(0.01)
    file = Path(job["folder"]) / "outcome.json"
    outcome: dict[str, Any] = (
        json.loads(file.read_text()) if file.exists() else {"crash": "ended without a word"}
    )
    spent = {"seconds": time.monotonic() - started, "cpu": usage.ru_utime + usage.ru_stime}
    return outcome | spent | {"megabytes": usage.ru_maxrss / 1024}


def warmed() -> None:
    """Has what every child needs made once: checks, profiles, and the formats with their templates."""
    all_checks(), all_profiles()
    with tempfile.TemporaryDirectory() as place:
        sample = read(write(Path(place) / "results.jsonl", cases=20))
        for name in (*FORMATS, "text", "html"):
            load(name).render(build(sample), io.StringIO(newline=""))


def main() -> None:
    """Serves jobs until standard input ends."""
    warmed()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
