"""How fast each function answered, over every exchange of the run that got an answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.results import Run


@dataclass(frozen=True, slots=True)
class FunctionTiming:
    """Seconds to the last byte: median, 95th percentile and longest of ``count`` answers; the rest failed."""

    function: str
    title: str
    count: int
    unanswered: int
    p50: float
    p95: float
    longest: float


def timings(run: Run, title: Callable[[str], str]) -> tuple[FunctionTiming, ...]:
    """One line for each function that answered at least once, slowest 95th percentile first."""
    functions = {result.case.id: result.case.function for result in run.results}
    seconds: dict[str, list[float]] = {}
    unanswered: dict[str, int] = {}
    for timing in run.timings:
        function = functions.get(timing.case, "")
        if timing.status:
            seconds.setdefault(function, []).append(timing.seconds)
        else:
            unanswered[function] = unanswered.get(function, 0) + 1
    lines = []
    for function, values in seconds.items():
        values.sort()
        lines.append(
            FunctionTiming(
                function,
                title(function) or "Other requests",
                len(values),
                unanswered.get(function, 0),
                percentile(values, 0.5),
                percentile(values, 0.95),
                values[-1],
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.p95, line.function)))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of values in ascending order."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
