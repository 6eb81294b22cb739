"""What one volley shows: how fast it was asked and sent, how late, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.load.shot import Hit

ENOUGH = 0.95
"""The part of the asked rate that must be achieved for an absence of refusals to prove anything."""


@dataclass(frozen=True, slots=True)
class Volley:
    """Hits in the order of their due times, and the rate (requests a second) that they were asked at."""

    hits: tuple[Hit, ...]
    asked: float

    @property
    def achieved(self) -> float:
        """Requests a second that were really sent; the asked rate for fewer than two."""
        if len(self.hits) < 2:
            return self.asked
        seconds = max(hit.sent for hit in self.hits) - min(hit.sent for hit in self.hits)
        return (len(self.hits) - 1) / seconds if seconds > 0 else self.asked

    @property
    def lag(self) -> float:
        """Seconds that all but one in a hundred shots were at most late."""
        late = sorted(hit.lag for hit in self.hits)
        return late[min(len(late) - 1, int(len(late) * 0.99))] if late else 0.0

    @property
    def faithful(self) -> bool:
        """Whether it was sent nearly as fast as asked."""
        return self.achieved >= ENOUGH * self.asked

    @property
    def accepted(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.ok)

    @property
    def refused(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if not hit.ok)


def usual_refusal(hits: Sequence[Hit]) -> int:
    """The status that a limit refuses with: 429 where it came, else what came most often; -1 for none."""
    statuses = [hit.status for hit in hits if not hit.ok]
    if 429 in statuses:
        return 429
    return max(set(statuses), key=statuses.count) if statuses else -1


def points(volleys: Sequence[Volley], start: float, slots: int = 40) -> list[dict[str, float]]:
    """Rates over time for a curve: asked, achieved (sent) and refused a second, in equal slots."""
    hits = [hit for volley in volleys for hit in volley.hits]
    if not hits:
        return []
    end = max(max(hit.due, hit.sent) for hit in hits)
    width = max((end - start) / slots, 0.02)
    rows = [[0, 0, 0] for _ in range(int((end - start) / width) + 1)]
    for hit in hits:
        rows[_slot(hit.due, start, width, len(rows))][0] += 1
        sent = rows[_slot(hit.sent, start, width, len(rows))]
        sent[1] += 1
        sent[2] += not hit.ok
    return [
        {
            "at": round(index * width, 3),
            "asked": round(asked / width, 1),
            "achieved": round(achieved / width, 1),
            "refused": round(refused / width, 1),
        }
        for index, (asked, achieved, refused) in enumerate(rows)
    ]


def _slot(at: float, start: float, width: float, count: int) -> int:
    return min(count - 1, max(0, int((at - start) / width)))
