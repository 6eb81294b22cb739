"""Geometry of the two charts: numbers in, coordinates out, in the units of an SVG view box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.report.content.facts import RateCurve, RatePoint
from conformance.report.content.timing import FunctionTiming

WIDTH = 760.0
BAR = 26.0
LABEL = 250.0
CURVE_HEIGHT = 220.0
_CHARACTERS = 34


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A function's line: median and 95th percentile as x coordinates on one row."""

    y: float
    label: str
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class TimingChart:
    height: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One series as the points of a polyline; ``end`` is where its name is written."""

    name: str
    points: str
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CurveChart:
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def steps(top: float, wanted: int = 5) -> tuple[float, ...]:
    """Round numbers from 0 to at least ``top``, about as many as wanted."""
    if top < 1e-6:
        return (0.0, 1.0)
    size = 10.0 ** (len(f"{top / wanted:.0f}") - 1) if top / wanted >= 1 else 1.0
    while size > top / wanted:
        size /= 10
    step = next(size * factor for factor in (1, 2, 5, 10, 20) if size * factor * wanted >= top)
    found = [0.0]
    while found[-1] < top:
        found.append(len(found) * step)
    return tuple(found)


def timing_chart(timings: Sequence[FunctionTiming]) -> TimingChart:
    """A row for each function, in milliseconds from the left."""
    marks = steps(max((line.p95 for line in timings), default=0.0) * 1000)
    scale = (WIDTH - LABEL - 40) / marks[-1]

    def x(seconds: float) -> float:
        return round(LABEL + seconds * 1000 * scale, 1)

    bars = tuple(
        Bar(28 + index * BAR, _short(line.title), x(line.p50), x(line.p95))
        for index, line in enumerate(timings)
    )
    ticks = tuple(Tick(x(mark / 1000), f"{mark:g} ms") for mark in marks)
    return TimingChart(28 + len(bars) * BAR + 8, bars, ticks)


def curve_chart(curve: RateCurve) -> CurveChart:
    """Requests asked, achieved and refused a second over time."""
    first, last = curve.points[0].at, curve.points[-1].at
    ups = steps(max(max(point.asked, point.achieved, point.refused) for point in curve.points))
    length = max(last - first, 1e-6)
    times = [at for at in steps(length) if at <= length]
    left, right, top, bottom = 48.0, WIDTH - 110, 12.0, CURVE_HEIGHT - 34

    def x(at: float) -> float:
        return round(left + (at - first) * (right - left) / length, 1)

    def y(rate: float) -> float:
        return round(bottom - rate * (bottom - top) / ups[-1], 1)

    def line(name: str, rate: Callable[[RatePoint], float]) -> Line:
        places = [(x(point.at), y(rate(point))) for point in curve.points]
        return Line(name, " ".join(f"{a},{b}" for a, b in places), places[-1])

    lines = _apart(
        (
            line("asked", lambda point: point.asked),
            line("achieved", lambda point: point.achieved),
            line("refused", lambda point: point.refused),
        )
    )
    return CurveChart(
        lines,
        tuple(Tick(x(first + at), f"{at:g} s") for at in times),
        tuple(Tick(y(rate), f"{rate:g}") for rate in ups),
    )


def _apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with their names at least a line of text apart."""
    lowest = CURVE_HEIGHT
    placed = {}
    for line in sorted(lines, key=lambda line: -line.end[1]):
        y = min(line.end[1], lowest - 15)
        placed[line.name] = Line(line.name, line.points, (line.end[0], y))
        lowest = y
    return tuple(placed[line.name] for line in lines)


def _short(label: str) -> str:
    return label if len(label) <= _CHARACTERS else f"{label[: _CHARACTERS - 1]}…"
