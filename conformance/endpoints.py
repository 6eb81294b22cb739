"""The TLS endpoints of a target, dialled under the same limits as every other request."""

from __future__ import annotations

import socket

from conformance.errors import NotApplicable
from conformance.target import Target
from conformance.tls.certificate import Trust
from conformance.tls.endpoints import endpoints
from conformance.tls.hosts import TlsHosts
from conformance.tls.identity import Identity
from conformance.tls.mutual import GOOD
from conformance.traffic import Traffic


class _Polite:
    """Dials when the run's limits allow it; each handshake counts as a request."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def wait_turn(self) -> None:
        self._traffic.take_turn()

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((host, port), timeout)


def tls_hosts(target: Target, traffic: Traffic, path: str, *, on_network: bool) -> TlsHosts:
    """What a session knows of the target's TLS; it is probed when a check first asks.

    ``path`` is one that needs the client certificate, where the target declares one. Raises
    ``NotApplicable`` for a bank in memory and for plain http on this machine, which have no TLS.
    """
    if not on_network:
        raise NotApplicable("the bank is in this process, so there is no TLS to look at")
    named = [("base_url", target.base_url), *(("tls_endpoints", one) for one in target.tls_endpoints)]
    named += [("authentication", url) for url in target.authentication.hosts]
    named += [("authorization", url) for url in (target.authorization.hosts if target.authorization else ())]
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
    )


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
