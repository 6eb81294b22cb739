"""Sequences of steps against a bank, made by hypothesis and then made short: what no single request shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Step = tuple[str, int]
"""What to do, and to which of the things that are there."""


class Broken(Exception):
    """An invariant does not hold: what it is, and what happened instead."""

    def __init__(self, expected: str, actual: str, exchange: int | None = None) -> None:
        super().__init__(f"{expected}: {actual}")
        self.expected, self.actual, self.exchange = expected, actual, exchange


@dataclass
class Search:
    """Tries sequences until one breaks an invariant, and then leaves out what it does not need.

    Every sequence begins with the step ``first``. ``play`` performs a sequence and raises ``Broken``;
    ``spent`` tells the requests so far, of which ``budget`` bounds the search, and twice as many the
    shortening. No sequence is played twice.
    """

    kinds: Sequence[str]
    first: Step
    play: Callable[[Sequence[Step]], None]
    spent: Callable[[], int]
    budget: int
    seed: int
    longest: int = 6
    examples: int = 100
    played: int = 0
    _known: dict[tuple[Step, ...], Broken | None] = field(default_factory=dict)

    def run(self) -> tuple[tuple[Step, ...], Broken] | None:
        """The shortest sequence found that breaks an invariant, and how; None when none was."""
        # Imported late: it costs half a second, and most runs do not get here.
        import hypothesis
        from hypothesis import HealthCheck, Phase, strategies

        step = strategies.tuples(strategies.sampled_from(list(self.kinds)), strategies.integers(0, 3))

        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            database=None,
            deadline=None,
            max_examples=self.examples,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=hypothesis.Verbosity.quiet,
        )
        @hypothesis.given(strategies.lists(step, min_size=1, max_size=self.longest))
        def played(sequence: list[Step]) -> None:
            if self.spent() < self.budget or self._whole(sequence) in self._known:
                found.append(self._whole(sequence))
                self._judge(found[-1])

        found: list[tuple[Step, ...]] = []
        test: Any = played
        try:
            test()
        except Broken:
            return self._shortened(found[-1])
        return None

    def _whole(self, sequence: Sequence[Step]) -> tuple[Step, ...]:
        return (self.first, *sequence)

    def _judge(self, sequence: tuple[Step, ...]) -> None:
        if sequence not in self._known:
            self._known[sequence] = self._outcome(sequence)
        broken = self._known[sequence]
        if broken is not None:
            raise broken

    def _shortened(self, sequence: tuple[Step, ...]) -> tuple[tuple[Step, ...], Broken]:
        """The sequence without each step that it breaks the same invariant without."""
        broken = self._known[sequence]
        assert broken is not None
        at = len(sequence) - 1
        while at >= 0 and self.spent() < 3 * self.budget:
            fewer = sequence[:at] + sequence[at + 1 :]
            if fewer and fewer not in self._known:
                self._known[fewer] = self._outcome(fewer)
            other = self._known.get(fewer)
            if other is not None and other.expected == broken.expected:
                sequence, broken = fewer, other
            at -= 1
        return sequence, broken

    def _outcome(self, sequence: tuple[Step, ...]) -> Broken | None:
        self.played += 1
        try:
            self.play(sequence)
        except Broken as broken:
            return broken
        return None
