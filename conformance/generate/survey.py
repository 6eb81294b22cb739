"""A survey of a described API: what was sent to each operation and what came back, once for all checks.

Seeds are learnt first; then every operation is sent its changed copies, within a budget. Relations between
operations are in ``listing`` and ``lifecycle``. Nothing is sent before a check asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable, Unreachable
from conformance.generate import schedule, seed
from conformance.generate.call import Call
from conformance.generate.chains import chains
from conformance.generate.contract import Contract, Scoped
from conformance.generate.mutation import Mutation
from conformance.generate.pool import Pool, item, rows
from conformance.generate.schedule import Budget
from conformance.model import Finding, Request
from conformance.tsp import Memory, Tsp

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seed:
    """A call that the bank accepted, and its answer."""

    scoped: Scoped
    call: Call
    answer: Answer


@dataclass(frozen=True, slots=True)
class Trial:
    """A call sent to see how the bank takes it: seed, positive, negative, odd, method, or chain.

    ``late`` says that wrong input had been let in before, which may come back in what is read.
    """

    scoped: Scoped
    kind: str
    call: Call
    answer: Answer
    mutation: Mutation | None = None
    late: bool = False


@dataclass
class Shared:
    """What all cases of one round know of a bank: kept in the memory of the round."""

    pool: Pool = field(default_factory=Pool)
    seeds: dict[str, Seed] = field(default_factory=dict)
    refused: dict[str, Answer] = field(default_factory=dict)
    learnt: list[Trial] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Survey:
    """One case's view of the survey. ``other`` signs requests as another customer, where there is one."""

    def __init__(
        self,
        contract: Contract,
        tsp: Tsp,
        *,
        seed: int = 0,
        jobs: int = 1,
        budget: Budget | None = None,
        other: Callable[[Request], Request] | None = None,
    ) -> None:
        self.contract = contract
        self.tsp = tsp
        self.seed = seed
        self.jobs = jobs
        self.budget = budget or Budget()
        self.other = other
        self.memory: Memory = tsp.memory

    # Sending

    def request(self, call: Call, scoped: Scoped) -> Request:
        """A call as the bank wants it from its TSP."""
        return self.tsp.authorized(self.contract.request(call, scoped))

    def send(self, call: Call, scoped: Scoped) -> Answer:
        """The answer to a call, sent now."""
        return self.tsp.send(self.request(call, scoped))

    def attempt(self, call: Call, scoped: Scoped) -> Answer | None:
        """The answer to a call; None when none came, which is no statement about what was sent."""
        try:
            return self.send(call, scoped)
        except Unreachable:
            return None

    def once(self, key: Hashable, fetch: Callable[[], Any]) -> Any:
        """What ``fetch`` gives, made once in a round."""
        return self.memory.once(("survey", key), fetch)

    # Learning

    @property
    def shared(self) -> Shared:
        shared: Shared = self.once("seeds", self._learn)
        return shared

    @property
    def seeds(self) -> Mapping[str, Seed]:
        """The accepted call of each operation, by its name; without those that nothing was accepted for."""
        return self.shared.seeds

    @property
    def pool(self) -> Pool:
        return self.shared.pool

    def _learn(self) -> Shared:
        shared = Shared()
        waiting = [
            scoped
            for scoped in seed.order(self.contract.operations)
            if self._may_send(scoped) and not self._learnt(scoped, shared)
        ]
        for scoped in waiting:
            self._learnt(scoped, shared)
        if not shared.seeds and not shared.refused:
            raise Inconclusive("no described operation could be called")
        return shared

    def _may_send(self, scoped: Scoped) -> bool:
        """Whether an operation may be called to learn: reads always, writes where they are allowed, and what
        changes or removes an object only on an object of our own."""
        if scoped.reads:
            return True
        if not self.contract.writes or scoped.operation.deprecated:
            return False
        if scoped.operation.method == "POST":
            return True
        return scoped.operation.method in ("PUT", "PATCH") and self.creator(scoped) is not None

    def creator(self, scoped: Scoped) -> Scoped | None:
        """The operation that makes the objects that a path such as ``/payees/{id}`` is about."""
        parent = scoped.operation.path.rpartition("/{")[0]
        if not parent or not scoped.operation.path.endswith("}"):
            return None
        return self.contract.named("POST", parent)

    def _learnt(self, scoped: Scoped, shared: Shared) -> bool:
        made: Answer | None = None
        for call in self._calls(scoped, shared):
            made = self.attempt(call, scoped)
            if made is None:
                continue
            shared.learnt.append(Trial(scoped, "seed", call, made))
            if made.ok:
                shared.seeds[scoped.name] = Seed(scoped, call, made)
                shared.refused.pop(scoped.name, None)
                shared.pool.learn(scoped.operation.path, document(made))
                self._link(scoped, call, made, shared.pool)
                return True
        if made is not None:
            shared.refused[scoped.name] = made
        return False

    def _link(self, scoped: Scoped, call: Call, made: Answer, pool: Pool) -> None:
        """Keeps what the links of an answer's description give to other operations."""
        for chain in self.once("chains", lambda: tuple(chains(self.contract))):
            if chain.source is scoped and chain.fits(made):
                for name, value in (chain.values(call, made) or {}).items():
                    pool.link(chain.target.name, name, value)

    def _calls(self, scoped: Scoped, shared: Shared) -> Iterator[Call]:
        """Calls to try; where an object is changed, of one that this survey made."""
        creator = self.creator(scoped)
        own = scoped.operation.method in ("PUT", "PATCH")
        if not own or creator is None:
            yield from seed.calls(scoped, shared.pool, self.seed)
            return
        made = shared.seeds.get(creator.name)
        if made is None:
            return
        name = scoped.operation.path.rpartition("{")[2].rstrip("}")
        value = identity(document(made.answer), name, made.answer)
        for call in seed.calls(scoped, shared.pool, self.seed) if value else ():
            yield call.with_path(name, value)

    # Trials

    def trials(self) -> tuple[Trial, ...]:
        """Every call that was sent to an operation by itself, the seeds first."""
        found: tuple[Trial, ...] = self.once("trials", self._try)
        return found

    def _try(self) -> tuple[Trial, ...]:
        """What is read to be compared comes first, since wrong input would change it."""
        from conformance.generate import lifecycle, listing

        shared = self.shared
        lifecycle.steps(self)
        listing.begin(self)
        made = list(shared.learnt)
        held = [(one.scoped, one.call) for one in shared.seeds.values()]
        seen: dict[schedule.Rule, str] = {}
        for at in range(0, len(held), schedule.TOGETHER):
            block = held[at : at + schedule.TOGETHER]
            for layer in schedule.layers(block, self.contract, self.budget, seen):
                late = any(t.kind == "negative" and t.answer.ok and not t.scoped.reads for t in made)
                made += self._each(layer, partial(self._tried, late=late))
                listing.listings(self)
        if self.budget.deep:
            from conformance.generate import deep

            made += deep.trials(self)
        return tuple(made)

    def _each(self, work: Sequence[T], one: Callable[[T], list[Trial]]) -> list[Trial]:
        """The trials of each piece of work, in its order, made by as many threads as there are jobs."""
        if self.jobs > 1 and len(work) > 1:
            with ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="survey") as workers:
                lists = list(workers.map(one, work))
        else:
            lists = [one(piece) for piece in work]
        return [trial for trials in lists for trial in trials]

    def _tried(self, steps: Sequence[schedule.Step], late: bool) -> list[Trial]:
        made = []
        for step in steps:
            planned = step.planned
            call = planned.call
            if planned.family != "required" or "idempot" not in planned.at.lower():
                call = _renewed(planned, step.scoped, step.number)
            answer = self.attempt(call, step.scoped)
            if answer is not None:
                made.append(Trial(step.scoped, step.kind, call, answer, planned, late))
        return made

    # Findings

    def control(self, scoped: Scoped) -> bool:
        """Whether the accepted call of an operation is still accepted, asked once in a round."""

        def ask() -> bool:
            held = self.seeds.get(scoped.name)
            if held is None:
                return False
            answer = self.attempt(seed.renewed(held.call, scoped, "control"), scoped)
            return answer is not None and answer.ok

        return bool(self.once(("control", scoped.name), ask))

    def confirmed(self, trial: Trial, finding: Finding, holds: Callable[[Answer], bool]) -> Finding | None:
        """The finding after its call and the accepted one were sent once more; None without control."""
        call = trial.call
        self.tsp.exchanges.append(trial.answer.exchange)
        if trial.kind == "chain" and call.verb not in ("GET", "HEAD", "PUT"):
            return replace(finding, exchange=trial.answer.exchange)  # the object's life is over
        if trial.mutation is None or "idempot" not in trial.mutation.at.lower():
            what = trial.mutation.what if trial.mutation else ""
            call = seed.renewed(call, trial.scoped, f"again {trial.kind} {what}")
        again = self.attempt(call, trial.scoped)
        if trial.kind not in ("seed", "chain") and not self.control(trial.scoped):
            return None
        seen = 1 + (again is not None and holds(again))
        return replace(finding, exchange=trial.answer.exchange, seen=seen, tried=2)


