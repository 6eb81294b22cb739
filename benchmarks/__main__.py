"""``python -m benchmarks [NAME [ARGUMENTS]]``: all that the README quotes, or one module by its name."""

from __future__ import annotations

import pkgutil
import runpy
import sys

import benchmarks
from benchmarks.machine import described, say

QUOTED = ("start", "matrix", "pace", "report", "oauth")


def main() -> int:
    name, rest = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    others = {module.name for module in pkgutil.iter_modules(benchmarks.__path__)} - {
        "__main__",
        "machine",
        "served",
        "cheap",
        "fuzz_defects",
        "fuzz_runs",
        "tls_programs",
    }
    if name and name not in others:
        sys.stderr.write(f"there is no measurement {name!r}, only {', '.join(sorted(others))}\n")
        return 2
    say(described())
    for chosen in (name,) if name else QUOTED:
        sys.argv = [f"benchmarks {chosen}", *rest]
        runpy.run_module(f"benchmarks.{chosen}", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
