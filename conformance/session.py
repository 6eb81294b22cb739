"""A session: what the cases of one run share, and what each check is given by the names of its parameters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import NotApplicable
from conformance.model import Case, Function, Profile
from conformance.openapi import ApiDescription
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Check
from conformance.target import Target
from conformance.traffic import Traffic
from conformance.tsp import Memory, Tsp


@dataclass
class Session:
    """One run against one target.

    ``operations`` are the functions that the bank offers, by id. Every round of confirmation has a memory of
    its own, so that a finding is confirmed by fresh traffic that all findings of the round share.
    """

    target: Target
    profiles: tuple[Profile, ...]
    operations: Mapping[str, Operation]
    traffic: Traffic
    checks: Mapping[str, Check]
    seed: int = 0
    api: ApiDescription | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    _rounds: list[Memory] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def memory(self, number: int) -> Memory:
        """The memory of a round: 0 for the first judgement, above for confirmations."""
        with self._lock:
            while len(self._rounds) <= number:
                self._rounds.append(Memory())
            return self._rounds[number]

    def supply(self, case: Case, check: Check, number: int) -> Supply:
        """What a case's check is called with in a round."""
        memory = self.memory(number)
        return Supply(self, case, check, Tsp(self.traffic, case.id, memory), memory)

    def functions(self) -> Mapping[str, Function]:
        """Every function of the chosen profiles, by id."""
        return {f.id: f for profile in self.profiles for f in profile.functions}


@dataclass
class Supply:
    """The arguments of one run of a check, made when asked for."""

    session: Session
    case: Case
    check: Check
    tsp: Tsp
    memory: Memory

    def arguments(self) -> list[Any]:
        """The positional arguments of the check, in order."""
        return [SUPPLIES[name](self) for name in self.check.needs]

    def operation(self) -> Operation:
        return self.session.operations[self.case.function]


SUPPLIES: dict[str, Callable[[Supply], Any]] = {
    "tsp": lambda supply: supply.tsp,
    "operation": Supply.operation,
    "reading": lambda supply: Reading(supply.tsp, supply.operation()),
    "target": lambda supply: supply.session.target,
    "operations": lambda supply: tuple(supply.session.operations.values()),
    "api": lambda supply: _description(supply.session),
    "seed": lambda supply: supply.session.seed,
}
"""What a check can ask for by the name of a positional parameter."""


def _description(session: Session) -> ApiDescription:
    if session.api is None:
        raise NotApplicable("the bank's configuration names no API description")
    return session.api
