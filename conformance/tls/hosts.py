"""The endpoints of a target, each address probed once in a session, and rules judged over them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from conformance.errors import Inconclusive, NotApplicable, Unreachable
from conformance.model import Finding
from conformance.tls import mutual
from conformance.tls.certificate import Trust
from conformance.tls.exposure import Exposure, attack
from conformance.tls.facts import Endpoint, TlsFacts
from conformance.tls.identity import Identity
from conformance.tls.line import Dialler, Direct, Limits
from conformance.tls.mutual import MutualFacts
from conformance.tls.probe import probe
from conformance.tls.resumption import apart, crosses, renegotiates

T = TypeVar("T")
U = TypeVar("U")

Rule = Callable[[TlsFacts], Iterable[tuple[str, str]]]
"""From facts to pairs of what was expected and what was seen."""

UNSURE = {"timeout", "spent", "garbage", "oversize", "intolerant", "gone"}
"""Troubles after which a rule that found nothing proves nothing."""
SESSIONS = {"TLS 1.2 handshake", "TLS 1.2 resumption", "TLS 1.3 handshake"}
"""Steps that tell of sessions and tickets, and of nothing else."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """All addresses of a host, IPv4 and IPv6; none when the name is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(slots=True)
class TlsHosts:
    """The endpoints that a target names, with what the probes saw of them; probes run once, on first use.

    ``mutual_paths`` maps an endpoint that asks for client certificates to a path that needs one. ``jobs``
    addresses are probed at once, each over one connection at a time. ``held_back`` are places that the bank
    names and that may not be dialled.
    """

    endpoints: Sequence[Endpoint]
    dialler: Dialler = field(default_factory=Direct)
    trust: Trust = field(default_factory=Trust.system)
    limits: Limits = field(default_factory=Limits)
    identities: Mapping[str, Identity] = field(default_factory=dict)
    mutual_paths: Mapping[Endpoint, str] = field(default_factory=dict)
    jobs: int = 4
    held_back: tuple[str, ...] = ()
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _facts: tuple[TlsFacts, ...] | None = None
    _exposures: dict[Endpoint, Exposure] | None = None
    _renegotiations: dict[Endpoint, bool | None] | None = None
    _mutual: tuple[MutualFacts, ...] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def each(self) -> tuple[TlsFacts, ...]:
        """The facts of every address that can be reached from here. Raises ``Unreachable`` when none can.

        An address without a route, or held back by the dialler, is left out: it says nothing of the bank.
        """
        with self._lock:
            if self._facts is None:
                places = [
                    replace(one, address=address)
                    for one in dict.fromkeys(self.endpoints)
                    for address in ((one.address,) if one.address else resolve(one.host, one.port))
                ]
                self._facts = self._at_once(
                    lambda place: probe(place, self.dialler, self.trust, self.limits, self._shown_to(place)),
                    places,
                )
        reached = tuple(one for one in self._facts if one.reached)
        if not reached:
            why = "; ".join(f"{one.endpoint}: {one.trouble}" for one in self._facts) or "no address is known"
            raise Unreachable(f"no TLS endpoint could be reached: {why}")
        return reached

    def speaking(self) -> tuple[TlsFacts, ...]:
        """Those that speak TLS at all; raises ``Inconclusive`` when none does."""
        found = tuple(one for one in self.each() if one.speaks_tls)
        if not found:
            raise Inconclusive(
                "no endpoint speaks TLS: " + "; ".join(f"{f.endpoint}: {f.trouble}" for f in self.each())
            )
        return found

    def judge(self, rule: Rule, *, sessions: bool = False, certificates: bool = False) -> Iterator[Finding]:
        """The findings of a rule over all that speak TLS; raises ``Inconclusive`` when it found nothing but
        an address did not answer all questions. ``sessions`` and ``certificates`` are for rules about those.
        """
        clean, speaking = True, self.speaking()
        for facts in speaking:
            for expected, actual in rule(facts):
                clean = False
                yield Finding(expected, actual, at=str(facts.endpoint))
        unsure = [
            f"{one.endpoint}: {one.trouble}"
            for one in speaking
            if any(t.kind in UNSURE and (sessions or t.step not in SESSIONS) for t in one.troubles)
        ]
        if certificates:
            unsure += [
                f"{one.endpoint}: no certificate was seen: {one.trouble or 'no handshake has come so far'}"
                for one in speaking if not one.chains
            ]  # fmt: skip
        if clean and unsure:
            raise Inconclusive("; ".join(dict.fromkeys(unsure)))

    def exposures(self) -> Iterator[tuple[TlsFacts, Exposure]]:
        """What malformed messages show of each; sent once, on first use."""
        speaking = self.speaking()
        with self._lock:
            if self._exposures is None:
                self._exposures = self._of_each(
                    speaking,
                    lambda facts: attack(
                        facts,
                        self.dialler,
                        facts.endpoint.server_name,
                        self.limits,
                        self._shown_to(facts.endpoint),
                    ),
                )
            return iter([(facts, self._exposures[facts.endpoint]) for facts in speaking])

    def renegotiations(self) -> Mapping[Endpoint, bool | None]:
        """Whether each begins a second handshake when a client asks for it; asked once, on first use."""
        speaking = self.speaking()
        with self._lock:
            if self._renegotiations is None:
                self._renegotiations = self._of_each(
                    speaking,
                    lambda facts: renegotiates(
                        facts, self.dialler, self.limits, self._shown_to(facts.endpoint)
                    ),
                )
            return self._renegotiations

    def crossings(self) -> Iterator[tuple[TlsFacts, TlsFacts]]:
        """Pairs of hosts where the second takes up sessions that were begun under the first one's name.

        Each host is tried with the sessions of the one before it, where that one's certificate does not name
        it. Raises ``NotApplicable`` when no two hosts are so.
        """
        named = {one.endpoint.server_name: one for one in self.speaking() if one.endpoint.server_name}
        hosts = list(named.values())
        pairs = [pair for pair in zip(hosts[-1:] + hosts[:-1], hosts, strict=True) if apart(*pair)]
        if not pairs:
            raise NotApplicable("no two hosts speak TLS 1.2 under certificates that do not name each other")
        taken = self._at_once(lambda pair: crosses(*pair, self.dialler, self.limits), pairs)
        yield from (pair for pair, crossed in zip(pairs, taken, strict=True) if crossed)

    def _shown_to(self, place: Endpoint) -> Identity | None:
        """The target's own certificate, for an endpoint that is declared to need it."""
        needing = {(one.host, one.port) for one in self.mutual_paths}
        return self.identities.get(mutual.GOOD) if (place.host, place.port) in needing else None

    def _of_each(self, speaking: Sequence[TlsFacts], ask: Callable[[TlsFacts], T]) -> dict[Endpoint, T]:
        answers = self._at_once(ask, speaking)
        return {facts.endpoint: answer for facts, answer in zip(speaking, answers, strict=True)}

    def _at_once(self, ask: Callable[[U], T], them: Iterable[U]) -> tuple[T, ...]:
        with ThreadPoolExecutor(max(1, self.jobs), "tls") as pool:
            return tuple(pool.map(ask, them))

    def mutual(self) -> tuple[MutualFacts, ...]:
        """What each client got at the paths that need a certificate. Raises ``NotApplicable`` when the target
        declares none, ``Inconclusive`` without a client certificate for the control."""
        if not self.mutual_paths:
            raise NotApplicable("the target declares no path that needs a client certificate")
        if mutual.GOOD not in self.identities:
            raise Inconclusive(
                "the target gives no client certificate, so no refusal could be held against it"
            )
        with self._lock:
            if self._mutual is None:
                paths = {(one.host, one.port): path for one, path in self.mutual_paths.items()}
                open_ones = [
                    one for one in self.speaking()
                    if (one.endpoint.host, one.endpoint.port) not in paths
                ]  # fmt: skip
                self._mutual = tuple(
                    mutual.try_all(
                        facts, self.dialler, facts.endpoint.server_name,
                        paths[facts.endpoint.host, facts.endpoint.port], self.identities, self.limits,
                        open_ones,
                    )
                    for facts in self.speaking()
                    if (facts.endpoint.host, facts.endpoint.port) in paths
                )  # fmt: skip
        return self._mutual
