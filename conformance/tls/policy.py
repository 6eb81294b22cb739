"""Policies: which versions, suites, groups, signatures and key sizes a document allows, read from data.

A new policy is an entry in ``profiles/security/tls-policies.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conformance.errors import ConfigurationError
from conformance.tls.codes import VERSION_CODES, group_bits, version_name
from conformance.tls.facts import TlsFacts
from conformance.tls.suites import by_name, suite

FILE = "security/tls-policies.yaml"


@dataclass(frozen=True, slots=True)
class Policy:
    """What one document allows. An empty set of groups or schemes leaves them free."""

    name: str
    title: str
    version: str
    source: str
    versions: frozenset[int]
    suites: Mapping[int, frozenset[int]]
    groups: frozenset[str]
    schemes: frozenset[str]
    key_bits: Mapping[str, int]
    dh_bits: int
    lifetime_days: int


def read(name: str, data: Mapping[str, Any]) -> Policy:
    """A policy from its entry; raises ``ConfigurationError`` for a version or suite that does not exist."""
    problems = []
    suites: dict[int, frozenset[int]] = {}
    for version in data["versions"]:
        if version not in VERSION_CODES:
            problems.append(f"{FILE}: {name}: no such version: {version}")
            continue
        names = data["suites"].get(version, [])
        problems += [f"{FILE}: {name}: no such suite: {one}" for one in names if one not in by_name()]
        suites[VERSION_CODES[version]] = frozenset(by_name().get(one, -1) for one in names)
    if problems:
        raise ConfigurationError(*problems)
    return Policy(
        name=name,
        title=data["title"],
        version=str(data["version"]),
        source=data["source"],
        versions=frozenset(suites),
        suites=suites,
        groups=frozenset(data.get("groups", ())),
        schemes=frozenset(data.get("schemes", ())),
        key_bits=data.get("key_bits", {}),
        dh_bits=data.get("dh_bits", 0),
        lifetime_days=data.get("lifetime_days", 0),
    )


@cache
def policies() -> Mapping[str, Policy]:
    """Every policy by name."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_data" / "profiles"
    folder = inside if inside.is_dir() else package.parent / "profiles"
    data = yaml.safe_load((folder / FILE).read_text("utf-8"))
    return {name: read(name, entry) for name, entry in data["policies"].items()}


def policy(name: str) -> Policy:
    """A policy by name; raises ``ConfigurationError`` for an unknown one."""
    known = policies()
    if name not in known:
        raise ConfigurationError(f"no TLS policy {name}; there are {', '.join(known)}")
    return known[name]


def breaches(one: Policy, facts: TlsFacts) -> Iterator[tuple[str, str]]:
    """Where an address leaves a policy: pairs of expected and seen, one for each subject."""
    allowed = ", ".join(version_name(code) for code in sorted(one.versions))
    extra = [version.name for version in facts.versions if version.version not in one.versions]
    if extra:
        yield f"versions of {one.title}: {allowed}", ", ".join(extra)
    for version in facts.versions:
        permitted = one.suites.get(version.version)
        if permitted:
            others = [str(suite(code)) for code in version.suites if code not in permitted]
            if others:
                yield f"{version.name} suites of {one.title}", ", ".join(others)
    if one.groups:
        others = [group for group in facts.groups if group not in one.groups]
        if others:
            yield f"groups of {one.title}: {', '.join(sorted(one.groups))}", ", ".join(others)
    if one.schemes:
        others = [scheme for scheme in facts.schemes if scheme not in one.schemes]
        if others:
            yield f"signature schemes of {one.title}", ", ".join(others)
    if facts.dh_bits is not None and facts.dh_bits < one.dh_bits:
        yield f"Diffie-Hellman of at least {one.dh_bits} bits ({one.title})", f"{facts.dh_bits} bits"
    for chain in facts.chains:
        leaf = chain.leaf
        if leaf and leaf.key_bits < one.key_bits.get(leaf.key_type, 0):
            yield (
                f"{leaf.key_type} keys of at least {one.key_bits[leaf.key_type]} bits",
                f"{leaf.key_bits} bits",
            )
        if leaf and one.lifetime_days and leaf.lifetime_days > one.lifetime_days:
            yield f"a certificate for at most {one.lifetime_days} days", f"{leaf.lifetime_days} days"


def weak_groups(facts: TlsFacts, bits: int) -> list[str]:
    """The groups below a size, in bits of the curve's field; finite fields are judged by ``dh_bits``."""
    return [one for one in facts.groups if not one.startswith("ffdhe") and 0 < group_bits(one) < bits]
