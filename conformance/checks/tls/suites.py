"""Cipher suites: none that is broken, none outside a policy, the strong before the weak."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Finding
from conformance.registry import check
from conformance.tls.codes import SSL2, TLS12, VERSION_CODES
from conformance.tls.facts import TlsFacts
from conformance.tls.hosts import TlsHosts
from conformance.tls.policy import breaches, policy
from conformance.tls.suites import strength, suite

Pairs = Iterator[tuple[str, str]]


def _suites(facts: TlsFacts, versions: frozenset[str] | None) -> list[int]:
    chosen = {VERSION_CODES[one] for one in versions} if versions else None
    return list(
        dict.fromkeys(
            code
            for one in facts.versions
            if one.version != SSL2 and (chosen is None or one.version in chosen)
            for code in one.suites
        )
    )


@check(confirm=False)
def no_suite_with(
    tls_hosts: TlsHosts, *, weaknesses: frozenset[str], versions: frozenset[str] | None = None
) -> Iterator[Finding]:
    """Refuses every cipher suite that has one of the given weaknesses."""

    def rule(facts: TlsFacts) -> Pairs:
        weak = [code for code in _suites(facts, versions) if suite(code).weaknesses & weaknesses]
        if weak:
            yield (
                f"no suite with: {', '.join(sorted(weaknesses))}",
                ", ".join(str(suite(code)) for code in weak),
            )

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def strong_suite_preferred(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Prefers a suite with forward secrecy and authenticated encryption, wherever the client lists it."""

    def rule(facts: TlsFacts) -> Pairs:
        for one in facts.versions:
            best = max((strength(code) for code in one.suites), default=(False, False, 0))
            taken = one.weak_first
            if taken is not None and best[1] and not strength(taken)[1]:
                yield f"a strong suite in {one.name}, of those that it accepts", str(suite(taken))

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def suite_served(tls_hosts: TlsHosts, *, policy_name: str) -> Iterator[Finding]:
    """Accepts at least one TLS 1.2 suite of the policy, where it speaks TLS 1.2 at all."""
    chosen = policy(policy_name)

    def rule(facts: TlsFacts) -> Pairs:
        for one in facts.versions:
            wanted = chosen.suites.get(one.version)
            if one.name == "TLSv1.2" and wanted and not wanted.intersection(one.suites):
                yield (
                    f"a {one.name} suite of {chosen.title}",
                    ", ".join(str(suite(code)) for code in one.suites),
                )

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def suites_within(tls_hosts: TlsHosts, *, policy_name: str) -> Iterator[Finding]:
    """Accepts in TLS 1.2 no suite beyond those of the policy."""
    chosen = policy(policy_name)

    def rule(facts: TlsFacts) -> Pairs:
        served = facts.version(TLS12)
        others = [code for code in served.suites if code not in chosen.suites[TLS12]] if served else []
        if others:
            yield f"TLS 1.2 suites of {chosen.title}", ", ".join(str(suite(code)) for code in others)

    yield from tls_hosts.judge(rule)


@check(confirm=False)
def within_policy(tls_hosts: TlsHosts, *, policy_name: str) -> Iterator[Finding]:
    """Accepts no version, suite, group, signature or key beyond what the policy allows."""
    chosen = policy(policy_name)
    yield from tls_hosts.judge(lambda facts: breaches(chosen, facts))
