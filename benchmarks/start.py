"""How long a person waits: for the command's help, and for Phase I of the embedded bank over TLS."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import say
from conformance.results import read

COMMAND = (sys.executable, "-m", "conformance")


def seconds(*arguments: str) -> float:
    """The time that a command takes. Raises ``RuntimeError`` when it does not succeed."""
    begun = time.perf_counter()
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=600)
    took = time.perf_counter() - begun
    if ended.returncode:
        raise RuntimeError(
            f"conformance {' '.join(arguments)} ended with {ended.returncode}: {ended.stderr[-2000:]}"
        )
    return took


def main() -> None:
    helped = statistics.median(seconds("--help") for _ in range(5))
    say(f"conformance --help: {helped:.2f} s, the median of 5 (wanted: under 0.3 s)")
    with tempfile.TemporaryDirectory() as folder:
        took = seconds("run", "--phase", "1", "--quiet", "--output-dir", folder)
        run = read(Path(folder, "results.jsonl"))
    sent = run.footer.requests if run.footer else 0
    say(
        f"conformance run --phase 1 on the embedded bank over TLS: {took:.1f} s for {len(run.results)} cases "
        f"and {sent} requests, start and report included (wanted: under 10 s)"
    )


if __name__ == "__main__":
    main()
