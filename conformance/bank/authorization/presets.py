"""The conformant servers by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.bank.authorization.policy import AuthorizationPolicy

if TYPE_CHECKING:
    from conformance.bank.policy import Policy

_OF_RFC_8705 = ("tls_client_auth", "self_signed_tls_client_auth")
_OPENID = AuthorizationPolicy(
    sender_constraint="none",
    par_required=False,
    pkce_required=False,
    assertion_aud="issuer_or_endpoint",
    assertion_aud_array_allowed=True,
    id_token_alg="PS256",
)
_MUTUAL = AuthorizationPolicy(client_authentication=_OF_RFC_8705, sender_constraint="mtls")

PRESETS = {
    # FAPI 2.0 Security Profile: private_key_jwt, tokens bound by DPoP.
    "fapi2_private_key_jwt_dpop": AuthorizationPolicy(),
    # FAPI 2.0 Security Profile: private_key_jwt, tokens bound to the client certificate.
    "fapi2_private_key_jwt_mtls": AuthorizationPolicy(sender_constraint="mtls"),
    # FAPI 2.0 Security Profile: RFC 8705 throughout; TSP one by CA, TSP two self-signed.
    "fapi2_mtls_mtls": _MUTUAL,
    # FAPI 1.0 Advanced with JARM: signed request objects, certificate-bound tokens.
    "fapi1_advanced_jarm": replace(
        _OPENID,
        sender_constraint="mtls",
        jarm="required",
        request_object_required=True,
        nonce_required=True,
        state_required=True,
        jarm_alg="PS256",
        access_token_format="jwt",
    ),
    # OAuth 2.0 as RFC 9700 asks: code with PKCE, mutual TLS, rotated refresh tokens, no PAR needed.
    "oauth2_pkce_mtls": replace(
        _MUTUAL,
        par_required=False,
        refresh_rotation=True,
        scopes=("accounts", "services", "payments", "consents", "applications"),
    ),
    # OpenID Connect: code with optional PKCE, bearer tokens, private_key_jwt.
    "openid": _OPENID,
    # FAPI 1.0 Baseline: the same with PKCE, nonce and state compulsory.
    "fapi1_baseline": replace(_OPENID, pkce_required=True, nonce_required=True, state_required=True),
    # OpenID Connect with the hybrid flow beside that of the code.
    "openid_hybrid": replace(_OPENID, response_types=("code", "code id_token")),
}


def preset(name: str) -> AuthorizationPolicy:
    """Give the preset of this name (`PRESETS`); raises KeyError with the names for any other."""
    if name not in PRESETS:
        raise KeyError(f"no preset {name!r}: {', '.join(PRESETS)}")
    return PRESETS[name]


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
