"""Options that several commands share, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


_SCOPE: Mapping[str, Callable[[Any], Any]] = {
    "bank_file": click.argument(
        "bank_file", metavar="[BANK.yaml]", required=False, type=click.Path(path_type=Path)
    ),
    "base_url": click.option(
        "--base-url", default="", metavar="URL", help="A bank that speaks the canonical API, without a file."
    ),
    "mutant": click.option(
        "--bank-mutant", "mutant", default="", metavar="NAME", help="The embedded bank with one defect."
    ),
    "phase": click.option(
        "--phase", multiple=True, metavar="N", help="Phase 1 to 4 of the framework; repeatable."
    ),
    "profile": click.option(
        "--profile", multiple=True, metavar="NAME", help="A profile (see: list profiles); repeatable."
    ),
    "check": click.option(
        "--check", multiple=True, metavar="GLOB", help="Only checks or requirements that match; repeatable."
    ),
    "skip": click.option(
        "--skip", multiple=True, metavar="GLOB", help="Not the checks or requirements that match."
    ),
    "tag": click.option(
        "--tag", multiple=True, metavar="GLOB", help="Only requirements with a tag, such as owasp:API8*."
    ),
    "operation": click.option(
        "--operation", multiple=True, metavar="GLOB", help="Only functions that match, such as other.*."
    ),
    "allow": click.option(
        "--allow",
        multiple=True,
        type=click.Choice(["writes", "intrusive"]),
        help="Admit checks that write or intrude; never on production.",
    ),
    "jobs": click.option(
        "--jobs", type=click.IntRange(1, 64), help="Cases at a time [default: the file's limit]."
    ),
    "seed": click.option(
        "--seed", type=int, default=0, show_default=True, help="Seed of everything that is generated."
    ),
    "rate": click.option(
        "--rate", type=click.FloatRange(min=0.01), metavar="N", help="Requests a second at the most."
    ),
    "max_requests": click.option(
        "--max-requests", type=click.IntRange(1), metavar="N", help="Requests in all at the most."
    ),
    "max_time": click.option(
        "--max-time", metavar="DURATION", help="Time in all at the most, such as 10min."
    ),
    "deep": click.option(
        "--deep",
        metavar="DURATION",
        help="Time for requests generated from the API description beyond the usual ones, such as 5min.",
    ),
}


def scope(function: F) -> F:
    """Adds the target and the options that say what is judged, as one argument ``choice``."""
    return _chosen(function, tuple(_SCOPE))


PLACE = (
    "bank_file",
    "base_url",
    "mutant",
    "phase",
    "profile",
    "operation",
    "rate",
    "max_requests",
    "max_time",
)
"""What names a bank, and which of its functions may be asked how fast, where nothing is judged."""


def place(function: F) -> F:
    """``scope`` without the options that bear on cases alone."""
    return _chosen(function, PLACE)


def _chosen(function: F, names: Sequence[str]) -> F:
    import functools

    @functools.wraps(function)
    def wrapped(**given: Any) -> Any:
        return function(choice=Choice(**{name: given.pop(name) for name in names}), **given)

    decorated: Any = wrapped
    for name in reversed(names):
        decorated = _SCOPE[name](decorated)
    result: F = decorated
    return result
