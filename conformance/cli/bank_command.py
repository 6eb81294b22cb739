"""``conformance bank``: serves the reference bank."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("bank")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1 [default: a free one]."
)
@click.option("--bank-mutant", "mutant", default="", metavar="NAME", help="With one seeded defect.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where bank.yaml and the certificates go [default: a folder that is removed at the end].",
)
def command(port: int, mutant: str, folder: Path | None) -> int:
    """Serves the reference bank over TLS on this machine until stopped, and prints a bank.yaml for it."""
    import signal
    import threading

    import yaml

    from conformance.embedded import served

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    stopped = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stopped.set())
    with served(mutant, port=port, folder=folder) as bank:
        # Written out in full: an alias is a riddle to who reads the file.
        text = yaml.dump(bank.description, Dumper=Plain, sort_keys=False, allow_unicode=True)
        file = bank.folder / "bank.yaml"
        file.write_text(text, encoding="utf-8")
        click.echo(text, nl=False)
        click.echo(f"serving; judge it with: conformance run {file}", err=True)
        click.echo("ctrl-C stops it", err=True)
        stopped.wait()
    return 0
