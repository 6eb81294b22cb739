"""The certificates that an endpoint shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.registry import check
from conformance.tls.certificate import names_host
from conformance.tls.facts import CertificateFacts, ChainFacts, TlsFacts
from conformance.tls.hosts import TlsHosts

Pairs = Iterator[tuple[str, str]]
SERVER_AUTH = ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")


def _needs_roots(tls_hosts: TlsHosts) -> None:
    if not tls_hosts.trust.roots:
        raise Inconclusive("no trusted authority is known here: install the system's, or name one as tls.ca")


def _leaves(facts: TlsFacts) -> Iterator[tuple[ChainFacts, CertificateFacts]]:
    for chain in facts.chains:
        if chain.leaf:
            yield chain, chain.leaf


@check(confirm=False)
def certificate_trusted(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Shows a certificate whose chain ends at an authority that the target or the system trusts."""

    _needs_roots(tls_hosts)

    def rule(facts: TlsFacts) -> Pairs:
        for chain in facts.chains:
            if chain.unreadable:
                yield "X.509 certificates", f"unreadable: {chain.unreadable}"
            elif not chain.trusted and chain.problem != "incomplete":
                leaf = chain.leaf
                if leaf and leaf.self_signed:
                    yield "a certificate of a trusted authority", f"self-signed: {leaf.subject}"
                else:
                    last = chain.certificates[-1] if chain.certificates else None
                    yield (
                        "a chain to a trusted authority",
                        f"{chain.problem}: issued by {last.issuer if last else '-'}",
                    )

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def chain_complete(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Sends every intermediate certificate between its own and the root."""

    _needs_roots(tls_hosts)

    def rule(facts: TlsFacts) -> Pairs:
        for chain in facts.chains:
            if chain.problem == "incomplete":
                last = chain.certificates[-1].issuer if chain.certificates else "-"
                yield (
                    "all intermediate certificates, and a trusted root",
                    f"nothing sent or trusted for {last}",
                )

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def chain_ordered(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Sends its own certificate first and each issuer after what it issued."""

    def rule(facts: TlsFacts) -> Pairs:
        for chain in facts.chains:
            if not chain.ordered:
                yield (
                    "each certificate before its issuer",
                    " then ".join(one.subject for one in chain.certificates),
                )

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def name_matches(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Shows a certificate whose subject alternative names hold the host."""

    def rule(facts: TlsFacts) -> Pairs:
        host = facts.endpoint.server_name or facts.endpoint.host
        for _, leaf in _leaves(facts):
            if not names_host(leaf.names, host):
                yield (
                    f"an alternative name {host}",
                    ", ".join(leaf.names) or "no alternative name",
                )

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def within_dates(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Shows certificates that are valid today."""

    def rule(facts: TlsFacts) -> Pairs:
        now = tls_hosts.now()
        for chain, _ in _leaves(facts):
            for one in chain.certificates:
                if not one.not_before <= now <= one.not_after and not one.self_signed | (
                    one.issuer == one.subject
                ):
                    yield (
                        f"{one.subject} valid on {now:%Y-%m-%d}",
                        f"valid from {one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}",
                    )

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def not_expiring(tls_hosts: TlsHosts, *, within: timedelta) -> Iterator[Finding]:
    """Renews its certificate in time: before the given span, or the last third of a short life, is left."""

    def rule(facts: TlsFacts) -> Pairs:
        now = tls_hosts.now()
        for _, leaf in _leaves(facts):
            span = min(within, (leaf.not_after - leaf.not_before) / 3)
            if now <= leaf.not_after < now + span:
                yield f"more than {span.days} days left", f"expires on {leaf.not_after:%Y-%m-%d}"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def key_size(tls_hosts: TlsHosts, *, rsa: int, ec: int) -> Iterator[Finding]:
    """Holds keys of at least the given sizes, through the whole chain."""

    def rule(facts: TlsFacts) -> Pairs:
        least = {"RSA": rsa, "DSA": 1 << 20, "EC": ec}
        for chain in facts.chains:
            for one in chain.certificates:
                if one.key_bits < least.get(one.key_type, 0):
                    yield f"RSA {rsa} or EC {ec} bits", f"{one.key_type} {one.key_bits} bits in {one.subject}"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def signature_hash(tls_hosts: TlsHosts, *, weak: frozenset[str]) -> Iterator[Finding]:
    """Shows no certificate signed with a weak hash; a root's own signature does not count."""

    def rule(facts: TlsFacts) -> Pairs:
        for chain in facts.chains:
            for at, one in enumerate(chain.certificates):
                if one.signature_hash in weak and (at == 0 or one.subject != one.issuer):
                    yield "signatures with SHA-256 or better", f"{one.signature_hash} on {one.subject}"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def server_usage(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Shows a certificate that is meant for a server's authentication."""

    def rule(facts: TlsFacts) -> Pairs:
        for _, leaf in _leaves(facts):
            if leaf.extended_usage is not None and not set(SERVER_AUTH) & set(leaf.extended_usage):
                yield "extended key usage serverAuth", ", ".join(leaf.extended_usage)
            signs = leaf.key_usage is None or {"digital_signature", "key_encipherment"} & set(leaf.key_usage)
            if not signs:
                yield "key usage digitalSignature", ", ".join(leaf.key_usage or ()) or "none"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def not_an_authority(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Shows as its own a certificate that cannot issue others."""

    def rule(facts: TlsFacts) -> Pairs:
        for _, leaf in _leaves(facts):
            if leaf.is_ca:
                yield "a leaf without the CA flag", f"CA true in {leaf.subject}"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def lifetime(tls_hosts: TlsHosts, *, days: int) -> Iterator[Finding]:
    """Shows certificates of public authorities that live no longer than the given days."""

    def rule(facts: TlsFacts) -> Pairs:
        for chain, leaf in _leaves(facts):
            if chain.trusted and not chain.private and leaf.lifetime_days > days:
                yield f"at most {days} days", f"{leaf.lifetime_days} days"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def transparency(tls_hosts: TlsHosts, *, least: int) -> Iterator[Finding]:
    """Carries signed certificate timestamps in certificates of public authorities."""

    def rule(facts: TlsFacts) -> Pairs:
        for chain, leaf in _leaves(facts):
            if chain.trusted and not chain.private and leaf.scts < least:
                yield f"at least {least} signed certificate timestamps", f"{leaf.scts}"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def revocation_published(tls_hosts: TlsHosts, *, short_lived: timedelta) -> Iterator[Finding]:
    """Says where its revocation can be looked up, unless a public certificate lives too shortly for that."""

    def rule(facts: TlsFacts) -> Pairs:
        for chain, leaf in _leaves(facts):
            lives = leaf.not_after - leaf.not_before
            if (
                chain.trusted
                and not chain.private
                and lives > short_lived
                and not leaf.ocsp
                and not leaf.crls
            ):
                yield "an OCSP or CRL address", "none"

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def wildcard_narrow(tls_hosts: TlsHosts, *, registries: frozenset[str]) -> Iterator[Finding]:
    """Holds no wildcard over names that do not all belong to one owner."""

    def rule(facts: TlsFacts) -> Pairs:
        for _, leaf in _leaves(facts):
            for name in leaf.names:
                base = name.removeprefix("*.").lower()
                if "*" in name and ("." not in base or base in registries or "*" in base):
                    yield "a wildcard below a name of the bank's own", name

    yield from tls_hosts.judge(rule, certificates=True)


@check(confirm=False)
def key_of_its_own(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Uses no private key in the certificates of two hosts."""
    seen: dict[str, tuple[str, str]] = {}
    for facts in tls_hosts.speaking():
        for _, leaf in _leaves(facts):
            host, certificate = seen.setdefault(leaf.key_sha256, (facts.endpoint.host, leaf.sha256))
            if host != facts.endpoint.host and certificate != leaf.sha256:
                yield Finding(
                    "a private key for each certificate", f"the key of {host}", at=str(facts.endpoint)
                )
