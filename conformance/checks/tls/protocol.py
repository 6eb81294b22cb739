"""Versions and how one is agreed on."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.registry import check
from conformance.tls.codes import SSL2, TLS13, VERSION_CODES, version_name
from conformance.tls.facts import TlsFacts
from conformance.tls.hosts import UNSURE, TlsHosts
from conformance.tls.probe import UNKNOWN_PROTOCOL

Pairs = Iterator[tuple[str, str]]


@check(confirm=False, requests=100)
def offered(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Answers a ClientHello with TLS on every endpoint and address."""
    for facts in tls_hosts.each():
        if not facts.speaks_tls:
            yield Finding("a TLS handshake", facts.trouble or "no ServerHello", at=str(facts.endpoint))


@check(confirm=False)
def no_version_below(tls_hosts: TlsHosts, *, floor: str) -> Iterator[Finding]:
    """Refuses every protocol version below the floor."""

    def rule(facts: TlsFacts) -> Pairs:
        low = [one.name for one in facts.versions if one.version < VERSION_CODES[floor]]
        if low:
            yield f"{floor} or later only", f"also {', '.join(low)}"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def version_served(tls_hosts: TlsHosts, *, versions: frozenset[str]) -> Iterator[Finding]:
    """Serves at least one of the given protocol versions."""

    def rule(facts: TlsFacts) -> Pairs:
        served = {one.name for one in facts.versions}
        if not served & versions and served:
            yield f"one of {', '.join(sorted(versions))}", f"only {', '.join(sorted(served))}"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def newest_version_chosen(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Chooses the newest version that both sides speak."""

    def rule(facts: TlsFacts) -> Pairs:
        best = max((one.version for one in facts.versions if one.version != SSL2), default=0)
        if facts.newest and facts.newest < best:
            yield f"{version_name(best)}, which it speaks", version_name(facts.newest)

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def downgrade_signalled(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Shows a client that a lower version was forced upon the handshake."""

    def rule(facts: TlsFacts) -> Pairs:
        served = {one.version for one in facts.versions}
        if TLS13 in served and facts.downgrade_sentinel is False:
            yield "the downgrade sentinel in the ServerHello's random bytes", "none"
        older = served - {TLS13, SSL2}
        if len(older) > 1 and TLS13 not in served and facts.fallback_signal is False:
            yield "the alert inappropriate_fallback to TLS_FALLBACK_SCSV", "the handshake went on"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def tolerant(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Accepts versions, extensions, suites and groups that it does not know, and long hellos."""

    def rule(facts: TlsFacts) -> Pairs:
        for refused in facts.intolerances:
            yield "a handshake as usual", f"refused with {refused}"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def same_on_every_address(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Speaks the same versions and suites on every address of a host."""
    groups: dict[tuple[str, int], list[TlsFacts]] = {}
    for facts in tls_hosts.speaking():
        groups.setdefault((facts.endpoint.host, facts.endpoint.port), []).append(facts)
    for same in groups.values():
        unsure = [one for one in same if any(trouble.kind in UNSURE for trouble in one.troubles)]
        if len(same) > 1 and unsure:
            raise Inconclusive(f"{unsure[0].endpoint}: {unsure[0].trouble}")
        seen = {tuple((one.name, frozenset(one.suites)) for one in facts.versions) for facts in same}
        if len(seen) > 1:
            yield Finding(
                "one policy on all addresses",
                "; ".join(
                    f"{one.endpoint.address}: "
                    + ", ".join(f"{v.name} with {len(v.suites)} suites" for v in one.versions)
                    for one in same
                ),
                at=f"{same[0].endpoint.host}:{same[0].endpoint.port}",
            )


@check(confirm=False)
def application_protocol_refused(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Agrees to no application protocol that does not exist."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.unknown_alpn == UNKNOWN_PROTOCOL:
            yield "no_application_protocol, or no answer to the offer", "the made-up protocol was chosen"

    yield from tls_hosts.judge(rule)
