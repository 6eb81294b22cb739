"""What a reading has shown of content: a check that was given nothing to judge has not shown anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.adapter import Rows
from conformance.errors import Inconclusive, NotApplicable


@dataclass(slots=True)
class Evidence:
    """Whether rows or documents were asked for, whether any held something, and whether rows were lost."""

    asked: bool = False
    shown: bool = False
    lost: bool = False

    def of_rows(self, rows: Rows) -> Rows:
        """The rows, noted."""
        self.asked = True
        self.shown |= bool(rows.rows)
        self.lost |= bool(rows.problems) and not rows.rows
        return rows

    def of_document(self, value: Any) -> None:
        """Notes a document: one without a single value in it shows nothing."""
        self.asked = True
        self.shown |= not self.shown and _holds_value(value)

    def add(self, other: Evidence) -> None:
        """Notes what another reading of the same answers was shown."""
        self.asked |= other.asked
        self.shown |= other.shown
        self.lost |= other.lost

    def conclude(self) -> None:
        """Raises an ``Outcome`` where content was asked for and none came, so that nothing was judged."""
        if not self.asked or self.shown:
            return
        if self.lost:
            raise Inconclusive("no row could be read, which is said once, so there was nothing to judge")
        raise NotApplicable("the answers hold no row and no value to judge")


def _holds_value(document: Any) -> bool:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
        elif node is not None:
            return True
    return False
