"""What a check is given: each of its positional parameters, by name, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from conformance.authentication import Scheme
from conformance.catalogue import catalogue
from conformance.dictionary import Dictionaries
from conformance.endpoints import notes_of, tls_hosts
from conformance.errors import NotApplicable, Outcome
from conformance.feed import Feed
from conformance.generate.contract import Contract, contract
from conformance.generate.identities import Bounded, Signer, Strangers
from conformance.generate.listed import ListedTsp, reading_posts
from conformance.generate.survey import Budget, Survey
from conformance.load.load import Load
from conformance.model import Case, Profile
from conformance.oauth.access import Access
from conformance.offer import operations
from conformance.openapi import ApiDescription, load_description
from conformance.operation import Operation
from conformance.protected import Protected, guarded
from conformance.reading import Reading
from conformance.registry import Check
from conformance.session import Session, bank_phases
from conformance.target import Target
from conformance.tls.hosts import TlsHosts
from conformance.tls.named import Named, described, published
from conformance.tsp import Memory, Tsp
from conformance.writing.applications import Applications
from conformance.writing.payments import Payments


@dataclass
class Supply:
    """The arguments of one run of a check, made when asked for."""

    session: Session
    case: Case
    check: Check
    tsp: Tsp
    memory: Memory

    @classmethod
    def of(cls, session: Session, case: Case, check: Check, number: int) -> Supply:
        """What a case's check is called with in a round; 0 is the first judgement."""
        memory = session.memory(number)
        return cls(session, case, check, Tsp(session.traffic, case.id, memory), memory)

    def arguments(self) -> list[Any]:
        """The positional arguments of the check, in order."""
        return [SUPPLIES[name](self) for name in self.check.needs]

    @property
    def access(self) -> Access:
        return Access(self.tsp, self.session.target, self.memory)

    @property
    def protected(self) -> Protected:
        described = tuple(p.description for p in self.session.profiles if p.description is not None)
        return Protected(self.access, self.session.operations, described)

    def plain_operation(self) -> Operation:
        return self.session.operations[self.case.function]

    def opens_to_tokens(self) -> bool:
        """Whether the case's function needs a token, and the suite can get one."""
        known = self.session.operations.get(self.case.function)
        authorized = self.session.target.authorization is not None
        return authorized and known is not None and self.check.per_function and guarded(known.function)

    def operation(self) -> Operation:
        """The case's function; a protected one for the object of the customer that has the most to read."""
        if not self.opens_to_tokens() or "protected" in self.check.needs:
            return self.plain_operation()
        key = ("supply", "fullest", self.case.function)
        found: Operation = self.memory.once(key, lambda: self.protected.fullest(self.plain_operation()))
        return found

    def sender(self) -> Tsp:
        """What the check sends with: with the customer's token where the function needs one."""
        if not self.opens_to_tokens() or "protected" in self.check.needs:
            return self.tsp
        return self.protected.granted(self.operation(), 0)


SUPPLIES: dict[str, Callable[[Supply], Any]] = {
    "tsp": Supply.sender,
    "operation": Supply.operation,
    "reading": lambda supply: Reading(supply.sender(), supply.operation()),
    "target": lambda supply: supply.session.target,
    "tls_hosts": lambda supply: _tls_hosts(supply),
    "operations": lambda supply: tuple(supply.session.operations.values()),
    "load": lambda supply: Load(supply.tsp, supply.session.target, supply.session.operations),
    "api": lambda supply: _description(supply.session),
    "described": lambda supply: supply.session.api,
    "seed": lambda supply: supply.session.seed,
    "offered": lambda supply: supply.session.offered(),
    "annex": lambda _: {f.id: f for p in bank_phases() for f in p.functions},
    "dictionaries": lambda supply: Dictionaries(supply.tsp, supply.session.target),
    "feed": lambda supply: Feed(supply.tsp, supply.operation(), catalogue()[supply.case.function]),
    "survey": lambda supply: _survey(supply),
    "identities": lambda supply: _identities(supply),
    "access": lambda supply: supply.access,
    "protected": lambda supply: supply.protected,
    "applications": lambda supply: Applications(
        supply.access, supply.session.operations, supply.session.ledger, supply.case.id
    ),
    "payments": lambda supply: Payments(
        supply.access,
        supply.session.operations,
        supply.session.ledger,
        supply.case.id,
        supply.session.offered(),
    ),
}
"""What a check can ask for by the name of a positional parameter."""


