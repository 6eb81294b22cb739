"""The facts of one address as a table of versions and suites, judged by a policy, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from conformance.tls.facts import CertificateFacts, ChainFacts, TlsFacts
from conformance.tls.policy import Policy
from conformance.tls.suites import suite

GOOD, WEAK, BAD = "good", "weak", "bad"
DATED = frozenset(
    {"cbc", "no-aead", "sha1-mac", "static-rsa", "static-dh", "finite-field", "psk", "short-tag"}
)
"""Weaknesses of a suite that are out of date rather than broken."""


def table(facts: TlsFacts, policy: Policy) -> dict[str, Any]:
    """JSON values: ``versions`` with their suites, the ``chain`` as sent, leaf first, and other ``facts``.

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
        "facts": [{"what": what, "said": said} for what, said in _facts(facts) if said],
    }


def _facts(facts: TlsFacts) -> Iterator[tuple[str, str]]:
    """What else was seen, by the names that the other scanner's report has where it looks at the same."""
    told = facts.resumption
    ways = {"by id": told.by_id, "by ticket": told.by_ticket, "in TLS 1.3": told.tls13}
    yield "uses", ", ".join(facts.endpoint.uses)
    yield "groups", ", ".join(facts.groups)
    yield "signatures", ", ".join(facts.schemes)
    yield "Diffie-Hellman", f"{facts.dh_bits} bits" if facts.dh_bits else ""
    yield "application protocols", ", ".join(facts.alpn)
    yield "compression", _yes(facts.compression)
    yield "secure renegotiation", _yes(facts.secure_renegotiation)
    yield "extended master secret", _yes(facts.extended_master_secret)
    yield "fallback signal", _yes(facts.fallback_signal)
    yield "resumption", ", ".join(way for way, taken in ways.items() if taken) or "none"
    yield "tickets", f"for {timedelta(seconds=told.lifetime)}" if told.lifetime else ""
    yield "early data", f"up to {told.early_data} bytes" if told.early_data else "no"
    yield "client certificate", "asked for" if facts.asks_certificate else ""
    yield "stapled OCSP response", facts.staple.status if facts.staple else ""


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


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
