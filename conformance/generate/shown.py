"""What a generated call shows: the trial that is judged, made as small as still shows it."""

from __future__ import annotations

import threading
from collections import Counter

from conformance.answer import Answer
from conformance.generate.call import Call
from conformance.generate.mutation import Mutation
from conformance.generate.shrink import smallest
from conformance.generate.survey import Seed, Survey, Trial
from conformance.generate.violation import violated

FAILURES = 6
"""Failures of one operation that are made small; more of them are left out."""


class _Turns:
    """How often a failure of one kind has been made small, for all threads of a round."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._had: Counter[tuple[str, ...]] = Counter()

    def take(self, key: tuple[str, ...], most: int) -> bool:
        with self._lock:
            self._had[key] += 1
            return self._had[key] <= most


def shown(survey: Survey, one: Seed, call: Call, what: str, answer: Answer) -> Trial | None:
    """The trial of a generated call: of one that fails the server, or is let in though the description
    forbids it, the smallest that does so too. None for one more of what was shown often enough."""
    scoped, wrong = one.scoped, violated(call, one.scoped)
    turns: _Turns = survey.once("turns of shrinking", _Turns)
    failed = answer.status >= 500
    if failed and not turns.take((scoped.name,), FAILURES):
        return None
    let_in = answer.ok and wrong is not None
    fresh = wrong is not None and turns.take((scoped.name, wrong.family, wrong.schema, wrong.at), 1)
    if not failed and not (let_in and fresh):
        kind = "odd" if wrong is None else "negative"
        return Trial(scoped, kind, call, answer, wrong or Mutation(call, "deep", "", what, "request"))

    def fails(tried: Call) -> Answer | None:
        if not failed and violated(tried, scoped) is None:
            return None
        came = survey.attempt(tried, scoped)
        still = came is not None and (came.status >= 500 if failed else came.ok)
        return came if still else None

    small = smallest(call, answer, one.call, fails)
    wrong = violated(small.call, scoped)
    if not failed and wrong is not None:
        return Trial(scoped, "negative", small.call, small.answer, wrong)
    places = small.places
    said = f"{what} with another {', '.join(places[:4])}{', …' if len(places) > 4 else ''}"
    at = places[0] if len(places) == 1 else "request"
    return Trial(scoped, "odd", small.call, small.answer, Mutation(small.call, "deep", "", said, at))
