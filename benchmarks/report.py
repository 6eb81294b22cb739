"""The time to read a results file of 5,000 results and to draw each format of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.machine import say
from conformance import report, results
from tests.report import sample_run

CASES = 5000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = sample_run.write(Path(folder, "results.jsonl"), cases=CASES)
        begun = time.perf_counter()
        finished = report.build(results.read(written))
        read = time.perf_counter() - begun
        took = {}
        for name in report.formats():
            if name != "jsonl":
                begun = time.perf_counter()
                path = Path(folder, f"report.{name}")
                report.write(finished, name, path)
                took[name] = f"{name} {time.perf_counter() - begun:.2f} s ({path.stat().st_size >> 10:,} KiB)"
    say(f"report of {CASES:,} results: read {read:.2f} s, {', '.join(took.values())}")


if __name__ == "__main__":
    main()
