"""JSON Lines: the results file itself, line by line, as it was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from conformance.errors import ConfigurationError
from conformance.report.content.summary import Report


def render(report: Report, stream: TextIO) -> None:
    """Copies the whole lines of the results file; a broken last one is left out.

    Raises ``ConfigurationError`` for a run that was not read from a file.
    """
    source = Path(report.run.path)
    if not report.run.path or not source.is_file():
        raise ConfigurationError("--format jsonl: the results file of this run is gone")
    with source.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if line.endswith("\n"):
                stream.write(line)
            elif not report.run.truncated:
                stream.write(f"{line}\n")
