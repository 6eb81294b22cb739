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
@click.option(
    "--since",
    metavar="EARLIER.jsonl",
    type=click.Path(path_type=Path),
    help="Instead, what has changed since this earlier run.",
)
def command(file: Path, formats: tuple[str, ...], since: Path | None) -> int:
    """Draws the results of a run in any format; nothing is sent. Ends with the run's own exit code."""
    import sys

    from conformance import report, results
    from conformance.cli.comparison_lines import lines
    from conformance.cli.output import parsed
    from conformance.errors import ConfigurationError
    from conformance.verdict import ExitCode

    if since is not None and formats:
        raise ConfigurationError("--since compares two runs as text; leave --format out")
    finished = results.read(file)
    if since is not None:
        for line in lines(results.read(since), finished):
            click.echo(line)
    for name, place in parsed(formats) if since is None else ():
        report.write(finished, name, place or sys.stdout)
    return finished.footer.exit_code if finished.footer else int(ExitCode.INCONCLUSIVE)
