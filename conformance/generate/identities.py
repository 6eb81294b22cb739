"""The same call under other identities: nobody, a stranger, and another customer of the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.errors import NotApplicable, Unreachable
from conformance.generate.call import Call
from conformance.generate.contract import Scoped
from conformance.generate.lifecycle import largest, listed_ids
from conformance.generate.survey import Seed, Survey
from conformance.model import Request

GARBAGE = "conformance-garbage-0000"
Signer = Callable[[Request], Request]
"""Adds the credentials of one identity to a request."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """An identity that may do less than the first: its scopes, where told, and what it may not call."""

    who: str
    sign: Signer
    scopes: tuple[str, ...] | None
    denied: frozenset[str]

    def may(self, scoped: Scoped) -> bool | None:
        """Whether the description and the bank's file let it call an operation; None where neither tells."""
        if self.denied & {scoped.operation.id, scoped.name}:
            return False
        wanted = [set().union(*map(_scopes, one.values())) for one in scoped.operation.security or () if one]
        if self.scopes is None or not wanted or not all(wanted):
            return None
        return any(scopes <= set(self.scopes) for scopes in wanted)


def _scopes(given: object) -> set[str]:
    return {str(one) for one in given} if isinstance(given, list) else set()


@dataclass(frozen=True, slots=True)
class Strangers:
    """Identities of the bank's file that are to be refused: everywhere, or by what they may not do."""

    unfit: tuple[tuple[str, Signer], ...] = ()
    lesser: tuple[Bounded, ...] = ()


def plain(survey: Survey, call: Call, scoped: Scoped) -> Request:
    """A call without any credentials."""
    return survey.contract.request(call, scoped)


def garbled(survey: Survey, call: Call, scoped: Scoped) -> Request | None:
    """A call with credentials of the right form that nobody was given; None where the bank asks for none."""
    bare = plain(survey, call, scoped)
    signed = survey.tsp.authorized(bare)
    added = [(name, value) for name, value in signed.headers if (name, value) not in bare.headers]
    if not added:
        return None
    survey.tsp.hide(GARBAGE, "GARBAGE")  # so that a command line names it, and a replay sends it again
    for name, value in added:
        scheme, blank, _ = value.partition(" ")
        bare = bare.with_header(name, f"{scheme} {GARBAGE}" if blank else GARBAGE)
    return bare


def sent(survey: Survey, request: Request) -> Answer | None:
    """The answer to a request of another identity; None when none came."""
    try:
        return survey.tsp.send(request)
    except Unreachable:
        return None


def secured(survey: Survey) -> Iterator[Seed]:
    """The operations that the description secures, without those that their phase judges."""
    for held in survey.seeds.values():
        security = held.scoped.operation.security
        if security and all(security) and held.scoped.function is None:
            yield held


@dataclass(frozen=True, slots=True)
class Owned:
    """An object of the first customer: an operation on it, and the call that names it."""

    seed: Seed
    name: str
    id: str


class Stranger:
    """The other customer. Raises ``NotApplicable`` where the bank's file names none."""

    def __init__(self, survey: Survey) -> None:
        if survey.other is None:
            raise NotApplicable("the bank's file names no other_identity")
        self.survey = survey
        self._sign: Callable[[Request], Request] = survey.other

    def send(self, call: Call, scoped: Scoped) -> Answer | None:
        """The answer to a call of the other customer."""
        return sent(self.survey, self._sign(plain(self.survey, call, scoped)))

    def ids(self, collection: str) -> list[str] | None:
        """The identifiers that the other customer's own list has; None where it cannot be read."""
        lister = self.survey.contract.named("GET", collection)
        held = self.survey.seeds.get(lister.name) if lister else None
        if lister is None or held is None:
            return None
        answer = self.send(largest(held.call, lister), lister)
        return listed_ids(answer, "id") if answer is not None and answer.ok else None

    def foreign(self) -> Iterator[Owned]:
        """Operations on single objects that are in the first customer's list and not in the other's."""
        own: dict[str, tuple[list[str], list[str] | None]] = {}
        for held in self.survey.seeds.values():
            path = held.scoped.operation.path
            if "/{" not in path or held.scoped.operation.method != "GET":
                continue
            collection, _, rest = path.partition("/{")
            name = rest.partition("}")[0]
            if collection not in own:
                lister = self.survey.contract.named("GET", collection)
                mine = self.survey.seeds.get(lister.name) if lister else None
                ids = listed_ids(mine.answer, "id") if mine else []
                own[collection] = ids, self.ids(collection)
            mine_ids, other_ids = own[collection]
            value = held.call.path.get(name, "")
            if other_ids is not None and value in mine_ids and value not in other_ids:
                yield Owned(held, name, value)
