"""Which limit explains what was seen: every kind is simulated on the very times of the requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.load.limiter import Kind, Limit, Seen
from conformance.load.shot import Hit

_PHASES = 8
_KEPT = 5
_SIMPLEST = (Kind.CONCURRENCY, Kind.BUCKET, Kind.FIXED, Kind.SLIDING, Kind.COUNTER)


@dataclass(frozen=True, slots=True)
class Fit:
    """A limit and how many of ``of`` requests it does not explain; ``also`` explain nearly as many."""

    limit: Limit
    errors: int
    of: int
    also: tuple[Limit, ...] = ()

    @property
    def confidence(self) -> str:
        """``high``, ``medium`` or ``low``: by what is left unexplained, and by what else explains as much."""
        part = self.errors / self.of if self.of else 1.0
        if part > 0.08 or self.of < 8:
            return "low"
        return "medium" if self.also or part > 0.03 else "high"


@dataclass(frozen=True, slots=True)
class Clues:
    """What bounds the search: requests served in a row, and the seconds in which a limit let go again.

    ``rates`` are requests a second that a stream showed, ``fastest`` the highest that were asked; ``near`` is
    a window that was measured closely.
    """

    runs: tuple[int, ...]
    shortest: float
    longest: float
    rates: tuple[float, ...] = ()
    near: float = 0.0
    fastest: float = 100.0


def best(hits: Sequence[Hit], clues: Clues) -> Fit:
    """The limit with the fewest errors; of equal ones the simplest kind."""
    arrived = sorted((Seen(h.arrived, h.ended, h.ok) for h in hits), key=lambda s: s.at)
    sent = sorted((Seen(h.sent, h.ended, h.ok) for h in hits), key=lambda s: s.at)
    found: list[tuple[int, float, Limit]] = []
    for order, kind in enumerate(_SIMPLEST):
        seen = sent if kind is Kind.CONCURRENCY else arrived
        best_of_kind = _search(kind, seen, clues)
        if best_of_kind is not None:
            found.append((best_of_kind[0], order + _oddity(best_of_kind[1], clues), best_of_kind[1]))
    found.sort(key=lambda each: each[:2])
    errors, _, limit = found[0]
    also = tuple(other for wrong, _, other in found[1:] if wrong <= errors + 1)
    return Fit(limit, errors, len(hits), also)


def _oddity(limit: Limit, clues: Clues) -> float:
    """What makes a limit less likely than another that explains as much."""
    far = bool(clues.near) and limit.kind is not Kind.BUCKET and abs(limit.window / clues.near - 1) > 0.06
    return 10.0 * far + 5.0 * (limit.phase is not None) + 2.0 * limit.counts_refused


def _search(kind: Kind, seen: Sequence[Seen], clues: Clues) -> tuple[int, Limit] | None:
    """The best of a kind: a coarse grid first, then finer ones around the best few."""
    found = _least(_coarse(kind, seen, clues), seen, _KEPT)
    if not found:
        return None
    if kind is Kind.CONCURRENCY:
        return found[0]
    for step in (0.02, 0.005):
        around = (near for _, limit in found for near in _around(limit, step))
        found = _least(around, seen, 2) or found
    return _centred(found[0], seen)


def _least(candidates: Iterable[Limit], seen: Sequence[Seen], keep: int) -> list[tuple[int, Limit]]:
    """The candidates with the fewest errors, of different windows."""
    found: list[tuple[int, Limit]] = []
    most = 1 << 30
    for limit in candidates:
        errors = limit.errors(seen, most)
        if errors > most:
            continue
        alike = next((i for i, (_, other) in enumerate(found) if _alike(limit, other)), None)
        if alike is None:
            found.append((errors, limit))
        elif errors < found[alike][0]:
            found[alike] = errors, limit
        else:
            continue
        found.sort(key=lambda each: each[0])
        del found[keep:]
        if len(found) == keep:
            most = found[-1][0]
    return found


def _alike(one: Limit, other: Limit) -> bool:
    return (
        abs(one.window - other.window) < 0.03 * one.window
        and (one.phase is None) is (other.phase is None)
        and one.counts_refused is other.counts_refused
    )


def _centred(found: tuple[int, Limit], seen: Sequence[Seen]) -> tuple[int, Limit]:
    """The middle of all windows that explain as much: the least wrong guess."""
    errors, limit = found
    good = [
        window
        for step in range(-60, 61)
        if replace(limit, window=(window := limit.window * (1 + step * 0.0025))).errors(seen, errors)
        <= errors
    ]
    middle = replace(limit, window=(min(good) + max(good)) / 2) if good else limit
    return (errors, middle) if middle.errors(seen, errors) <= errors else found


def _coarse(kind: Kind, seen: Sequence[Seen], clues: Clues) -> Iterator[Limit]:
    quotas = sorted({max(1, run + more) for run in clues.runs for more in (-1, 0, 1)})
    if kind is Kind.CONCURRENCY:
        yield from (Limit(kind, quota) for quota in quotas)
        return
    if kind is Kind.BUCKET:
        # The first burst took the bucket's tokens and those that came meanwhile; a token came back between
        # the shortest and the longest time.
        sizes = sorted({max(1, round(run * part)) for run in clues.runs for part in _parts(12)} | set(quotas))
        rates = [rate * part for rate in clues.rates for part in (0.96, 0.98, 1.0, 1.02, 1.04)] or [
            *_geometric(0.5 / clues.longest, clues.fastest, 1.06)
        ]
        yield from (Limit(kind, size, size / rate) for rate in rates for size in sizes)
        return
    begin = seen[0].at
    low, high = clues.shortest * 0.8, clues.longest * 2.1
    if clues.near and kind is not Kind.COUNTER:
        low, high = clues.near * 0.8, clues.near * 2.1
    for window in _geometric(low, high, 1.04):
        for quota in quotas:
            for counting in (False, True) if kind is not Kind.FIXED else (False,):
                yield Limit(kind, quota, window, None, counting)
                if kind is not Kind.SLIDING:
                    for part in range(_PHASES):
                        phase = begin - window + window * part / _PHASES
                        yield Limit(kind, quota, window, phase, counting)


def _parts(count: int) -> Iterator[float]:
    return (1 - part / count for part in range(count))


def _around(limit: Limit, step: float) -> Iterator[Limit]:
    for quota in {max(1, limit.quota + more) for more in (-1, 0, 1)}:
        for turn in range(-8, 9):
            window = limit.window * (1 + turn * step)
            if limit.kind is Kind.BUCKET:
                window *= quota / limit.quota
            phases = (None,) if limit.phase is None else _shifts(limit.phase, window, step)
            yield from (replace(limit, quota=quota, window=window, phase=phase) for phase in phases)


def _shifts(phase: float, window: float, step: float) -> Iterator[float]:
    return (phase + window * step * turn for turn in range(-6, 7))


def _geometric(low: float, high: float, factor: float) -> Iterator[float]:
    value = max(low, 1e-4)
    while value <= high * factor:
        yield value
        value *= factor
