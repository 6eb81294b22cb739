"""What the reference bank publishes, and the ``publication`` section of its file."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import yaml

from conformance.bank.mutant import Mutant
from conformance.bank.policy import Policy
from conformance.bank.publication.policy import Document, PublicationPolicy
from conformance.bank.publication.service import LISTED
from conformance.model import Profile
from conformance.profile import all_profiles, data_folder


@cache
def documents() -> dict[str, Document]:
    """The descriptions of the canonical API, one for each phase: as written, or made from the profile."""
    made = {}
    for profile in all_profiles().values():
        if not (profile.is_phase and profile.for_banks):
            continue
        file = data_folder() / profile.name / "openapi.yaml"
        if profile.description is not None:
            made[profile.name] = Document(file.read_text(encoding="utf-8"), profile.description)
        elif all(function.path for function in profile.functions):
            content = described(profile)
            made[profile.name] = Document(yaml.safe_dump(content, sort_keys=False, width=1000), content)
    return made


def described(profile: Profile) -> dict[str, Any]:
    """A description of the functions of a profile, where nobody has written one."""
    paths: dict[str, dict[str, Any]] = {}
    for function in profile.functions:
        names = re.findall(r"\{(\w+)\}", function.path)
        operation: dict[str, Any] = {
            "operationId": re.sub(r"\W+", "-", function.id),
            "summary": function.title,
            "security": [{"oauth": [profile.name]}],
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ],
            "responses": {"2XX": {"$ref": "#/components/responses/Done"}, "4XX": {"description": "Refused."}},
        }
        paths.setdefault(function.path, {})[function.method.lower()] = operation
    flow = {"authorizationUrl": "/authorize", "tokenUrl": "/token", "scopes": {profile.name: profile.title}}
    body = {"schema": {"type": "object"}, "example": {"data": {}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": profile.title, "version": "1.0.0"},
        "paths": paths,
        "components": {
            "responses": {"Done": {"description": "Done.", "content": {"application/json": body}}},
            "securitySchemes": {"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}},
        },
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
