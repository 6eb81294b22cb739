"""The machine that a measurement was made on."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def say(text: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def described() -> str:
    """Name, processor, cores that this process may use, load, system and Python, in one line."""
    try:
        cores = len(os.sched_getaffinity(0))
        load = f"load {os.getloadavg()[0]:.1f}"
    except (AttributeError, OSError):
        cores, load = os.cpu_count() or 1, "load unknown"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.release()}"
    return f"{platform.node()}: {_processor()}, {cores} cores, {load}, {system}, {python}"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
