"""From what the user typed to a target and a scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.address import safe_base
from conformance.cli.options import Choice
from conformance.conduct import Scope
from conformance.duration import duration
from conformance.errors import ConfigurationError
from conformance.plan import Selection
from conformance.results import Subject
from conformance.target import Target, load_target, target_from_url


def scoped(choice: Choice) -> Scope:
    """The scope that the options describe."""
    selection = Selection(choice.check, choice.skip, choice.tag, choice.operation)
    return Scope(choice.profile, choice.phase, selection, choice.seed, _seconds(choice.deep))


def _seconds(text: str | None) -> float:
    try:
        return duration(text).total_seconds() if text else 0.0
    except ValueError as error:
        raise ConfigurationError(f"--deep: {error}") from None


@contextmanager
def opened(choice: Choice, *, resolve: bool = True) -> Iterator[Target]:
    """The target, with the embedded bank running for as long as it is needed.

    Without ``resolve`` no secret is read and no bank is started.
    """
    if choice.bank_file is not None:
        yield _limited(load_target(choice.bank_file, resolve=resolve), choice)
    elif choice.base_url:
        yield _limited(target_from_url(choice.base_url), choice)
    elif _public(choice):
        from conformance import embedded_hkma
        from conformance.embedded import mutant_named

        mutant = mutant_named(choice.mutant) if choice.mutant else None
        with embedded_hkma.embedded(mutant, serving=resolve) as target:
            yield _limited(target, choice)
    else:
        from conformance.embedded import embedded

        with embedded(choice.mutant, serving=resolve) as target:
            yield _limited(target, choice)


def _public(choice: Choice) -> bool:
    """Whether the stand-in for HKMA's own API is meant, by its profile or by one of its mutants."""
    from conformance import embedded_hkma

    if embedded_hkma.PROFILE in choice.profile:
        if len(choice.profile) > 1 or choice.phase:
            raise ConfigurationError(
                f"--profile {embedded_hkma.PROFILE} is of an API that no bank has; judge it alone"
            )
        return True
    if not choice.mutant:
        return False
    from conformance.embedded import mutant_named

    return mutant_named(choice.mutant).scope == embedded_hkma.SCOPE


def _limited(target: Target, choice: Choice) -> Target:
    """The target with the limits and permissions of the command line in place of the file's."""
    return target.limited(
        rate=choice.rate,
        jobs=choice.jobs,
        max_requests=choice.max_requests,
        max_time=choice.max_time,
        allow=choice.allow,
    )


@contextmanager
def found_again(
    subject: Subject,
    beside: Path,
    bank_file: Path | None,
    base_url: str,
    mutant: str,
    allow: tuple[str, ...],
) -> Iterator[Target]:
    """The target of an earlier run: its file where it can be found, an address, or the embedded bank."""
    path = bank_file
    if path is None and subject.file and not mutant:
        folders = (Path(), *beside.resolve().parents)
        path = next((folder / subject.file for folder in folders if (folder / subject.file).is_file()), None)
        if path is None and not base_url:
            raise ConfigurationError(
                f"{subject.file} is neither here nor above {beside}: name it with --bank"
            )
    choice = Choice(path, "" if path else base_url, mutant, allow=allow, jobs=1)
    with opened(choice) as target:
        yield _moved(target, base_url) if path and base_url else target


def _moved(target: Target, base_url: str) -> Target:
    """The same bank at another address."""
    try:
        return target.model_copy(update={"base_url": safe_base(base_url)})
    except ValueError as error:
        raise ConfigurationError(f"--base-url: {error}") from None
