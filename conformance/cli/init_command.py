"""``conformance init``: a bank file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.errors import ConfigurationError


@click.command("init")
@click.argument("base_url", metavar="URL")
@click.option(
    "--api", type=click.Path(path_type=Path), metavar="FILE", help="The bank's own OpenAPI description."
)
@click.option("--name", default="", metavar="NAME", help="The bank's name [default: the host].")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("bank.yaml"),
    show_default=True,
    metavar="FILE",
    help="Where to write it; its folder is made.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def command(base_url: str, api: Path | None, name: str, output: Path, force: bool) -> int:
    """Writes a commented bank.yaml for the bank at URL, with guesses from its API description if given."""
    from conformance.target_draft import draft

    if output.exists() and not force:
        raise ConfigurationError(
            f"{output}: exists already; give --force to overwrite it, or --output another"
        )
    text = draft(base_url, api, name, output)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{output}: cannot be written ({error.strerror}); give another --output"
        ) from error
    click.echo(
        f"{output} written; edit it, then: conformance doctor {output}, conformance run {output}", err=True
    )
    return 0
