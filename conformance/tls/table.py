"""The facts of one address as a table of versions and suites, judged by a policy, for people to read."""

from __future__ import annotations

from typing import Any

from conformance.tls.facts import CertificateFacts, ChainFacts, TlsFacts
from conformance.tls.policy import Policy
from conformance.tls.suites import suite

GOOD, WEAK, BAD = "good", "weak", "bad"
DATED = frozenset({"cbc", "no-aead", "sha1-mac", "static-rsa", "static-dh", "psk", "short-tag"})
"""Weaknesses of a suite that are out of date rather than broken."""


def table(facts: TlsFacts, policy: Policy) -> dict[str, Any]:
    """JSON values: ``versions`` with their suites, and the ``chain`` as sent, leaf first.

    A version that the policy does not allow is ``bad``; so is a broken suite, a dated one is ``weak``.
    """
    return {
        "host": facts.endpoint.host,
        "port": str(facts.endpoint.port),
        "address": facts.endpoint.address or "",
        "policy": f"{policy.title} {policy.version}".strip(),
        "versions": [
            {
                "name": version.name,
                "offered": True,
                "judgement": GOOD if version.version in policy.versions else BAD,
                "suites": [_suite(code, version.version, policy) for code in version.suites],
            }
            for version in facts.versions
        ],
        "chain": _chain(facts.chains[0]) if facts.chains else [],
    }


def _suite(code: int, version: int, policy: Policy) -> dict[str, str]:
    found = suite(code).weaknesses
    allowed = code in policy.suites.get(version, frozenset())
    judgement = GOOD if allowed or not found else WEAK if found <= DATED else BAD
    return {
        "name": str(suite(code)),
        "judgement": judgement,
        "remark": "" if allowed else ", ".join(sorted(found)),
    }


def _chain(chain: ChainFacts) -> list[dict[str, Any]]:
    return [_certificate(one, chain, index) for index, one in enumerate(chain.certificates)]


def _certificate(one: CertificateFacts, chain: ChainFacts, index: int) -> dict[str, Any]:
    remark = chain.problem if index == 0 else ""
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "not_before": one.not_before.date().isoformat(),
        "not_after": one.not_after.date().isoformat(),
        "key": f"{one.key_type} {one.key_bits}",
        "signature": one.signature_hash,
        "names": list(one.names),
        "judgement": BAD if remark else GOOD,
        "remark": remark,
    }
