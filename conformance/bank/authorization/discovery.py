"""The server's metadata (OpenID Connect Discovery 1.0; RFC 8414) and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.authorization import backchannel, consent, keys
from conformance.bank.authorization.client import BY_CERTIFICATE
from conformance.bank.authorization.id_token import ENCRYPTION
from conformance.bank.authorization.issuer import PATHS, issuer

if TYPE_CHECKING:
    from conformance.bank.app import Bank

ALIASED = (
    "token_endpoint",
    "pushed_authorization_request_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "userinfo_endpoint",
    "backchannel_authentication_endpoint",
)


def openid_configuration(bank: Bank, request: Request) -> Response:
    """Give the OpenID Connect metadata, where this bank speaks OpenID Connect."""
    if "openid" not in bank.policy.authorization.scopes:
        raise http.Refusal(404, "not_found", "There is nothing at this path.")
    return _document(bank, metadata(bank, request))


def oauth_metadata(bank: Bank, request: Request) -> Response:
    """Give the RFC 8414 metadata: the same members."""
    members = metadata(bank, request)
    if bank.policy.authorization.oauth_metadata_differs:
        members["token_endpoint"] = f"{issuer(bank, request)}/oauth/old-token"
    return _document(bank, members)


def _document(bank: Bank, members: dict[str, Any]) -> Response:
    policy = bank.policy.authorization
    response = http.answer(members, policy.metadata_status)
    response.content_type = policy.metadata_media_type
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def jwks(bank: Bank, _request: Request) -> Response:
    """Give the public keys."""
    response = http.answer(keys.jwks(bank))
    response.content_type = "application/jwk-set+json"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def metadata(bank: Bank, request: Request) -> dict[str, Any]:
    """Give the metadata as the policy makes them true, then as it falsifies them."""
    policy = bank.policy.authorization
    members = _always(bank, request) | _by_profile(bank, request)
    for name in policy.metadata_omits:
        members.pop(name, None)
    return members | dict(policy.metadata_replaces)


def _always(bank: Bank, request: Request) -> dict[str, Any]:
    policy, own = bank.policy.authorization, issuer(bank, request)
    offered = dict(PATHS)
    if "openid" not in policy.scopes:
        del offered["userinfo_endpoint"]
    if not policy.registration:
        del offered["registration_endpoint"]
    if not policy.ciba:
        del offered["backchannel_authentication_endpoint"]
    methods = list(policy.client_authentication)
    members: dict[str, Any] = {"issuer": own} | {name: own + path for name, path in offered.items()}
    grants = ["authorization_code", "client_credentials"]
    grants += ["refresh_token"] if policy.refresh_token_issued else []
    members |= {
        "scopes_supported": list(policy.scopes),
        "response_types_supported": list(policy.response_types),
        "response_modes_supported": {"off": ["query"], "required": ["jwt", "query.jwt"]}.get(
            policy.jarm, ["query", "jwt", "query.jwt"]
        ),
        "grant_types_supported": grants + ([backchannel.GRANT] if policy.ciba else []),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": methods,
        "require_pushed_authorization_requests": policy.par_required,
        "authorization_response_iss_parameter_supported": policy.jarm != "required",
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_signed_request_object": policy.request_object_required,
        "request_object_signing_alg_values_supported": list(policy.request_object_algs),
        "introspection_signing_alg_values_supported": ["ES256"],
        "authorization_details_types_supported": sorted(consent.KINDS),
        "ui_locales_supported": ["en"],
    }
    if "private_key_jwt" in methods:
        for place in ("token", "revocation", "introspection"):
            members[f"{place}_endpoint_auth_signing_alg_values_supported"] = list(policy.assertion_algs)
    return members


def _by_profile(bank: Bank, request: Request) -> dict[str, Any]:
    policy, own = bank.policy.authorization, issuer(bank, request)
    members: dict[str, Any] = {}
    if "openid" in policy.scopes:
        members |= {
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [policy.id_token_alg],
            "id_token_encryption_alg_values_supported": list(ENCRYPTION[0]),
            "id_token_encryption_enc_values_supported": list(ENCRYPTION[1]),
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce"],
            "claim_types_supported": ["normal"],
            "claims_parameter_supported": True,
            "acr_values_supported": ["urn:bank:password"],
        }
    if policy.jarm != "off":
        members["authorization_signing_alg_values_supported"] = [policy.jarm_alg]
    if policy.sender_constraint == "dpop":
        members["dpop_signing_alg_values_supported"] = list(policy.dpop_algs)
    if policy.sender_constraint == "mtls":
        members["tls_client_certificate_bound_access_tokens"] = True
    if policy.sender_constraint == "mtls" or set(policy.client_authentication) & set(BY_CERTIFICATE):
        origin = policy.mtls_origin or own
        offered = _always(bank, request)
        members["mtls_endpoint_aliases"] = {name: origin + PATHS[name] for name in ALIASED if name in offered}
    if policy.ciba:
        members |= {
            "backchannel_token_delivery_modes_supported": ["poll"],
            "backchannel_user_code_parameter_supported": False,
            "backchannel_authentication_request_signing_alg_values_supported": list(
                policy.request_object_algs
            ),
        }
    return members
