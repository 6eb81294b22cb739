"""The command line. Each command is a module of its own, imported only when it is called."""

from __future__ import annotations

import errno
import importlib
import sys
import traceback
from collections.abc import Sequence

import click

from conformance import __version__
from conformance.errors import ConfigurationError, meant

COMMANDS = {
    "run": "Judge a bank, or the embedded reference bank, and write the report.",
    "plan": "Show what a run would send, without sending anything.",
    "list": "List profiles, functions, requirements, checks or mutants.",
    "explain": "Explain a requirement, a check, a function, a verdict or an exit code.",
    "init": "Write a commented bank.yaml to start from.",
    "doctor": "Look for what would spoil a run: clock, names, certificates, credentials, one call each.",
    "bank": "Serve the reference bank until stopped.",
    "replay": "Send again what shows a finding, and say whether the answer is the same.",
    "report": "Draw a results file again in any format.",
}


FULL = (errno.ENOSPC, errno.EDQUOT)
"""A disk or a quota that is used up, which is the user's to mend."""


class _Lazy(click.Group):
    """Knows its commands by name and one sentence; imports a command's module when it is called."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"conformance.cli.{name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name not in COMMANDS and not name.startswith("-"):
            hint = meant(name, COMMANDS, f"there are {', '.join(COMMANDS)}")
            raise click.UsageError(f"no such command {name!r}; {hint}", context)
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="conformance")
def main_group() -> None:
    """Judges a bank's Open API against the HKMA Open API Framework and the security standards it rests on.

    \b
    conformance run                 try it: judges the embedded reference bank
    conformance init https://…      write a bank.yaml for your bank
    conformance run bank.yaml       judge your bank

    Exit codes: 0 conformant, 1 nonconformity, 2 usage or configuration, 3 error of the suite,
    4 incomplete or inconclusive, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits; a mistake of the user ends with its place, its remedy and code 2."""
    try:
        code = main_group.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="conformance",
            standalone_mode=False,
        )
    except ConfigurationError as error:
        for problem in error.problems:
            click.echo(f"conformance: {problem}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("conformance: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno not in FULL:
            sys.exit(_own_fault())
        click.echo(
            f"conformance: {error.strerror}; what is in results.jsonl is kept: make room and run again, "
            "or draw what there is: conformance report RESULTS.jsonl",
            err=True,
        )
        sys.exit(2)
    except Exception:
        sys.exit(_own_fault())
    sys.exit(code if isinstance(code, int) else 0)


def _own_fault() -> int:
    """Prints the exception at hand, which is the suite's; its exit code."""
    traceback.print_exc()
    click.echo("conformance: an error of the suite itself; please report it with the lines above", err=True)
    return 3
