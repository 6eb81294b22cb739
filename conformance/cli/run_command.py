"""``conformance run``: judges a target and writes what came of it."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.options import Choice, scope


@click.command("run")
@scope
@click.option(
    "--fail-on",
    type=click.Choice(["expected", "recommended", "any"]),
    default="expected",
    show_default=True,
    help="The weakest level whose findings end the run with exit code 1.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help="text, json, jsonl, junit, html, sarif, csv or markdown, to standard output or a file; repeatable.",
)
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where results.jsonl and report.html go [default: reports/<bank>/<time>].",
)
@click.option(
    "--tls-report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A report of `sslyze --json_out`, shown beside what is seen here; it changes no verdict.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
def command(
    choice: Choice,
    fail_on: str,
    formats: tuple[str, ...],
    output_dir: Path | None,
    tls_report: Path | None,
    quiet: bool,
) -> int:
    """Judges a bank and writes the report.

    Without BANK.yaml or --base-url the embedded reference bank is judged, over TLS on this machine.
    Standard output carries only the format asked for; progress and all else go to standard error.
    """
    from conformance import report
    from conformance.cli.output import parsed, progress, stopped_by_term
    from conformance.cli.targets import opened, scoped
    from conformance.conduct import Output, conduct, folder_for
    from conformance.ledger import FILE, read, summary
    from conformance.tls.imported import read_sslyze
    from conformance.verdict import FailOn

    scan = read_sslyze(tls_report) if tls_report else None
    wanted = parsed(formats)
    for place in (place for _, place in wanted if place is not None):
        report.ready(place)
    with stopped_by_term(), opened(choice) as target:
        folder = output_dir or folder_for(target, Path("reports"))
        heard = progress(quiet)
        output = Output(folder, wanted, FailOn(fail_on))
        done = conduct(target, scoped(choice), output, progress=heard, scan=scan)
    click.echo(f"report: {done.html}", err=True)
    click.echo(f"results: {done.results}", err=True)
    left = summary(read(folder / FILE))
    if left:
        click.echo(f"ledger: {folder / FILE}: {left}", err=True)
    return int(done.code)
