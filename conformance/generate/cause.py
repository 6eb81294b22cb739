"""Causes: many trials that show one defect become one finding, confirmed by sending it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from conformance.answer import Answer
from conformance.generate.survey import Survey, Trial
from conformance.model import Finding

TRIES = 3
"""Trials of one cause that are sent again until one can be confirmed with its control."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A trial that shows a defect. ``key`` is the defect, ``holds`` whether another answer shows it too."""

    key: tuple[str, ...]
    trial: Trial
    finding: Finding
    holds: Callable[[Answer], bool]


@dataclass
class Cause:
    """One defect and all that shows it."""

    signs: list[Sign] = field(default_factory=list)


def findings(survey: Survey, signs: Iterable[Sign]) -> Iterator[Finding]:
    """One finding for each cause, with the number of trials and the operations that show it.

    What cannot be confirmed because the accepted call is no longer accepted is left out.
    """
    causes: dict[tuple[str, ...], Cause] = {}
    for sign in signs:
        causes.setdefault(sign.key, Cause()).signs.append(sign)
    for cause in causes.values():
        for sign in cause.signs[:TRIES]:
            found = survey.confirmed(sign.trial, sign.finding, sign.holds)
            if found is not None:
                shown = dict.fromkeys(one.trial.scoped.name for one in (sign, *cause.signs))
                yield replace(found, actual=f"{found.actual}{_others(cause, sign)}", operations=tuple(shown))
                break


def _others(cause: Cause, shown: Sign) -> str:
    """How many more trials show a cause, and in which operations."""
    more = [sign for sign in cause.signs if sign is not shown]
    if not more:
        return ""
    names = [
        name for name in dict.fromkeys(s.trial.scoped.name for s in more) if name != shown.trial.scoped.name
    ]
    others = f", also {', '.join(names[:4])}{', …' if len(names) > 4 else ''}" if names else ""
    return f" (and {len(more)} more{others})"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place where a law does not hold, and what came instead."""

    place: str
    actual: str
    at: str
    exchange: int | None = None


def told(expected: str, seen: list[Sighting]) -> Iterator[Finding]:
    """One finding for a law that does not hold at one place or at many; none where it holds."""
    if not seen:
        return
    first = seen[0]
    others = [name for name in dict.fromkeys(one.place for one in seen) if name != first.place]
    more = f" (also {', '.join(others[:4])}{', …' if len(others) > 4 else ''})" if others else ""
    actual = f"{first.actual} at {first.place}{more}"
    yield Finding(expected, actual, first.at, first.exchange, operations=(first.place, *others))
