"""``conformance doctor``: looks for what would spoil a run."""

from __future__ import annotations

import click

from conformance.cli.options import Choice, place


@click.command("doctor")
@place
def command(choice: Choice) -> int:
    """Looks at clock, names, certificates and credentials, and reads the first rows of each function.

    Ends with 0 when all is well, 4 when something would spoil a run.
    """
    import sys

    from rich.text import Text

    from conformance.cli.targets import opened, scoped
    from conformance.conduct import prepare
    from conformance.doctor import Health, examine
    from conformance.report.text import console

    screen = console(sys.stdout)
    colours = {Health.GOOD: "green", Health.WARNING: "yellow", Health.BAD: "bold red"}
    ill = False
    with opened(choice) as target:
        plan, profiles = prepare(target, scoped(choice))
        for symptom in examine(target, profiles, plan, choice.operation):
            ill = ill or symptom.health is Health.BAD
            line = Text(f"{symptom.health!s:<8}", style=colours[symptom.health])
            line.append(f" {symptom.subject}: {symptom.said}", style="default")
            screen.print(line, soft_wrap=True)
    return 4 if ill else 0
