"""The fields by which answers tell of a limit: readable, counting, true, and the same everywhere."""

from __future__ import annotations

import itertools

from conformance.checks.rate_limit.declared import malformed, names, told
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.load.load import Load
from conformance.load.search import Measured
from conformance.load.shot import Shot
from conformance.model import Finding
from conformance.registry import Findings, check


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


@check(intrusive=True, requests=0)
def remaining_counts_down(load: Load) -> Findings:
    """Tells of fewer remaining requests as they are used, and of none with a refusal."""
    found = _speaking(load)
    burst = found.volleys[0].hits[: max(found.run, 1)]
    if len(burst) < 4:
        raise NotApplicable("the limit is reached in fewer than four requests")
    first, last = told(burst[0]), told(burst[-1])
    for early, late in zip(first, last, strict=False):
        if early.form != late.form or early.remaining is None or late.remaining is None:
            continue
        if late.remaining >= early.remaining:
            yield Finding(
                expected=f"fewer than the {early.remaining} of the first answer after {len(burst)} requests",
                actual=f"{late.remaining}",
                at=f"{early.form}, remaining",
                exchange=burst[-1].exchange,
            )
            return
    for hit in found.refused:
        for each in told(hit):
            if each.remaining:
                yield Finding(
                    expected="0 remaining with a refusal",
                    actual=f"{each.remaining}",
                    at=f"{each.form}, remaining",
                    exchange=hit.exchange,
                )
                return


@check(intrusive=True, requests=0)
def forms_agree(load: Load) -> Findings:
    """Tells the same quota in every form in which it tells one."""
    for hit in _speaking(load).hits:
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
    for hit in found.hits:
        quotas = [each for form in told(hit) for each in form.quotas]
        if not quotas:
            continue
        if not any(_near(quota, window, found.run, limit.quota, limit.rate) for quota, window in quotas):
            said = ", ".join(f"{q} in {w} s" if w else str(q) for q, w in quotas)
            yield Finding(
                expected=f"the limit that was met: {limit}",
                actual=said,
                at="quota told",
                exchange=hit.exchange,
            )
        return


def _near(quota: int, window: int | None, run: int, measured: int, rate: float) -> bool:
    """Whether a quota agrees with what was served at once, or in its window; a fifth or two either way."""
    fits = [measured, run] + ([rate * window, measured + rate * window] if window and rate < 1e9 else [])
    return any(abs(quota - each) <= max(2.0, 0.2 * each) for each in fits)


@check(intrusive=True, requests=20)
def fields_everywhere(load: Load) -> Findings:
    """Carries the same fields about limits on the answers of every function."""
    found = _speaking(load)
    usual = next(frozenset(names(hit)) for hit in found.hits if names(hit))
    reads = [operation for operation in load.operations.values() if operation.reads]
    pace = min(load.caps.rate, load.target.limits.requests_per_second)
    if found.limit is not None and found.limit.window:
        pace = min(pace, found.limit.rate * 0.8)
    with load.alone():
        load.refresh(found)
        shots = [Shot(index / pace, load.request(operation)) for index, operation in enumerate(reads[:20])]
        answers = load.fire(shots)
        load.leave(found)
    without = [
        (operation.id, hit)
        for operation, hit in zip(reads, answers, strict=False)
        if hit.ok and not usual & frozenset(names(hit))
    ]
    if without:
        yield Finding(
            expected=f"{', '.join(sorted(usual))} on the answers of every function",
            actual=f"none on {len(without)} of {len(answers)}: {', '.join(name for name, _ in without[:6])}",
            at="fields about limits",
            exchange=without[0][1].exchange,
        )
