"""Options that several commands share, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from conformance.errors import ConfigurationError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user chose of target and scope, as typed."""

    bank_file: Path | None = None
    base_url: str = ""
    mutant: str = ""
    profile: tuple[str, ...] = ()
    phase: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    operation: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    jobs: int | None = None
    seed: int = 0
    rate: float | None = None
    max_requests: int | None = None
    max_time: str | None = None
    deep: str | None = None

    def __post_init__(self) -> None:
        if self.bank_file and self.base_url:
            raise ConfigurationError("give either BANK.yaml or --base-url, not both")
        if self.mutant and (self.bank_file or self.base_url):
            raise ConfigurationError(
                "--bank-mutant changes the embedded bank: leave BANK.yaml and --base-url out"
            )


_SCOPE = (
    click.argument("bank_file", metavar="[BANK.yaml]", required=False, type=click.Path(path_type=Path)),
    click.option(
        "--base-url", default="", metavar="URL", help="A bank that speaks the canonical API, without a file."
    ),
    click.option(
        "--bank-mutant", "mutant", default="", metavar="NAME", help="The embedded bank with one defect."
    ),
    click.option("--phase", multiple=True, metavar="N", help="Phase 1 to 4 of the framework; repeatable."),
    click.option(
        "--profile", multiple=True, metavar="NAME", help="A profile (see: list profiles); repeatable."
    ),
    click.option(
        "--check", multiple=True, metavar="GLOB", help="Only checks or requirements that match; repeatable."
    ),
    click.option("--skip", multiple=True, metavar="GLOB", help="Not the checks or requirements that match."),
    click.option(
        "--tag", multiple=True, metavar="GLOB", help="Only requirements with a tag, such as owasp:API8*."
    ),
    click.option(
        "--operation", multiple=True, metavar="GLOB", help="Only functions that match, such as other.*."
    ),
    click.option(
        "--allow",
        multiple=True,
        type=click.Choice(["writes", "intrusive"]),
        help="Admit checks that write or intrude; never on production.",
    ),
    click.option("--jobs", type=click.IntRange(1, 64), help="Cases at a time [default: the file's limit]."),
    click.option(
        "--seed", type=int, default=0, show_default=True, help="Seed of everything that is generated."
    ),
    click.option(
        "--rate", type=click.FloatRange(min=0.01), metavar="N", help="Requests a second at the most."
    ),
    click.option("--max-requests", type=click.IntRange(1), metavar="N", help="Requests in all at the most."),
    click.option("--max-time", metavar="DURATION", help="Time in all at the most, such as 10min."),
    click.option(
        "--deep",
        metavar="DURATION",
        help="Time for requests generated from the API description beyond the usual ones, such as 5min.",
    ),
)


def scope(function: F) -> F:
    """Adds the target and the options that say what is judged, as one argument ``choice``."""
    import functools

    names = tuple(Choice.__dataclass_fields__)

    @functools.wraps(function)
    def wrapped(**given: Any) -> Any:
        return function(choice=Choice(**{name: given.pop(name) for name in names}), **given)

    decorated: Any = wrapped
    for option in reversed(_SCOPE):
        decorated = option(decorated)
    result: F = decorated
    return result
