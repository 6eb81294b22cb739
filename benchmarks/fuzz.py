"""Generated tests beside ``schemathesis run``: ``python -m benchmarks.fuzz [--faults N] [--ours]``.

Both run as programs of their own against the third bank, served on loopback in a process of its own, right
and with each of N defects (0: all). A defect counts as found when a run tells of more than on the right bank.
Prints for each: what was found, requests, wall and CPU seconds.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.third_bank.faults import FAULTS
from tests.third_bank.judged import HERE, KEYS

BIN = Path(sys.executable).parent
LONGEST = 600.0
"""Seconds after which a run is given up."""


@dataclass(frozen=True)
class Measure:
    """One run: what it told of, by kind; requests that the bank served; seconds of wall and CPU."""

    told: dict[str, int]
    requests: int
    wall: float
    cpu: float

    def beyond(self, clean: Measure) -> bool:
        """Whether the run told of more than that of the right bank."""
        return any(count > clean.told.get(kind, 0) for kind, count in self.told.items())


@contextmanager
def served(fault: str) -> Iterator[str]:
    """The address of the bank with a defect, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.third_bank.serve", str(port), fault]
    bank = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{url}/served", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield url
    finally:
        bank.terminate()
        bank.wait()


def measured(command: list[str], url: str) -> tuple[str, int, float, float]:
    """What a program prints, the requests it sent, its seconds of wall and CPU."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, env={**os.environ, **KEYS}, timeout=LONGEST,
            check=False,
        )  # fmt: skip
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    count = int(urllib.request.urlopen(f"{url}/served", timeout=5).read())
    return done.stdout + done.stderr, count, wall, cpu


def ours(url: str) -> Measure:
    """One run of the suite with its contract profile."""
    with tempfile.TemporaryDirectory() as folder:
        text = (HERE / "bank.yaml").read_text().replace("https://api.junk-bay.example", url)
        (Path(folder) / "bank.yaml").write_text(text)
        (Path(folder) / "openapi.yaml").write_text((HERE / "openapi.yaml").read_text())
        command = [str(BIN / "conformance"), "run", f"{folder}/bank.yaml", "--output-dir", folder, "--quiet"]
        out, count, wall, cpu = measured([*command, "--format", "text"], url)
    told = dict.fromkeys(re.findall(r"CON-[A-Z]+-\d+", out), 1)
    return Measure(told, count, wall, cpu)


def theirs(url: str, examples: int = 0) -> Measure:
    """One run of schemathesis with all its phases and checks."""
    command = [str(BIN / "schemathesis"), "run", str(HERE / "openapi.yaml"), "--url", f"{url}/v2"]
    command += ["-H", f"X-Api-Key: {KEYS['JUNK_BAY_KEY']}", "--seed", "1", "--generation-database", "none"]
    command += ["--no-color"] + (["--max-examples", str(examples)] if examples else [])
    out, count, wall, cpu = measured(command, url)
    return Measure({k: int(n) for k, n in re.findall(r"(ST\d+) [^\n:]*: (\d+)", out)}, count, wall, cpu)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=12)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--ours", action="store_true", help="leave schemathesis out")
    chosen = parser.parse_args()
    step = max(1, len(FAULTS) // chosen.faults) if chosen.faults else 1
    runs = (
        {"ours": ours}
        if chosen.ours
        else {"ours": ours, "schemathesis": lambda u: theirs(u, chosen.examples)}
    )
    clean: dict[str, Measure] = {}
    for name, run in runs.items():
        with served("") as url:
            clean[name] = run(url)
        say(f"right bank, {name}: {line(clean[name])}, {sum(clean[name].told.values())} alarms")
    found: dict[str, list[Measure]] = {name: [] for name in runs}
    faults = FAULTS[::step]
    for fault in faults:
        said = []
        for name, run in runs.items():
            with served(fault.name) as url:
                made = run(url)
            if made.beyond(clean[name]):
                found[name].append(made)
            said.append(f"{name} {'finds' if made.beyond(clean[name]) else 'misses'} it, {line(made)}")
        say(f"{fault.name}: {'; '.join(said)}")
    for name, runs_found in found.items():
        wall = statistics.median(m.wall for m in runs_found) if runs_found else clean[name].wall
        say(f"{name}: {len(runs_found)} of {len(faults)} defects, median {wall:.1f} s")


def line(made: Measure) -> str:
    return f"{made.requests} requests, {made.wall:.1f} s, {made.cpu:.1f} CPU s"


if __name__ == "__main__":
    main()
