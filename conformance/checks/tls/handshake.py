"""Key agreement, signatures and the options of a handshake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from conformance.model import Finding
from conformance.registry import check
from conformance.tls.codes import SSL2, SSL3, TLS13
from conformance.tls.facts import TlsFacts
from conformance.tls.hosts import TlsHosts
from conformance.tls.policy import weak_groups
from conformance.tls.suites import suite

Pairs = Iterator[tuple[str, str]]
SKEW = timedelta(minutes=5)
"""By how much clocks may differ."""


@check(confirm=False)
def no_group_below(tls_hosts: TlsHosts, *, bits: int) -> Iterator[Finding]:
    """Refuses elliptic curves below the given size."""

    def rule(facts: TlsFacts) -> Pairs:
        weak = weak_groups(facts, bits)
        if weak:
            yield f"curves of at least {bits} bits", ", ".join(weak)

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def group_served(tls_hosts: TlsHosts, *, groups: frozenset[str]) -> Iterator[Finding]:
    """Agrees on one of the given groups, where it uses groups at all."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.groups and not groups.intersection(facts.groups):
            yield f"one of {', '.join(sorted(groups))}", ", ".join(facts.groups)

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def no_diffie_hellman_below(tls_hosts: TlsHosts, *, bits: int) -> Iterator[Finding]:
    """Uses no Diffie-Hellman prime below the given size."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.dh_bits is not None and facts.dh_bits < bits:
            yield f"a prime of at least {bits} bits", f"{facts.dh_bits} bits"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def no_signature_with(tls_hosts: TlsHosts, *, hashes: frozenset[str]) -> Iterator[Finding]:
    """Signs no key exchange with one of the given hashes."""

    def rule(facts: TlsFacts) -> Pairs:
        weak = [one for one in facts.schemes if one.rsplit("_", 1)[-1] in hashes]
        if weak:
            yield f"no signature with {', '.join(sorted(hashes))}", ", ".join(weak)

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def no_truncated_mac(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Declines the truncated HMAC extension."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.truncated_hmac:
            yield "no truncated_hmac in the ServerHello", "truncated_hmac agreed"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def renegotiation_secure(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Ties a renegotiation to the connection that it belongs to."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.secure_renegotiation is False:
            yield "the renegotiation_info extension", "none"

    yield from tls_hosts.judge(rule)


@check(confirm=False, requests=1)
def no_client_renegotiation(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Does not renegotiate as often as the client likes."""
    again = tls_hosts.renegotiations()

    def rule(facts: TlsFacts) -> Pairs:
        if again[facts.endpoint]:
            yield "no_renegotiation, or the end of the connection", "one handshake after another"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def extended_master_secret(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Binds the session keys to the whole handshake before TLS 1.3."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.extended_master_secret is False and any(
            SSL3 < one.version < TLS13 for one in facts.versions
        ):
            yield "the extended_master_secret extension", "none"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def encrypt_then_mac(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Protects CBC suites with encrypt-then-MAC, where it accepts CBC suites."""

    def rule(facts: TlsFacts) -> Pairs:
        cbc = [
            code
            for one in facts.versions
            if one.version not in (SSL2, SSL3, TLS13)
            for code in one.suites
            if suite(code).mode == "CBC"
        ]
        if cbc and facts.encrypt_then_mac is False:
            yield "the encrypt_then_mac extension", f"none, with {len(set(cbc))} CBC suites"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def tickets_short_lived(tls_hosts: TlsHosts, *, max_age: timedelta) -> Iterator[Finding]:
    """Issues no session ticket for longer than the given age."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.resumption.lifetime > max_age.total_seconds():
            yield f"tickets for at most {max_age}", f"{timedelta(seconds=facts.resumption.lifetime)}"

    yield from tls_hosts.judge(rule, sessions=True)


@check(confirm=False, requests=4)
def session_stays_with_its_name(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Takes up no session under a name that its certificate did not hold when the session began."""
    for first, second in tls_hosts.crossings():
        yield Finding(
            "a full handshake, with this host's own certificate",
            f"a session of {first.endpoint} resumed",
            at=str(second.endpoint),
        )


@check(confirm=False)
def no_early_data(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Admits no early data, which anybody could send a second time."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.resumption.early_data:
            yield "tickets without early_data", f"up to {facts.resumption.early_data} bytes of early data"

    yield from tls_hosts.judge(rule, sessions=True)


@check(confirm=False)
def staple_valid(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Staples an OCSP response that is good, signed, current and of this certificate, or none."""

    def rule(facts: TlsFacts) -> Pairs:
        staple, now = facts.staple, tls_hosts.now()
        if staple is None:
            return
        if staple.status != "good":
            yield "a stapled response that says good", staple.status
        elif not staple.for_leaf:
            yield "a response for the server's certificate", "a response for another certificate"
        elif not staple.signed:
            yield "a response signed for the certificate's issuer", "another signature"
        elif staple.next_update and staple.next_update < now:
            yield "a current response", f"valid until {staple.next_update:%Y-%m-%d %H:%M}Z"
        elif staple.this_update and staple.this_update > now + SKEW:
            yield "a current response", f"one of {staple.this_update:%Y-%m-%d %H:%M}Z, which is to come"

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def promised_staple(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Staples an OCSP response where its certificate promises one."""

    def rule(facts: TlsFacts) -> Pairs:
        if facts.leaf and facts.leaf.must_staple and facts.staple is None:
            yield "a stapled response, as the certificate's TLS feature promises", "none"

    yield from tls_hosts.judge(rule, certificates=True)
