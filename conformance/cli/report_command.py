"""``conformance report``: draws a results file again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("file", metavar="RESULTS.jsonl", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help="text, json, jsonl, junit, html, sarif, csv or markdown; repeatable.",
)
def command(file: Path, formats: tuple[str, ...]) -> int:
    """Draws the results of a run in any format; nothing is sent. Ends with the run's own exit code."""
    import sys

    from conformance import report, results
    from conformance.cli.output import parsed
    from conformance.verdict import ExitCode

    finished = results.read(file)
    for name, place in parsed(formats):
        report.write(finished, name, place or sys.stdout)
    return finished.footer.exit_code if finished.footer else int(ExitCode.INCONCLUSIVE)