TABLE_LEFT_BY = "tls.offered"
"""The case that asks whether there is any TLS leaves its table for the report."""


def _tls_hosts(supply: Supply) -> TlsHosts:
    """The TLS of the target; the case that asks whether there is any leaves its table for the report."""
    session = supply.session
    reads = (operation for operation in session.operations.values() if operation.reads)
    path = urlsplit(session.target.base_url).path + next((operation.path for operation in reads), "/")
    hosts: TlsHosts = supply.memory.once(
        "tls_hosts",
        lambda: tls_hosts(
            session.target,
            session.traffic,
            path,
            on_network=session.on_network,
            named_by_bank=_named_by_bank(supply),
        ),
    )
    if supply.check.id == TABLE_LEFT_BY:
        supply.tsp.notes |= notes_of(hosts, session.scan)
    return hosts


def _named_by_bank(supply: Supply) -> tuple[Named, ...]:
    """The places that the bank's API description and its authorization server's metadata name."""
    session = supply.session
    found = list(described(session.api.document)) if session.api else []
    if session.target.authorization is not None and session.on_network:
        with suppress(Outcome):
            found += published(supply.access.server.metadata)
    return tuple(found)


def _description(session: Session) -> ApiDescription:
    if session.api is None:
        raise NotApplicable("the bank's configuration names no API description")
    return session.api


CANONICAL_API = "canonical-api"
"""The capability by which a bank says that the profiles' own descriptions are the ones it publishes."""


def contract_of(
    target: Target,
    profiles: tuple[Profile, ...],
    headers: Callable[[], Iterable[tuple[str, str]]] = lambda: (),
) -> Contract:
    """The descriptions that a bank answers for. Raises ``NotApplicable`` where there is none."""
    spoken = CANONICAL_API in target.capabilities
    return contract(
        target.base_url,
        load_description(target.api) if target.api else None,
        [p.description for p in profiles if p.description is not None] if spoken else (),
        tuple(operations(target, profiles).values()),
        writes="writes" in target.allow and not target.is_production,
        headers=headers,
    )


def _survey(supply: Supply) -> Survey:
    session, target = supply.session, supply.session.target

    def made() -> Contract:
        return contract_of(
            target,
            session.profiles,
            lambda: session.traffic.constant_headers(session.traffic.now()),
        )

    described: Contract = supply.memory.once(("contract",), made)
    return Survey(
        described,
        ListedTsp(supply.tsp, session.ledger, reading_posts(described)),
        seed=session.seed,
        jobs=session.jobs,
        budget=Budget(deep=session.deep),
        other=_other(supply),
    )


def _other(supply: Supply) -> Signer | None:
    """Signs requests as the second identity of the bank's file; None where it names none."""
    scheme = supply.session.target.other_identity
    return None if scheme is None else _signer(supply, "other identity", scheme)


def _identities(supply: Supply) -> Strangers:
    given = supply.session.target.identities
    return Strangers(
        unfit=tuple((words, _signer(supply, words, scheme)) for words, scheme in given.unfit()),
        lesser=tuple(
            Bounded(words, _signer(supply, words, one.authentication), one.scopes, frozenset(one.denied))
            for words, one in given.lesser()
        ),
    )


def _signer(supply: Supply, name: str, scheme: Scheme) -> Signer:
    """Signs requests with the credentials of another identity, which is made once in a round."""
    vault, tsp = supply.session.traffic.vault, supply.tsp
    own = scheme.under(supply.session.target.base_url)
    identity = supply.memory.once(("identity", name), lambda: own.flow(vault))
    return lambda request: identity.apply(request, tsp.send, tsp.now())
