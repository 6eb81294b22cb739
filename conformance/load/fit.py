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
_AT_ONCE = 200
_TELLING = 4
_SIMPLEST = (Kind.CONCURRENCY, Kind.BUCKET, Kind.FIXED, Kind.SLIDING, Kind.COUNTER)


@dataclass(frozen=True, slots=True)
class Fit:
    """A limit and how many of ``of`` telling requests it does not explain; ``also`` explain about as many.

    ``spread`` is the part by which its window may be longer or shorter and explain as much. It is
    ``doubted`` where an experiment made to confirm it came out otherwise, and ``impossible`` where more was
    served at once than it ever lets through.
    """

    limit: Limit
    errors: int
    of: int
    also: tuple[Limit, ...] = ()
    spread: float = 0.0
    doubted: bool = False
    impossible: bool = False
    tolerance: float = 0.0
    """The part of requests that may go unexplained because answers take now more, now less time."""

    @property
    def confidence(self) -> str:
        """``high``, ``medium`` or ``low``: by what is left unexplained, and by what else explains as much."""
        part = self.errors / self.of if self.of else 1.0
        most = 0.03 if self.limit.kind is Kind.COUNTER else 0.05
        if self.also or self.doubted or self.impossible or self.of < 8:
            return "low"
        if part > most + self.tolerance or self.spread > 0.08:
            return "low"
        return "medium" if part > 0.02 or self.spread > 0.03 else "high"


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
    """The limit with the fewest errors of those that could have let through what was served at once.

    Of equal ones the simplest kind. Where none could, the one with the fewest errors all the same.
    """
    arrived, sent = seen_of(hits)
    tight = tightest(hits)
    fits = _kinds(arrived, sent, clues, tight)
    strange = fits[0][0] > 0.2 * len(arrived)
    if strange:
        fits = _kinds(arrived, sent, clues, [])
    errors, _, limit = fits[0]
    flying = next((each for each in fits if each[2].kind is Kind.CONCURRENCY), None)
    if flying and flying[0] <= 0.05 * len(sent) and _same(flying[2], limit, hits):
        errors, _, limit = flying
    near = errors + max(2, errors // 2)
    others = (other for wrong, _, other in fits if wrong <= near and _counting(other) != _counting(limit))
    also = tuple(other for other in others if not _same(limit, other, hits))
    seen = sent if limit.kind is Kind.CONCURRENCY else arrived
    shortest, longest = _alike_in_length(limit, errors, seen)
    spread = (longest - shortest) / (longest + shortest) if longest else 0.0
    tolerance = 0.0 if limit.rate == math.inf else min(0.03, unsteady(hits) * limit.rate / 2)
    return Fit(limit, errors, telling(seen), also, spread, impossible=strange, tolerance=tolerance)


def _kinds(
    arrived: Sequence[Seen], sent: Sequence[Seen], clues: Clues, tight: Sequence[tuple[int, float]]
) -> list[tuple[int, float, Limit]]:
    """The best limit of each kind, with refusals counted and not, that explains about as much as the best
    of all, with its errors."""
    coarse: list[tuple[Kind, list[tuple[int, Limit]]]] = []
    margin = max(6, len(arrived) // 12)
    most = 1 << 30
    for kind in _SIMPLEST:
        seen = sent if kind is Kind.CONCURRENCY else arrived
        possible = [*_possible(_coarse(kind, seen, clues), tight)]
        for counting in (False, True):
            found = _least((each for each in possible if each.counts_refused is counting), seen, _KEPT, most)
            if found:
                coarse.append((kind, found))
                most = min(most, found[0][0] + margin)
    fits: list[tuple[int, float, Limit]] = []
    for order, (kind, found) in enumerate(coarse):
        if found[0][0] <= most:
            errors, limit = _refined(found, sent if kind is Kind.CONCURRENCY else arrived, tight)
            fits.append((errors, order + _oddity(limit, clues), limit))
    return sorted(fits, key=lambda each: each[:2])


def _counting(limit: Limit) -> tuple[Kind, bool]:
    """How a limit counts: another way of counting is another limit."""
    return limit.kind, limit.counts_refused


def tightest(hits: Sequence[Hit]) -> list[tuple[int, float]]:
    """Numbers of requests, and the shortest time from sending to answering in which so many were served."""
    served = sorted((hit.sent, hit.ended) for hit in hits if hit.ok)
    found: list[float] = []
    for first, (sent, _) in enumerate(served):
        last = 0.0
        for count, (_, ended) in enumerate(served[first : first + _AT_ONCE]):
            last = max(last, ended)
            if count == len(found):
                found.append(last - sent)
            else:
                found[count] = min(found[count], last - sent)
    kept = {round(1.1**power) for power in range(60)}
    return [(count, seconds) for count, seconds in enumerate(found, 1) if count < 12 or count in kept]


def impossible(limit: Limit, tight: Sequence[tuple[int, float]]) -> bool:
    """Whether more requests were served within a time than the limit ever lets through in it."""
    return any(count > limit.most(seconds * 1.02 + 0.002) + 1e-6 for count, seconds in tight)


def _possible(limits: Iterable[Limit], tight: Sequence[tuple[int, float]]) -> Iterator[Limit]:
    """Those that are not impossible, whenever their windows begin."""
    known: dict[tuple[Kind, int, float], bool] = {}
    for limit in limits:
        key = limit.kind, limit.quota, limit.window
        if key not in known:
            known[key] = not impossible(limit, tight)
        if known[key]:
            yield limit


def telling(seen: Sequence[Seen]) -> int:
    """How many of the requests say something of the limit: a long row of refusals says little."""
    sure = [each for each in seen if each.sure]
    return min(len(sure), _TELLING * sum(each.ok for each in sure))


def _same(one: Limit, other: Limit, hits: Sequence[Hit]) -> bool:
    """Whether nobody could tell them apart: one request at a time, or a window as long as the bank takes."""
    if one.kind is Kind.CONCURRENCY:
        took = statistics.median([hit.seconds for hit in hits if hit.ok] or [0.0])
        took -= min(hit.seconds for hit in hits)
        return other.window > 0 and abs(took / other.window - 1) < 0.15
    return (
        one.quota == other.quota == 1 and abs(one.window / other.window - 1) < 0.05 if other.window else False
    )


def seen_of(hits: Sequence[Hit]) -> tuple[list[Seen], list[Seen]]:
    """The hits as a limiter met them, in order: for one that counts arrivals, and for one of those in flight.

    On the way there and back a request was as long as the fastest one took. By what more an answer took than
    the fastest of its kind it may have been late on either way: it arrived in the middle, give or take that.
    A failure of another kind than the usual refusal was let through; of what was never answered nobody knows.
    """
    usual = usual_refusal(hits)
    hits = [hit for hit in hits if hit.status or hit.status == usual]
    road = min(hit.seconds for hit in hits)
    judged = [(hit, hit.ok or hit.status != usual) for hit in hits]
    least = {ok: min(hit.seconds for hit, its in judged if its is ok) for ok in {ok for _, ok in judged}}
    arrived, flying = [], []
    for hit, ok in judged:
        late = hit.seconds - least[ok]
        sure, middle = late < UNSURE, min(late, 2 * road) / 2
        at, slack = hit.sent + road / 2 + middle, late - middle if sure else 0.0
        arrived.append(Seen(at, hit.ended, ok, sure, slack))
        flying.append(Seen(at, hit.ended - road / 2 - middle, ok, sure, slack))
    return sorted(arrived, key=lambda each: each.at), sorted(flying, key=lambda each: each.at)


def unsteady(hits: Sequence[Hit]) -> float:
    """Seconds by which the time of half of the answers differs from the usual one."""
    usual = statistics.median(hit.seconds for hit in hits)
    return statistics.median(abs(hit.seconds - usual) for hit in hits)


def _oddity(limit: Limit, clues: Clues) -> float:
    """What makes a limit less likely than another that explains as much."""
    far = bool(clues.near) and limit.kind is not Kind.BUCKET and abs(limit.window / clues.near - 1) > 0.06
    return 10.0 * far + 5.0 * (limit.phase is not None) + 2.0 * limit.counts_refused


def _refined(
    found: list[tuple[int, Limit]], seen: Sequence[Seen], tight: Sequence[tuple[int, float]]
) -> tuple[int, Limit]:
    """The best of a kind, from finer grids around its best few."""
    if found[0][1].kind is Kind.CONCURRENCY:
        return found[0]
    for step in (0.02, 0.005):
        around = _possible((near for _, limit in found for near in _around(limit, step)), tight)
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
        # In a steady stream two counters are like a bucket.
        for rate in clues.rates[-1:]:
            for quota in quotas:
                for step in range(-4, 5):
                    window = quota / rate * (1 + step * 0.012)
                    yield Limit(kind, quota, window)
                    yield from (Limit(kind, quota, window, phase) for phase in _begins(begin, window))
    for counting in (False, True) if kind is not Kind.FIXED else (False,):
        # Where refused requests count, those that asked kept the window full beyond its end.
        lowest = min(low, (clues.longest - clues.shortest) * 0.5) if counting else low
        if kind is Kind.COUNTER:
            # What is left of the last window decides, so that a window a little wrong explains little.
            for window in _geometric(lowest, high, 1.012):
                yield from (Limit(kind, quota, window, None, counting) for quota in quotas)
        for window in _geometric(lowest, high, 1.04):
            for quota in quotas:
                yield Limit(kind, quota, window, None, counting)
                if kind is not Kind.SLIDING:
                    phases = _begins(begin, window)
                    yield from (Limit(kind, quota, window, phase, counting) for phase in phases)


def _begins(first: float, window: float) -> Iterator[float]:
    """When windows of the clock may begin."""
    return (first - window + window * part / _PHASES for part in range(_PHASES))


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
