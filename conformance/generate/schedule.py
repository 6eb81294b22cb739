"""The schedule of trials: what is likeliest to find something first, whatever operation it belongs to.

Each rule of the description is broken once before any is broken twice, writes first, and values before
types, which a bank's parser checks for it; then come what each operation must take, and the second ways.
The calls of one operation keep their order at any number of jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conformance.generate import mutation
from conformance.generate.call import Call
from conformance.generate.contract import Contract, Scoped
from conformance.generate.mutation import Mutation

UNDESCRIBED = ("PUT", "PATCH", "DELETE", "POST")
EVERYWHERE = frozenset(("syntax", "media", "duplicates"))
"""Families whose rule is one for the whole API: what parses bodies does so for every operation."""
FORMS = frozenset(("pattern", "format", "enumeration"))
"""Families whose second way tells more than the first: of others one way is enough for a known rule."""
WRITE, TYPE, READ, POSITIVE, REST = range(5)
TOGETHER = 40
"""Operations that are scheduled with one another: the plan of a large API would fill the memory."""

Rule = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests for one operation at the most, by their purpose. ``deep`` is seconds of generated cases."""

    negative: int = 90
    negative_read: int = 18
    positive: int = 12
    odd: int = 12
    deep: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One planned call: its operation, its place among the operation's calls, what it is for."""

    scoped: Scoped
    number: int
    kind: str
    planned: Mutation


def planned(call: Call, scoped: Scoped, contract: Contract, budget: Budget) -> list[tuple[str, Mutation]]:
    """What is sent to an operation beside its seed: the same for the same seed of the run."""
    limit = budget.negative_read if scoped.operation.method == "GET" else budget.negative
    listed = [("negative", m) for m in mutation.picked(mutation.negative(call, scoped), limit)]
    listed += [("positive", m) for m in mutation.picked(mutation.positive(call, scoped), budget.positive)]
    listed += [("odd", m) for m in mutation.picked(mutation.robust(call, scoped), budget.odd)]
    if contract.writes:
        path = scoped.operation.path
        described = {o.operation.method for o in contract.operations if o.operation.path == path}
        first = min((o.name for o in contract.operations if o.operation.path == path), default="")
        if scoped.name == first and not scoped.function:
            for method in UNDESCRIBED:
                if method not in described:
                    changed = replace(call, method=method)
                    what = f"{method} {path}"
                    listed.append(("method", Mutation(changed, "method", "", what, path, "a refusal")))
    return listed


def layers(
    calls: Sequence[tuple[Scoped, Call]], contract: Contract, budget: Budget, seen: dict[Rule, str]
) -> list[list[list[Step]]]:
    """The calls of some operations in layers, to be sent one after the other; in each a list by operation.

    ``seen`` are the rules that have had their turn, each with its operation; it is added to.
    """
    found: tuple[list[list[Step]], ...] = tuple([] for _ in range(REST + 1))
    for scoped, call in sorted(calls, key=lambda pair: pair[0].reads):
        made: tuple[list[Step], ...] = tuple([] for _ in range(REST + 1))
        again: set[Rule] = set()
        for number, (kind, one) in enumerate(planned(call, scoped, contract, budget)):
            rule = _rule(kind, one)
            fresh = rule not in seen
            owner = seen.setdefault(rule, scoped.name)
            if owner != scoped.name and rule in again and kind == "negative" and one.family not in FORMS:
                continue
            again.add(rule)
            made[_layer(kind, one, scoped) if fresh else REST].append(Step(scoped, number, kind, one))
        for lists, steps in zip(found, made, strict=True):
            if steps:
                lists.append(steps)
    return [layer for layer in found if layer]


def _layer(kind: str, one: Mutation, scoped: Scoped) -> int:
    """Where the first call about a rule belongs."""
    if kind != "negative":
        return POSITIVE
    if scoped.reads:
        return READ
    return TYPE if one.family == "type" else WRITE


def _rule(kind: str, one: Mutation) -> Rule:
    """What a call is about, the same for all calls that would find the same defect."""
    if kind == "odd":
        return (kind, one.what.rpartition(" with ")[2])
    if kind == "method":
        return (kind, one.call.verb)
    if one.family in EVERYWHERE:
        return (kind, one.family)
    return (kind, one.family, one.schema, one.at if one.keyword == "required" else "")
