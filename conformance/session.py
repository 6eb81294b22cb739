"""A session: what the cases of one run share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from conformance import __version__
from conformance.address import LOOPBACK
from conformance.authentication import secrets
from conformance.ledger import Ledger
from conformance.model import Exchange, Function, Plan, Profile
from conformance.offer import operations
from conformance.openapi import ApiDescription, load_description
from conformance.operation import Operation
from conformance.pace import Limits
from conformance.profile import all_profiles
from conformance.registry import Check, all_checks
from conformance.results import TOOL
from conformance.secret import Vault
from conformance.target import Target
from conformance.tls.imported import Scan
from conformance.traffic import Traffic
from conformance.tsp import Memory
from conformance.wire import Certified, MemoryWire, NetworkWire, Wire


@dataclass
class Session:
    """One run against one target.

    ``operations`` are the functions that the bank offers, by id; ``scan`` is what another scanner says of its
    TLS. Every round of confirmation has a memory of its own, so that a finding is confirmed by fresh traffic
    that all findings of the round share.
    """

    target: Target
    profiles: tuple[Profile, ...]
    operations: Mapping[str, Operation]
    traffic: Traffic
    checks: Mapping[str, Check]
    seed: int = 0
    on_network: bool = True
    deep: float = 0.0
    scan: Scan = field(default_factory=Scan)
    ledger: Ledger = field(default_factory=Ledger)
    api: ApiDescription | None = None
    _rounds: list[Memory] = field(default_factory=list)
    _offered: tuple[Operation, ...] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _volleys: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, check: Check) -> Iterator[None]:
        """Lets checks that load the bank in one at a time: two at once would spend each other's limits."""
        if "load" not in check.needs:
            yield
            return
        with self._volleys:
            yield

    def memory(self, number: int) -> Memory:
        """The memory of a round: 0 for the first judgement, above for confirmations."""
        with self._lock:
            while len(self._rounds) <= number:
                self._rounds.append(Memory())
            return self._rounds[number]

    @property
    def jobs(self) -> int:
        """Cases that run at a time."""
        return self.target.limits.jobs

    def offered(self) -> tuple[Operation, ...]:
        """All that the bank offers in any phase, chosen for this run or not."""
        with self._lock:
            if self._offered is None:
                self._offered = tuple(operations(self.target, bank_phases()).values())
            return self._offered

    def functions(self) -> Mapping[str, Function]:
        """Every function of the chosen profiles, by id."""
        return {f.id: f for profile in self.profiles for f in profile.functions}


def considerate(target: Target, profiles: tuple[Profile, ...]) -> Target:
    """The target with the limits that its profiles set, unless it is on this machine."""
    if urlsplit(target.base_url).hostname in LOOPBACK:
        return target
    rates = [p.limits["requests_per_second"] for p in profiles if "requests_per_second" in p.limits]
    jobs = [int(p.limits["jobs"]) for p in profiles if "jobs" in p.limits]
    return target.limited(
        rate=min([target.limits.requests_per_second, *rates]), jobs=min([target.limits.jobs, *jobs])
    )


def bank_phases() -> tuple[Profile, ...]:
    """The phases of the framework that have functions."""
    return tuple(p for p in all_profiles().values() if p.is_phase and p.for_banks)


USER_AGENT = f"{TOOL}/{__version__}"


@contextmanager
def open_session(
    target: Target,
    profiles: tuple[Profile, ...],
    plan: Plan,
    *,
    wire: Wire | None = None,
    record: Callable[[Exchange], None] | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    deep: float = 0.0,
    ledger: Path | None = None,
    scan: Scan | None = None,
) -> Iterator[Session]:
    """A session with its connections, closed at the end. ``ledger`` is the file that tells what was made.

    ``wire`` stands in for the network, for a bank in memory. Raises ``ConfigurationError`` for secrets,
    certificates and descriptions that cannot be read.
    """
    if wire is None:
        target = considerate(target, profiles)
    traffic = _traffic(target, wire, record=record, clock=clock, sleep=sleep)
    told = Ledger(ledger, budget=Decimal(target.writes.budget) if target.writes else None, clock=clock)
    try:
        yield Session(
            target=target,
            profiles=profiles,
            operations=operations(target, profiles),
            traffic=traffic,
            checks=all_checks(),
            seed=plan.seed,
            on_network=not isinstance(wire, MemoryWire),
            deep=deep,
            scan=scan or Scan(),
            ledger=told,
            api=load_description(target.api) if target.api else None,
        )
    finally:
        told.close()
        traffic.close()


def _traffic(
    target: Target,
    wire: Wire | None,
    *,
    record: Callable[[Exchange], None] | None,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Traffic:
    """Sends to the bank, under the target's limits and credentials; its secrets stay off the record."""
    vault = Vault()
    for _, secret in secrets(target):
        vault.add(secret)
    limits = target.limits
    return Traffic(
        wire or _network(target),
        target.base_url,
        vault=vault,
        credentials=target.authentication.flow(vault),
        limits=Limits(
            requests_per_second=limits.requests_per_second,
            max_requests=limits.max_requests,
            max_seconds=limits.max_time,
            request_seconds=limits.timeout * 2,
        ),
        record=record,
        hosts=target.authorities,
        headers=lambda now: (("User-Agent", USER_AGENT), *target.request_headers(now)),
        closed=target.closed,
        clock=clock,
        sleep=sleep,
        wires=lambda certified: _wire(target, wire, certified),
    )


def _wire(target: Target, wire: Wire | None, certified: Certified) -> Wire:
    """The connections of a TSP that shows this certificate."""
    if isinstance(wire, MemoryWire):
        return wire.showing(certified)
    return _network(target, (certified.certificate, certified.key))


def _network(target: Target, shown: tuple[str, str] | None = None) -> NetworkWire:
    limits, context = target.limits, target.tls.context(shown)
    return NetworkWire(context, timeout=limits.timeout, max_body=limits.max_body, connections=limits.jobs + 4)
