"""The decisions of the reference bank that each case depends on: what a defect cannot reach is not judged.

A decision is a field of the bank's policy. The right bank is judged once with a policy that tells when a
field is read. What is read while something is made once, by the suite for all cases of a session or by the
bank for all its requests, belongs to every case that uses it. A case that reads none of a defect's fields
goes the same way at the defective bank, and ends as it did at the right one: without a finding.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any

from conformance.bank.app import State, Store
from conformance.bank.products.policy import Edit
from conformance.model import Plan
from conformance.run import execute
from conformance.session import Session
from conformance.tsp import Memory

Decision = tuple[str, str]
"""The name of a policy's part and of its field; ``edits`` of data stand with the function concerned."""
EDITS = ("ProductPolicy", "edits")


class Reads:
    """What has been read lately, on each thread for what is made there, else for the case that is judged."""

    def __init__(self) -> None:
        self._case: set[Decision] = set()
        self._made: dict[Hashable, set[Decision]] = {}
        self._local = threading.local()

    def note(self, decision: Decision) -> None:
        self._latest().add(decision)

    def _open(self) -> list[set[Decision]]:
        opened: list[set[Decision]] = self._local.__dict__.setdefault("opened", [])
        return opened

    def _latest(self) -> set[Decision]:
        opened = self._open()
        return opened[-1] if opened else self._case

    @contextmanager
    def of_case(self) -> Iterator[set[Decision]]:
        self._case = set()
        yield self._case

    def made(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What ``make`` gives; all that it reads belongs to the key."""
        self._open().append(self._made.setdefault(key, set()))
        try:
            return make()
        finally:
            self._open().pop()

    def use(self, key: Hashable) -> None:
        """Whoever uses what was made under a key depends on what was read for it."""
        self._latest().update(self._made.get(key, ()))


@dataclass(frozen=True)
class TellingEdit(Edit):
    """An edit of nothing, which tells whose data is printed."""

    reads: Reads = field(default_factory=Reads)

    def concerns(self, function: str) -> bool:
        self.reads.note(("edits", function))
        return False


def telling(part: Any, reads: Reads) -> Any:
    """A policy, or a part of one, that tells of each field that is read; its copies tell as well."""
    kind: Any = type(part)
    told: Any = object.__new__(_telling_class(kind, reads))
    for each in fields(part):
        value = getattr(part, each.name)
        object.__setattr__(told, each.name, telling(value, reads) if _is_part(value) else value)
    if (type(part).__name__, "edits") == EDITS:
        object.__setattr__(told, "edits", (*part.edits, TellingEdit("*", reads=reads)))
    return told


def _is_part(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


@cache
def _telling_class(part: Any, reads: Reads) -> Any:
    names = {each.name for each in fields(part)}

    def get(self: object, name: str) -> Any:
        if name in names and (part.__name__, name) != EDITS:
            reads.note((part.__name__, name))
        return object.__getattribute__(self, name)

    return type(part.__name__, (part,), {"__slots__": (), "__getattribute__": get})


class TellingMemory(Memory):
    """What a session remembers, with what was read for it."""

    def __init__(self, reads: Reads) -> None:
        super().__init__()
        self._reads = reads

    def once(self, key: Hashable, fetch: Callable[[], Any]) -> Any:
        place = (id(self), key)
        try:
            return super().once(key, lambda: self._reads.made(place, fetch))
        finally:
            self._reads.use(place)


class TellingState(State):
    """What a bank remembers, with what was read to make it."""

    def __init__(self, reads: Reads) -> None:
        super().__init__()
        self._reads = reads

    def of(self, kind: type[Store], make: Callable[[], Store] | None = None) -> Store:
        place = (id(self), kind)
        store: Store = super().of(kind, lambda: self._reads.made(place, make or kind))
        self._reads.use(place)
        return store


class TellingSession(Session):
    """A session whose memories tell what was read for what they keep."""

    def memory(self, number: int) -> Memory:
        with self._lock:
            while len(self._rounds) <= number:
                self._rounds.append(TellingMemory(self.reads))
            return self._rounds[number]

    reads: Reads


def consulted(plan: Plan, session: Session, reads: Reads) -> dict[str, frozenset[Decision]]:
    """The decisions that each case depends on, by its id; the session is with a bank that tells ``reads``."""
    told = TellingSession(**{each.name: getattr(session, each.name) for each in fields(Session)})
    told.reads = reads
    found: dict[str, frozenset[Decision]] = {}
    for case in plan.cases:
        with reads.of_case() as read:
            execute(case, told)
        found[case.id] = frozenset(read)
    return found


def changed(right: Any, wrong: Any) -> Iterable[Decision]:
    """The decisions in which two policies differ; an edit of data stands with the pattern that it has."""
    for each in fields(right):
        one, other = getattr(right, each.name), getattr(wrong, each.name)
        if _is_part(one) and type(one) is type(other):
            yield from changed(one, other)
        elif (type(right).__name__, each.name) == EDITS:
            yield from (("edits", edit.function) for edit in other if edit not in one)
        elif one != other:
            yield (type(right).__name__, each.name)


def reaches(change: Iterable[Decision], read: frozenset[Decision]) -> bool:
    """Whether a change of the policy reaches a case that has read these decisions."""
    for name, value in change:
        if name != "edits" and (name, value) in read:
            return True
        if name == "edits" and any(n == name and Edit(value).concerns(function) for n, function in read):
            return True
    return False
