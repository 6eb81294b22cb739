"""The prober keeps its limits, whatever the peer does."""

from __future__ import annotations

import functools
import json
import socket
import ssl
import time
from collections.abc import Callable

import pytest

from conformance.checks.tls import mutual
from conformance.errors import Inconclusive
from conformance.registry import all_checks
from conformance.tls.hosts import TlsHosts
from conformance.tls.line import Limits
from tests.tls import hostile, stacks
from tests.tls.authority import ROOT, client
from tests.tls.test_hosts import here
from tests.tls.test_matrix import requirements, verdicts

SHORT = Limits(handshake=0.6, total=4.0)


@pytest.mark.parametrize("peer", hostile.PEERS, ids=lambda one: one.__name__)
def test_a_hostile_peer_ends_within_the_cap_and_never_passes(peer: Callable[[socket.socket], None]) -> None:
    all_checks()
    requirements()
    with hostile.serving(peer) as port:
        hosts = TlsHosts([here(port)], trust=ROOT.trust, limits=SHORT)
        before = time.monotonic()
        found, unsure = verdicts(hosts)
        took = time.monotonic() - before
        facts = hosts.each()[0]
    assert took < 2 * SHORT.total + 20
    assert found or unsure
    assert facts.troubles or found
    assert facts.received < 80 * 300 * 1024
    json.dumps(facts.to_json())


def drips(tls: ssl.SSLSocket) -> bytes:
    for _ in range(60):
        tls.sendall(b"H")
        time.sleep(1)
    return b""


def floods(tls: ssl.SSLSocket) -> bytes:
    while True:
        tls.sendall(bytes(1 << 16))


@pytest.mark.parametrize("application", [drips, floods])
def test_a_peer_that_turns_hostile_after_the_handshake_ends_within_the_cap(
    application: stacks.Application,
) -> None:
    asking = functools.partial(stacks.context, clients=ssl.CERT_OPTIONAL)
    with stacks.python(asking, application, each=True) as port:
        own = {"good": client().identity}
        hosts = TlsHosts(
            [here(port)], trust=ROOT.trust, limits=SHORT, identities=own, mutual_paths={here(port): "/"}
        )
        before = time.monotonic()
        (seen,) = hosts.mutual()
        took = time.monotonic() - before
        with pytest.raises(Inconclusive, match="the right client certificate got"):
            list(mutual.client_certificate_required(hosts))
    assert took < 2 * SHORT.total + 20
    assert not any(one.status for one in seen.attempts.values())


def test_an_answer_of_16_mb_is_cut_at_the_cap() -> None:
    with hostile.serving(hostile.enormous_chain) as port:
        facts = TlsHosts([here(port)], limits=SHORT).each()[0]
    assert "oversize" in {one.kind for one in facts.troubles}
    assert facts.received < 2 * 1024 * 1024
