"""When quotas are whole again, as fields about limits say, against what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.checks.rate_limit.declared import Reset, names, resets, told
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.load.limiter import Kind
from conformance.load.load import Load
from conformance.load.search import Measured
from conformance.load.shot import Hit
from conformance.model import Finding
from conformance.registry import Findings, check

_PAST = 60.0
"""Seconds by which a moment may be past: the clock of the limiter may not be that of ``Date``."""
_SHORTEST = 2.0
"""Seconds of the shortest window whose reset is not 0 when it is rounded down."""


@check(intrusive=True, requests=0)
def reset_true(load: Load) -> Findings:
    """Tells of a reset in one unit, that is to come and is about when the limit lets go."""
    found = load.measured()
    if not any(names(hit) for hit in found.hits):
        raise NotApplicable("no answer carries a field about rate limits, and none has to")
    rows = [(hit, each) for hit in found.hits for each in resets(hit)]
    if not rows:
        raise NotApplicable("no answer tells of a reset, and none has to")
    for form in dict.fromkeys(each.form for _, each in rows):
        fault = next(_faults(found, [(hit, each) for hit, each in rows if each.form == form]), None)
        if fault is not None:
            hit, expected, actual = fault
            yield Finding(expected, actual, at=f"{form}, reset", exchange=hit.exchange)
            return


def _faults(found: Measured, rows: Sequence[tuple[Hit, Reset]]) -> Iterator[tuple[Hit, str, str]]:
    """The hit, what was expected and what came, of each thing that is wrong with one form."""
    for hit, each in rows:
        if each.moment and each.standard:
            yield hit, "seconds from now", shown(each.text)
    first, reset = rows[0]
    for hit, each in rows:
        if each.moment is not reset.moment:
            yield hit, f"the same unit as {shown(reset.text)} of the first answer", shown(each.text)
        if each.seconds is not None and each.seconds < -_PAST:
            yield hit, "a time to come", f"{shown(each.text)}, {-each.seconds:.0f} s before the answer"
    limit = found.limit
    if limit is None or found.fit is None or found.fit.confidence == "low" or not limit.window:
        return
    if not all(_alone(hit, limit.quota, found.run) for hit, _ in rows):
        return
    waits = [(each.seconds, hit, each) for hit, each in rows if each.seconds is not None]
    if not waits:
        return
    least, hit, each = min(waits, key=lambda wait: wait[0])
    # Who writes X- fields may mean milliseconds.
    meant = not each.standard and not each.moment and least / 1000 <= 3 * limit.window + 2
    if least > 3 * limit.window + 2 and not meant:
        actual = f"{shown(each.text)}, in {least:.0f} s" if each.moment else f"{least:.0f} s"
        yield hit, f"about {limit.window:.2g} s, after which the limit lets go", actual
    fixed = limit.kind is Kind.FIXED and limit.window > _SHORTEST
    if fixed and not any(each.moment or wait for wait, _, each in waits):
        yield first, f"up to {limit.window:.2g} s, after which the limit lets go", "0 with every answer"


def _alone(hit: Hit, quota: int, run: int) -> bool:
    """Whether an answer tells of one limit, and that is the one that was met."""
    quotas = [each for form in told(hit) for each, _ in form.quotas]
    return len(set(quotas)) == 1 and abs(quotas[0] - max(quota, run)) <= max(2, 0.2 * quota)