def _renewed(planned: Mutation, scoped: Scoped, number: int) -> Call:
    """The call under a key of its own, unless the key is what was changed."""
    if "parameter" in planned.at and any(
        seed.once_only(name) and planned.at.endswith(name) for name, _ in planned.call.headers
    ):
        return planned.call
    return seed.renewed(planned.call, scoped, f"{planned.family} {number}")


def document(answer: Answer) -> Any:
    """The JSON of an answer, or None."""
    if not answer.body or not answer.is_json:
        return None
    try:
        return answer.json()
    except NotJson:
        return None


def identity(made: Any, name: str, answer: Answer) -> str:
    """The identifier of an object just made: the member of that name, its ``id``, or the end of Location."""
    held = item(made)
    wanted = name.lower().replace("_", "")
    for key in (wanted, "id"):
        for member, value in held.items():
            if member.lower().replace("_", "") == key and isinstance(value, str | int):
                return str(value)
    for member, value in held.items():
        if member.lower().endswith("id") and isinstance(value, str | int):
            return str(value)
    location = answer.header("Location") or ""
    return location.rstrip("/").rpartition("/")[2]


__all__ = ["Budget", "Seed", "Shared", "Survey", "Trial", "document", "identity", "item", "rows"]


def needs(found: bool, reason: str) -> None:
    """Raises ``NotApplicable`` where there is nothing that a law speaks of."""
    if not found:
        raise NotApplicable(reason)
