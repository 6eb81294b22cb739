"""The conformant servers by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.bank.authorization.policy import AuthorizationPolicy

if TYPE_CHECKING:
    from conformance.bank.policy import Policy

PRESETS = (
    "fapi2_private_key_jwt_dpop",
    "fapi2_private_key_jwt_mtls",
    "fapi2_mtls_mtls",
    "fapi1_advanced_jarm",
    "oauth2_pkce_mtls",
    "openid",
)


def preset(name: str) -> AuthorizationPolicy:
    """Give the preset of this name (`PRESETS`); raises KeyError with the names for any other."""
    if name not in PRESETS:
        raise KeyError(f"no preset {name!r}: {', '.join(PRESETS)}")
    policy: AuthorizationPolicy = getattr(AuthorizationPolicy, name)()
    return policy


def saying(policy: Policy, **members: object) -> Policy:
    """Give the bank metadata in which these members have these values, whatever it does."""
    return policy.evolve("authorization.metadata_replaces", tuple(members.items()))


def certified_by(policy: Policy, method: str) -> Policy:
    """Give the bank mutual TLS throughout, both TSPs registered for one method of RFC 8705."""
    made = authorized_as(policy, "fapi2_mtls_mtls")
    return made.evolve("authorization.client_authentication", (method,))


def authorized_as(policy: Policy, name: str) -> Policy:
    """Give the bank another preset's authorization server, with the lifetimes that it had."""
    kept = policy.authorization
    made = replace(preset(name), code_lifetime=kept.code_lifetime, par_lifetime=kept.par_lifetime)
    return replace(policy, authorization=made)
