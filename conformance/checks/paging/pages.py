"""The pages of one list as a client asks for them, a third of the rows at a time."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.operation import Operation, Paging
from conformance.reading import Reading
from conformance.tsp import Pairs, Tsp

PARTS = 3
"""Pages into which a list is cut, so that there is a first, one between and a last."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its rows by what identifies them, and the total that it states."""

    answer: Answer
    keys: tuple[str, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Pager:
    """Asks for pages of one operation; ``size`` 0 leaves the size to the bank."""

    tsp: Tsp
    reading: Reading
    paging: Paging

    @classmethod
    def of(cls, tsp: Tsp, reading: Reading) -> Pager:
        """Raises ``NotApplicable`` where the bank declares no numbered pages."""
        paging = reading.paging
        if paging is None:
            raise NotApplicable("the bank declares no numbered pages for this function")
        return cls(tsp, reading, paging)

    @property
    def operation(self) -> Operation:
        return self.reading.operation

    def whole(self) -> tuple[str, ...]:
        """The rows of the list as its plain request gives them, page after page."""
        return tuple(key for answer in self.reading.pages() for key in self.keys(answer))

    def lengths(self) -> tuple[int, ...]:
        """How many elements the whole list has, at each depth at which its rows can be counted."""
        pages = [self.counts(answer) for answer in self.reading.pages()]
        return tuple(sum(counts) for counts in zip_longest(*pages, fillvalue=0))

    def size(self) -> int:
        """The size that cuts the list into parts; raises ``NotApplicable`` where there is nothing to cut."""
        elements = min(self.lengths(), default=0)
        if not self.paging.size_parameter:
            raise NotApplicable("the bank declares no parameter for the size of a page")
        if elements < 2:
            raise NotApplicable("the list has fewer than two rows, so it has no second page")
        return -(-elements // PARTS)

    def query(self, number: int | str | None, size: int | str | None) -> Pairs:
        """The query for a page; what is None is left to the bank."""
        if self.paging.by_row and isinstance(number, int) and isinstance(size, int):
            number *= size
        pairs = [(self.paging.parameter, number), (self.paging.size_parameter, size)]
        return [(name, str(value)) for name, value in pairs if name and value is not None]

    def ask(self, number: int | str | None, size: int | str | None) -> Answer:
        """The answer to a page, whatever its status, asked once in a session."""
        return self.tsp.call(self.operation, query=self.query(number, size))

    def page(self, number: int | None, size: int | None) -> Page:
        """A page that has to be there; raises ``Inconclusive`` when its answer cannot be read."""
        answer = self.ask(number, size)
        if answer.status != 200:
            raise Inconclusive(f"page {number} of size {size} answered {answer.status}")
        return Page(answer, self.keys(answer), self.total(answer))

    def walk(self) -> Iterator[Page]:
        """The pages from the first until as many rows have come as the list has, or a page is empty."""
        size, rows, read = self.size(), len(self.whole()), 0
        for number in range(self.paging.first, self.paging.first + 2 * PARTS + 2):
            answer = self.ask(number, size)
            keys = self.keys(answer) if answer.status == 200 else ()
            yield Page(answer, keys, self.total(answer) if answer.status == 200 else None)
            read += len(keys)
            if not keys or read >= rows:
                return

    def keys(self, answer: Answer) -> tuple[str, ...]:
        """The rows of an answer by what identifies them."""
        return keys_of(self.reading, answer)

    def counts(self, answer: Answer) -> tuple[int, ...]:
        """How many elements the lists of an answer hold in which its rows stand, outermost first."""
        return self.reading.counts(answer)

    def total(self, answer: Answer) -> int | None:
        """The total that an answer states, where the bank declares one."""
        if not self.paging.total:
            return None
        return count(self.reading.document_of(answer).first(self.paging.total))

    def repeated(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that come more often than in the whole list."""
        often = Counter(self.whole())
        return [key for key, times in Counter(keys).items() if times > often.get(key, 1)]

    def sound(self) -> bool:
        """Whether numbering and order hold, without which no page can be told from another."""
        return self.begins_at_first() and self.order_holds()

    def begins_at_first(self) -> bool:
        """Whether the first page by its number is the page that comes without one."""
        size = self.size()
        return self.page(self.paging.first, size).keys == self.page(None, size).keys

    def order_holds(self) -> bool:
        """Whether the plain request, sent again and again, has the same rows in the same order."""
        self.size()
        key = ("paging order", self.operation.id)
        held: bool = self.tsp.memory.once(key, self._repeated)
        return held

    def _repeated(self) -> bool:
        request = self.tsp.request(self.operation)
        answers = [self.tsp.send(request) for _ in range(3)]
        return len({self.keys(answer) for answer in answers if answer.status == 200}) <= 1


def count(value: Any) -> int | None:
    """A number of rows, as a number or as text of digits alone; None for anything else."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,12}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def keys_of(reading: Reading, answer: Answer) -> tuple[str, ...]:
    """The rows of an answer, in every language that it holds, by what identifies them."""
    resource = reading.operation.resource
    found = []
    for row in reading.rows_in_all_languages(answer).rows:
        key = row.key(resource) if resource is not None else None
        found.append(json.dumps(key if key is not None else row.value, sort_keys=True, default=str))
    return tuple(found)
