"""The conformant servers by name."""

from __future__ import annotations

from conformance.bank.authorization.policy import AuthorizationPolicy

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
