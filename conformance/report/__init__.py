"""Reports: each module beside this one is a format, found by its name, and draws from ``content``.

A format has ``render(report, stream)``.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Protocol, TextIO, cast

from conformance.errors import ConfigurationError, meant
from conformance.report.content.summary import Report, build
from conformance.results import Run

__all__ = ["Format", "Report", "build", "formats", "load", "ready", "write"]


class Format(Protocol):
    """A module of this package that draws a report."""

    def render(self, report: Report, stream: TextIO) -> None:
        """Writes the whole report to a text stream (UTF-8)."""


def formats() -> tuple[str, ...]:
    """The names that ``--format`` takes."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg))


def load(name: str) -> Format:
    """The format of a name; raises ``ConfigurationError`` with the nearest name for an unknown one."""
    names = formats()
    if name not in names:
        hint = meant(name, names, f"there are {', '.join(names)}")
        raise ConfigurationError(f"--format {name}: no such format; {hint}")
    return cast(Format, importlib.import_module(f"{__name__}.{name}"))


def ready(path: Path) -> None:
    """Sees that a report's file can be written, before a run is spent on it; its folder is made.

    Raises ``ConfigurationError``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with path.open("a", encoding="utf-8"):
            pass
        if new:
            path.unlink()
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> ConfigurationError:
    """What is told of a report's file that cannot be written."""
    return ConfigurationError(f"{path}: cannot be written ({error.strerror}); name another file")


def write(report: Report | Run, name: str, destination: str | Path | TextIO) -> None:
    """Writes a report in the named format to a file, whose folder is made, or to a stream.

    Raises ``ConfigurationError`` when the file cannot be written or is the results file of the run.
    """
    form = load(name)
    whole = build(report) if isinstance(report, Run) else report
    if not isinstance(destination, str | Path):
        form.render(whole, destination)
        return
    path = Path(destination)
    if _same(path, whole.run.path):
        if name == "jsonl":
            return
        raise ConfigurationError(f"{path}: holds the results of this run; name another file for {name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            form.render(whole, stream)
    except OSError as error:
        raise unwritable(path, error) from error


def _same(path: Path, results: str) -> bool:
    return bool(results) and path.exists() and Path(results).exists() and path.samefile(results)
