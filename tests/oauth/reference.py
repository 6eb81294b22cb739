"""The TSP's side against the reference bank in memory, without checks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from conformance.authentication import Anonymous
from conformance.bank.app import Bank
from conformance.bank.mutant import BASES
from conformance.bank.policy import Policy
from conformance.embedded import MEMORY_URL, POLICY, description
from conformance.oauth.access import Access
from conformance.pace import Limits
from conformance.secret import Vault
from conformance.target import Target
from conformance.traffic import Traffic
from conformance.tsp import Memory, Tsp
from conformance.wire import MemoryWire, WSGIApplication

ALL = ("open", "fapi2-certificate", "fapi2-mutual", "fapi2-self-signed", "fapi1", "oauth2", "openid")


def policy_of(base: str) -> Policy:
    return BASES[base](POLICY)


def access_to(
    policy: Policy = POLICY,
    *,
    app: WSGIApplication | None = None,
    authorization: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Access:
    """An access to the bank of a policy; ``authorization`` changes members of that section of its file."""
    data = description(MEMORY_URL, policy=policy)
    section = data["authorization"]
    assert isinstance(section, dict)
    data["authorization"] = {**section, **(authorization or {})}
    target = Target.model_validate({**data, **changes})
    wire = MemoryWire(app or Bank(policy))
    vault = Vault()
    traffic = Traffic(
        wire,
        target.base_url,
        vault=vault,
        credentials=Anonymous().flow(vault),
        limits=Limits(requests_per_second=10_000),
        record=lambda _: None,
        hosts=target.authorities,
        clock=time.time,
        wires=wire.showing,
    )
    memory = Memory()
    return Access(Tsp(traffic, "test", memory), target, memory)
