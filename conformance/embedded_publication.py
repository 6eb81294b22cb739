"""What the reference bank publishes, and the ``publication`` section of its file."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from conformance.bank.mutant import Mutant
from conformance.bank.policy import Policy
from conformance.bank.publication.policy import Document, PublicationPolicy
from conformance.bank.publication.service import LISTED
from conformance.profile import all_profiles, data_folder


@cache
def documents() -> dict[str, Document]:
    """The descriptions of the canonical API, one for each phase that has one."""
    return {
        profile.name: Document(
            (data_folder() / profile.name / "openapi.yaml").read_text(encoding="utf-8"), profile.description
        )
        for profile in all_profiles().values()
        if profile.is_phase and profile.for_banks and profile.description is not None
    }


def published(policy: Policy) -> Policy:
    """The policy of a bank that publishes the descriptions of the canonical API as its dictionary."""
    if policy.publication.documents:
        return policy
    return policy.evolve("publication.documents", documents())


def told(mutant: Mutant, base: Policy, policy: Policy) -> Policy:
    """The base of a mutant, with what the mutant's bank tells in its own file of what it publishes."""
    if mutant.on_the_wire:
        return base
    return replace(base, publication=mutant.policy(policy).publication)


def publication(base_url: str, policy: PublicationPolicy) -> dict[str, object]:
    """The parts of the bank's file that say where it publishes, and what it does not offer."""
    section: dict[str, object] = {
        "portal": f"{base_url}/developers",
        "dictionary": [f"{base_url}/developers/{name}.yaml" for name in documents()],
        "sandbox": base_url,
        "repositories": f"{base_url}/catalogue",
        "partners": {name: f"{base_url}/{name}/open-api/partners" for name in ("en", "tc")},
        "liability": {name: f"{base_url}/{name}/open-api/safety" for name in ("en", "tc")},
        "locators": {function: f"{base_url}{path}" for function, path in LISTED.items()},
        "name_in_locators": "Reference Bank",
    }
    if policy.gaps:
        section["gaps"] = dict(policy.gaps)
    told: dict[str, object] = {"publication": section}
    if policy.withheld:
        everything = (
            f.id for p in all_profiles().values() if p.is_phase and p.for_banks for f in p.functions
        )
        told["functions"] = {f: "not offered" if f in policy.withheld else "offered" for f in everything}
    return told
