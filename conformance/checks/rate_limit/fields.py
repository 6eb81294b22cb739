"""The fields by which answers tell of a limit: readable, counting, true, and the same everywhere."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from conformance.checks.rate_limit.declared import Told, malformed, names, told, unnamed
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.load.limiter import Limit
from conformance.load.load import Load
from conformance.load.search import Measured
from conformance.load.shot import Hit, Shot
from conformance.model import Finding, Request
from conformance.registry import Findings, check

_FEWEST = 4
"""Requests in a row from which on remaining ones must be fewer."""


def _speaking(load: Load) -> Measured:
    found = load.measured()
    if not any(names(hit) for hit in found.hits):
        raise NotApplicable("no answer carries a field about rate limits, and none has to")
    return found


@check(intrusive=True, requests=0)
def fields_readable(load: Load) -> Findings:
    """Writes RateLimit fields as structured fields, and X-RateLimit fields as numbers."""
    said = set()
    for hit in _speaking(load).hits:
        for name, value, fault in malformed(hit):
            if name not in said:
                said.add(name)
                yield Finding(
                    expected=f"a readable {name}",
                    actual=f"{shown(value)}: {fault}",
                    at=f"header {name}",
                    exchange=hit.exchange,
                )


@check(intrusive=True, requests=10)
def remaining_counts_down(load: Load) -> Findings:
    """Tells of fewer remaining requests as they are used, and of none with a refusal."""
    found = _speaking(load)
    if found.run < _FEWEST:
        raise NotApplicable(f"the limit is reached in fewer than {_FEWEST} requests")
    served = [hit for hit in found.volleys[0].hits[: found.run] if hit.ok]
    row = _one_by_one(served)
    if len(row) < _FEWEST:
        row = _calmly(load, found)
    for form in dict.fromkeys(each.form for hit in row for each in told(hit)):
        counts = [(hit, left) for hit in row if (left := _left(hit, form)) is not None]
        rises = [pair for pair in itertools.pairwise(counts) if pair[1][1] > pair[0][1]]
        if len(counts) < _FEWEST:
            continue
        first, last = counts[0][1], counts[-1][1]
        if last >= first or len(rises) > max(1, len(counts) // 4):
            yield Finding(
                expected=f"fewer than the {first} of the first answer after {len(counts)} requests",
                actual=", ".join(str(left) for _, left in counts[:12]),
                at=f"{form}, remaining",
                exchange=counts[-1][0].exchange,
            )
            return
    for hit in found.refused:
        for each in told(hit):
            if each.remaining and not _another(served, each):
                yield Finding(
                    expected="0 remaining with a refusal",
                    actual=f"{each.remaining}",
                    at=f"{each.form}, remaining",
                    exchange=hit.exchange,
                )
                return


def _one_by_one(hits: Sequence[Hit]) -> list[Hit]:
    """Those of the hits of which each was sent when the one before had been answered.

    Of others nobody knows in which order the bank counted them, or told of it.
    """
    row: list[Hit] = []
    for hit in sorted(hits, key=lambda each: each.sent):
        if not row or row[-1].ended <= hit.sent:
            row.append(hit)
    return row


def _calmly(load: Load, found: Measured) -> list[Hit]:
    """A few requests, each when the one before was answered, where the limit lets go more slowly."""
    with load.alone():
        load.refresh(found, whole=True)
        row = [load.fire([Shot(0.0, load.request())])[0] for _ in range(min(found.run, _FEWEST + 1))]
        load.leave(found)
    rate = found.limit.rate if found.limit else 0.0
    if not all(hit.ok for hit in row) or (row[-1].sent - row[0].sent) * rate > len(row) / 2:
        raise NotApplicable("answers overlap, so that nobody can tell in which order they were counted")
    return row


def _left(hit: Hit, form: str) -> int | None:
    return next((each.remaining for each in told(hit) if each.form == form), None)


def _another(served: Sequence[Hit], refusal: Told) -> bool:
    """Whether what a refusal tells is true of another limit, which counts the same and has more left."""
    lefts = [left for hit in served if (left := _left(hit, refusal.form)) is not None]
    left = refusal.remaining
    if left is None or len(lefts) < 2 or any(left > quota for quota, _ in refusal.quotas):
        return False
    return max(lefts) - min(lefts) >= (len(served) - 1) * 0.5 and min(lefts) >= left > 0


@check(intrusive=True, requests=0)
def forms_agree(load: Load) -> Findings:
    """Tells the same quota in every form in which it tells one, and of policies that it has."""
    for hit in _speaking(load).hits:
        if lost := unnamed(hit):
            yield Finding(
                expected="only policies that RateLimit-Policy names",
                actual=f"{shown(lost[0])}",
                at="header RateLimit",
                exchange=hit.exchange,
            )
            return
        forms = [each for each in told(hit) if each.quotas]
        for one, other in itertools.pairwise(forms):
            quotas = {quota for quota, _ in one.quotas}
            if not quotas & {quota for quota, _ in other.quotas}:
                yield Finding(
                    expected=f"the quota of {one.form}: {', '.join(map(str, sorted(quotas)))}",
                    actual=f"{other.form} says {other.quotas[0][0]}",
                    at=f"header {other.form}",
                    exchange=hit.exchange,
                )
                return


@check(intrusive=True, requests=0)
def quota_true(load: Load) -> Findings:
    """Tells the quota that requests meet."""
    found = _speaking(load)
    limit = found.limit
    if limit is None or found.fit is None or found.fit.confidence == "low":
        raise NotApplicable("the limit was not measured closely enough to be compared")
    served = [hit for hit in found.volleys[0].hits[: found.run] if hit.ok]
    if any(_another(served, each) for hit in found.refused for each in told(hit)):
        raise NotApplicable("the fields tell of another limit than the one that was met")
    for hit in found.hits:
        quotas = [each for form in told(hit) for each in form.quotas]
        if not quotas:
            continue
        if not any(_near(quota, window, found.run, limit) for quota, window in quotas):
            said = ", ".join(f"{q} in {w} s" if w else str(q) for q, w in quotas)
            yield Finding(
                expected=f"the limit that was met: {limit}",
                actual=said,
                at="quota told",
                exchange=hit.exchange,
            )
        return


def _near(quota: int, window: int | None, run: int, limit: Limit) -> bool:
    """Whether a quota agrees with what was served at once, or in its window; a fifth or two either way."""

    def agrees(*numbers: float) -> bool:
        return any(abs(quota - each) <= max(2.0, 0.2 * each) for each in numbers)

    if not window or not limit.window:
        return agrees(limit.quota, run)
    long = limit.rate * window
    alike = abs(window - limit.window) <= max(1.0, 0.35 * limit.window)
    return agrees(long, limit.quota + long) or (alike and agrees(limit.quota, run))


@check(intrusive=True, requests=60)
def fields_everywhere(load: Load) -> Findings:
    """Carries the same fields about limits on the answers of every function."""
    found = load.measured()
    reads = [operation for operation in load.operations.values() if operation.reads]
    if len(reads) < 2 or not found.run:
        raise NotApplicable("there are no two functions that are limited")
    if not found.recovered and not any(names(hit) for hit in found.hits):
        raise NotApplicable("no answer carries a field about rate limits, and none has to")
    pace = min(load.caps.rate, load.target.limits.requests_per_second)
    if found.limit is not None and found.limit.window:
        pace = min(pace, found.limit.rate * 0.8)
    with load.alone():
        load.refresh(found)
        shots = [Shot(index / pace, load.request(operation)) for index, operation in enumerate(reads[:20])]
        answers = load.fire(shots)
        load.leave(found)
    served = [hit for hit in (*found.hits, *answers) if hit.ok]
    usual = next((frozenset(names(hit)) for hit in served if names(hit)), None)
    if usual is None:
        raise NotApplicable("no answer that serves carries a field about rate limits, and none has to")
    without = [
        (operation.id, hit)
        for operation, hit in zip(reads, answers, strict=False)
        if hit.ok and not usual & frozenset(names(hit))
    ]
    if without and _limited(load, found, without[0][1].shot.request):
        yield Finding(
            expected=f"{', '.join(sorted(usual))} on the answers of every function",
            actual=f"none on {len(without)} of {len(answers)}: {', '.join(name for name, _ in without[:6])}",
            at="fields about limits",
            exchange=without[0][1].exchange,
        )


def _limited(load: Load, found: Measured, request: Request) -> bool:
    """Whether a function is limited too; what is not has nothing to tell."""
    with load.alone():
        count = min(load.caps.requests, load.needed(found))
        hits = load.burst([request] * count, until=lambda hit: hit.status == found.usual).hits
        load.leave(found)
    return any(hit.status == found.usual for hit in hits)
