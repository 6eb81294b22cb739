"""Which limit explains what was seen: every kind is simulated on the very times of the requests."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.load.limiter import Kind, Limit, Seen
from conformance.load.shot import Hit
from conformance.load.volley import usual_refusal

UNSURE = 0.03
"""Seconds above the fastest answer of its kind from which on nobody can tell when a request arrived."""
_PHASES = 8
_KEPT = 5
_SIMPLEST = (Kind.CONCURRENCY, Kind.BUCKET, Kind.FIXED, Kind.SLIDING, Kind.COUNTER)


@dataclass(frozen=True, slots=True)
class Fit:
    """A limit and how many of ``of`` requests it does not explain; ``also`` explain nearly as many.

    ``spread`` is the part by which its window may be longer or shorter and explain as much. It is
    ``doubted`` where an experiment made to confirm it came out otherwise.
    """

    limit: Limit
    errors: int
    of: int
    also: tuple[Limit, ...] = ()
    spread: float = 0.0
    doubted: bool = False
    tolerance: float = 0.0
    """The part of requests that may go unexplained because answers take now more, now less time."""

    @property
    def confidence(self) -> str:
        """``high``, ``medium`` or ``low``: by what is left unexplained, and by what else explains as much."""
        part = self.errors / self.of if self.of else 1.0
        most = 0.03 if self.limit.kind is Kind.COUNTER else 0.05
        if part > most + self.tolerance or self.of < 8 or self.spread > 0.08 or self.doubted:
            return "low"
        return "medium" if self.also or part > 0.02 or self.spread > 0.03 else "high"


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
    arrived, sent = seen_of(hits)
    coarse: list[tuple[Kind, list[tuple[int, Limit]]]] = []
    margin = max(6, len(hits) // 12)
    most = 1 << 30
    for kind in _SIMPLEST:
        seen = sent if kind is Kind.CONCURRENCY else arrived
        found = _least(_coarse(kind, seen, clues), seen, _KEPT, most)
        if found:
            coarse.append((kind, found))
            most = min(most, found[0][0] + margin)
    fits: list[tuple[int, float, Limit]] = []
    for order, (kind, found) in enumerate(coarse):
        if found[0][0] <= most:
            errors, limit = _refined(found, sent if kind is Kind.CONCURRENCY else arrived)
            fits.append((errors, order + _oddity(limit, clues), limit))
    fits.sort(key=lambda each: each[:2])
    errors, _, limit = fits[0]
    also = tuple(other for wrong, _, other in fits[1:] if wrong <= errors + 1)
    seen = sent if limit.kind is Kind.CONCURRENCY else arrived
    shortest, longest = _alike_in_length(limit, errors, seen)
    spread = (longest - shortest) / (longest + shortest) if longest else 0.0
    tolerance = 0.0 if limit.rate == math.inf else min(0.03, unsteady(hits) * limit.rate / 2)
    return Fit(limit, errors, sum(each.sure for each in seen), also, spread, tolerance=tolerance)


def seen_of(hits: Sequence[Hit]) -> tuple[list[Seen], list[Seen]]:
    """The hits as a limiter met them, in order: by about when they arrived, and by when they were sent.

    On the way a request was half as long as the fastest ones took; what more they took, the bank needed.
    A failure of another kind than the usual refusal was let through.
    """
    road = min(hit.seconds for hit in hits)
    usual = usual_refusal(hits)
    judged = [(hit, hit.ok or hit.status != usual) for hit in hits]
    least = {ok: min(hit.seconds for hit, its in judged if its is ok) for ok in {ok for _, ok in judged}}
    arrived, sent = [], []
    for hit, ok in judged:
        sure = hit.seconds - least[ok] < UNSURE
        arrived.append(Seen(hit.sent + min(hit.seconds, 3 * road) / 2, hit.ended, ok, sure))
        sent.append(Seen(hit.sent, hit.ended, ok, sure))
    return sorted(arrived, key=lambda each: each.at), sorted(sent, key=lambda each: each.at)


def unsteady(hits: Sequence[Hit]) -> float:
    """Seconds by which the time of half of the answers differs from the usual one."""
    usual = statistics.median(hit.seconds for hit in hits)
    return statistics.median(abs(hit.seconds - usual) for hit in hits)


def _oddity(limit: Limit, clues: Clues) -> float:
    """What makes a limit less likely than another that explains as much."""
    far = bool(clues.near) and limit.kind is not Kind.BUCKET and abs(limit.window / clues.near - 1) > 0.06
    return 10.0 * far + 5.0 * (limit.phase is not None) + 2.0 * limit.counts_refused


def _refined(found: list[tuple[int, Limit]], seen: Sequence[Seen]) -> tuple[int, Limit]:
    """The best of a kind, from finer grids around its best few."""
    if found[0][1].kind is Kind.CONCURRENCY:
        return found[0]
    for step in (0.02, 0.005):
        around = (near for _, limit in found for near in _around(limit, step))
        found = _least(around, seen, 2, found[0][0]) or found
    return _centred(found[0], seen)


def _least(
    candidates: Iterable[Limit], seen: Sequence[Seen], keep: int, most: int
) -> list[tuple[int, Limit]]:
    """The candidates with the fewest errors, of different windows; none with more than ``most``."""
    found: list[tuple[int, Limit]] = []
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
            most = min(most, found[-1][0])
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
    shortest, longest = _alike_in_length(limit, errors, seen)
    middle = replace(limit, window=(shortest + longest) / 2)
    return (errors, middle) if middle.errors(seen, errors) <= errors else found


def _alike_in_length(limit: Limit, errors: int, seen: Sequence[Seen]) -> tuple[float, float]:
    """The shortest and the longest window, from 15 % less to 15 % more, that explain as much."""
    windows = [limit.window * (1 + step * 0.0025) for step in range(-60, 61)] if limit.window else []
    good = [window for window in windows if replace(limit, window=window).errors(seen, errors) <= errors]
    return (min(good), max(good)) if good else (limit.window, limit.window)


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
    if kind is Kind.COUNTER:
        # What is left of the last window decides, so that a window a little wrong explains little.
        for window in _geometric(low, high, 1.012):
            for quota in quotas:
                yield Limit(kind, quota, window, None, True)
                yield Limit(kind, quota, window, None, False)
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
