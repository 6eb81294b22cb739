"""The TLS endpoints of a target, dialled under the same limits as every other request."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from conformance.errors import NotApplicable
from conformance.target import Target
from conformance.tls.certificate import Trust
from conformance.tls.endpoints import endpoints
from conformance.tls.hosts import TlsHosts
from conformance.tls.identity import Identity
from conformance.tls.imported import Scan, elsewhere, second_opinion
from conformance.tls.mutual import GOOD
from conformance.tls.named import Named
from conformance.tls.policy import policies
from conformance.tls.table import table
from conformance.traffic import Traffic

SHOWN = 20
"""Places that a note names; a document may name any number."""


class _Polite:
    """Dials when the run's limits allow it; each handshake counts as a request."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def wait_turn(self) -> None:
        self._traffic.take_turn()

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((host, port), timeout)


def tls_hosts(
    target: Target, traffic: Traffic, path: str, *, on_network: bool, named_by_bank: Iterable[Named] = ()
) -> TlsHosts:
    """What a session knows of the target's TLS; it is probed when a check first asks.

    ``path`` is one that needs the client certificate, where the target declares one. What the bank names of
    itself is probed only where the target's file allows requests to go: a bank's document may name a host of
    somebody else's, or one inside. Raises ``NotApplicable`` for a bank in memory and for plain http on this
    machine, which have no TLS.
    """
    if not on_network:
        raise NotApplicable("the bank is in this process, so there is no TLS to look at")
    named = [("base_url", target.base_url), *(("tls_endpoints", one) for one in target.tls_endpoints)]
    named += [("authentication", url) for url in target.authentication.hosts]
    named += [("authorization", url) for url in (target.authorization.hosts if target.authorization else ())]
    other = target.other_identity
    named += [("authentication", url) for url in (other.hosts if other else ())]
    allowed = {*target.authorities, *target.tls_endpoints}
    held_back: dict[str, str] = {}
    for use, url in named_by_bank:
        for one in endpoints([(use, url)]):
            place = f"[{one.host}]:{one.port}" if ":" in one.host else f"{one.host}:{one.port}"
            if place in allowed:
                named.append((use, url))
            else:
                held_back.setdefault(place, use)
    found = endpoints(named)
    if not found:
        raise NotApplicable("the bank is served by plain http on this machine, so there is no TLS to look at")
    identities = _identities(target)
    gated = (
        endpoints([("base_url", target.base_url)]) if identities and target.tls.certificate_required else ()
    )
    return TlsHosts(
        found,
        dialler=_Polite(traffic),
        trust=Trust.from_pem(target.tls.ca.read_bytes()) if target.tls.ca else Trust.system(),
        identities=identities,
        mutual_paths=dict.fromkeys(gated, path),
        jobs=target.limits.jobs,
        held_back=tuple(f"{place} ({use})" for place, use in held_back.items()),
    )


def notes_of(hosts: TlsHosts, scan: Scan) -> dict[str, Any]:
    """What a report shows of the endpoints: each one's table, beside another scanner's report of it."""
    every, policy = hosts.each(), policies()["rfc9325"]
    tables = [
        table(facts, policy) | {"second": second_opinion(facts, scan)} for facts in every if facts.speaks_tls
    ]
    notes: dict[str, Any] = {"tls": tables}
    if hosts.held_back:
        notes["TLS not looked at"] = (
            f"{_some(hosts.held_back)}: named by the bank and not by the target; "
            "add what is the bank's own under hosts:"
        )
    others = elsewhere(scan, every)
    if others:
        notes["TLS of the other report only"] = _some(others)
    return notes


def _some(places: tuple[str, ...]) -> str:
    more = len(places) - SHOWN
    return ", ".join(places[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _identities(target: Target) -> dict[str, Identity]:
    """The target's own client certificate, and those that the bank must refuse."""
    tls = target.tls
    if tls.client_certificate is None or tls.client_key is None:
        return {}
    own = Identity.from_pem(tls.client_certificate.read_bytes(), tls.client_key.reveal().encode())
    wrong = {
        str(name): Identity.from_pem(pair.certificate.read_bytes(), pair.key.reveal().encode())
        for name, pair in tls.wrong_clients.items()
    }
    return {GOOD: own, **wrong}
