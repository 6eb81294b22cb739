"""The decisions of the authorization server, one field for each that real servers get wrong.

The default is the conformant server of the FAPI 2.0 Security Profile with private_key_jwt and DPoP. The
presets below give the other conformant servers; every other change of a field seeds one defect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RedirectMatch = Literal[
    "exact", "prefix", "suffix", "host", "subdomain", "case_insensitive", "ignore_scheme", "ignore_port",
    "ignore_query", "ignore_fragment", "ignore_trailing_slash", "ignore_userinfo", "normalised", "any",
    "loopback",
]  # fmt: skip
Entropy = Literal["strong", "short", "sequential", "prefixed"]
Echo = Literal["intact", "truncated", "dropped", "invented", "lowered"]
Issuer = Literal["right", "absent", "wrong"]
ALGORITHMS = ("ES256", "PS256")


@dataclass(frozen=True, slots=True)
class AuthorizationPolicy:
    """What the authorization server decides; lifetimes and skews are whole seconds."""

    # The profile: each value is conformant somewhere, and the metadata tell which one was chosen.
    client_authentication: tuple[str, ...] = ("private_key_jwt",)  # first for TSP one, last for TSP two
    sender_constraint: Literal["dpop", "mtls", "none"] = "dpop"
    scopes: tuple[str, ...] = ("openid", "accounts", "services", "payments", "consents", "applications")
    id_token_alg: str = "ES256"
    access_token_format: Literal["opaque", "jwt"] = "opaque"
    response_types: tuple[str, ...] = ("code",)
    jarm: Literal["off", "offered", "required"] = "off"
    ciba: bool = False
    registration: bool = True
    dpop_nonce_required: bool = False
    key_rotation: int = 86400
    mtls_origin: str = ""  # origin of the mTLS aliases; empty: the issuer's own
    issuer: str = ""  # fixed issuer; empty: the origin that was called

    # Metadata and keys.
    metadata_omits: tuple[str, ...] = ()  # members left out of both documents
    metadata_replaces: tuple[tuple[str, object], ...] = ()  # members given other values in both documents
    oauth_metadata_differs: bool = False  # the RFC 8414 document names another token endpoint
    metadata_media_type: str = "application/json"
    metadata_status: int = 200
    jwks_private_member: bool = False  # publishes "d"
    jwks_symmetric_key: bool = False  # publishes an "oct" key
    jwks_weak_key: bool = False  # publishes an RSA key of 1,024 bits
    jwks_kid_missing: bool = False
    jwks_kid_duplicated: bool = False
    jwks_malformed_key: bool = False  # a key without its coordinates
    jwks_unknown_key_type: bool = False
    jwks_old_key_dropped: bool = False  # rotation forgets the key that signed what is still valid
    jwks_new_key_late: bool = False  # rotation signs with a key before it publishes it
    jws_key_address: str = ""  # "jku" in the header of what the server signs

    # Client authentication by private_key_jwt.
    assertion_signature_checked: bool = True
    assertion_algs: tuple[str, ...] = ALGORITHMS
    assertion_none_accepted: bool = False
    assertion_hs256_with_public_key: bool = False
    assertion_embedded_key_trusted: bool = False  # the header's own "jwk"
    assertion_crit_ignored: bool = False
    assertion_loose_encoding: bool = False  # padding, stray characters, further parts
    assertion_size_unlimited: bool = False
    assertion_any_client_key: bool = False  # a key of any client will do
    assertion_aud: Literal["issuer", "issuer_or_endpoint", "prefix", "case_insensitive", "any"] = "issuer"
    assertion_aud_array_allowed: bool = False
    assertion_exp_required: bool = True
    assertion_exp_checked: bool = True
    assertion_exp_limit: int = 3600  # furthest "exp" ahead
    assertion_nbf_checked: bool = True
    assertion_iat_checked: bool = True
    assertion_iss_checked: bool = True
    assertion_sub_required: bool = True
    assertion_sub_checked: bool = True
    assertion_jti_required: bool = True
    assertion_jti_replay_checked: bool = True
    assertion_typ_checked: bool = True
    assertion_unknown_kid_is_500: bool = False
    assertion_key_fetched: bool = False  # from where the header's "jku" says
    assertion_text_repaired: bool = False  # bytes that are no UTF-8 are passed over
    assertion_first_key_of_kid: bool = False  # of two keys with one kid only the first is tried
    clock_skew: int = 20  # seconds that a JWT may lie ahead or behind

    # Client authentication by mutual TLS, and in general.
    mtls_subject_checked: bool = True  # tls_client_auth: the registered subject
    mtls_chain_checked: bool = True  # tls_client_auth: issued by the bank's client CA
    mtls_validity_checked: bool = True
    mtls_self_signed_key_checked: bool = True  # self_signed_tls_client_auth: the registered certificate
    forged_certificate_header_trusted: bool = False  # X-SSL-Client-Cert, Client-Cert and their kin
    token_without_authentication: bool = False  # client_id alone is enough
    par_without_authentication: bool = False
    revocation_without_authentication: bool = False
    introspection_without_authentication: bool = False
    backchannel_without_authentication: bool = False
    client_id_mismatch_accepted: bool = False
    several_authentications_accepted: bool = False
    other_method_accepted: bool = False  # a method that the client is not registered for
    client_secret_accepted: bool = False  # client_secret_basic and client_secret_post with any secret
    invalid_client_status: int = 401
    duplicate_parameters_accepted: bool = False

    # Pushed authorization requests.
    par_required: bool = True
    par_single_use: bool = True
    par_consumed_at_load: bool = False
    par_lifetime: int = 90
    par_expiry_checked: bool = True
    par_expires_in_reported: int | None = None
    par_client_bound: bool = True
    par_request_uri_accepted: bool = False
    par_get_allowed: bool = False
    par_status: int = 201
    par_error_status: int = 400
    request_uri_entropy: Entropy = "strong"

    # The authorization request.
    redirect_uri_match: RedirectMatch = "exact"
    redirect_uri_required: bool = True
    redirects_errors_anywhere: bool = False  # error redirects go to unregistered URIs too
    errors_redirect_before_login: bool = False  # RFC 9700 4.11.2: a page with a button instead
    open_redirect_parameter: bool = False  # ?next= of the login page is followed
    state: Echo = "intact"
    state_limit: int = 4096
    state_required: bool = False  # FAPI 1.0 5.2.2.3-1, without openid
    nonce: Echo = "intact"
    nonce_required: bool = False  # FAPI 1.0 5.2.2.2-1, with openid
    outside_parameters_override: bool = False  # the query wins over the pushed or signed request
    outside_parameters_fill: bool = False  # the query completes the pushed or signed request
    unknown_parameters_refused: bool = False
    unknown_claims_refused: bool = False  # members of the parameter claims
    essential_acr_honoured: bool = True
    scope_order_matters: bool = False
    unknown_scope: Literal["refused", "dropped", "granted"] = "refused"
    scope_widened: bool = False  # every scope of the client is granted
    resource_checked: bool = True  # RFC 8707: unknown targets refused
    consent_client_bound: bool = True  # a consent of another TSP is refused
    consent_required: bool = True  # scope accounts needs a consent
    prompt_none_needs_session: bool = True
    prompt_none_heeded: bool = True

    # Request objects (JAR).
    request_object_required: bool = False
    request_object_signature_checked: bool = True
    request_object_algs: tuple[str, ...] = ALGORITHMS
    request_object_none_accepted: bool = False
    request_object_hs256_with_public_key: bool = False
    request_object_embedded_key_trusted: bool = False
    request_object_crit_ignored: bool = False
    request_object_any_client_key: bool = False
    request_object_aud_checked: bool = True
    request_object_iss_checked: bool = True
    request_object_client_id_checked: bool = True
    request_object_typ_checked: bool = True
    request_object_exp_required: bool = True
    request_object_exp_checked: bool = True
    request_object_nbf_required: bool = True
    request_object_nbf_checked: bool = True
    request_object_lifetime_limit: int = 3600  # exp after nbf, and age of nbf
    request_object_request_uri_accepted: bool = False

    # PKCE.
    pkce_required: bool = True
    pkce_plain_allowed: bool = False
    pkce_challenge_format_checked: bool = True
    pkce_verifier_required: bool = True
    pkce_verifier_checked: bool = True
    pkce_verifier_format_checked: bool = True
    pkce_verifier_without_challenge_accepted: bool = False

    # Pages, login and consent.
    login_password_checked: bool = True
    login_attempts: int = 5  # per interaction
    login_reveals_user: bool = False
    login_csrf_checked: bool = True
    consent_csrf_checked: bool = True
    consent_page_skipped: bool = False
    consent_details_shown: bool = True
    interaction_cookie_checked: bool = True
    cookie_flags: str = "Secure; HttpOnly; SameSite=Lax"
    session_renewed_at_login: bool = True
    denial_is_honoured: bool = True
    picked_accounts_honoured: bool = True
    redirect_status: int = 303
    page_framing: Literal["denied", "allowed"] = "denied"
    page_referrer_policy: str = "no-referrer"
    page_cache_control: str = "no-store"
    page_cors: bool = False
    page_script: bool = False
    page_messages_anybody: bool = False  # a script posts messages to every origin
    page_third_party: bool = False
    page_escapes: bool = True
    password_in_query: bool = False  # the login form is sent by GET

    # The authorization response.
    iss_in_response: Issuer = "right"
    iss_in_error_response: Issuer = "right"
    code_in_fragment: bool = False
    hybrid_in_query: bool = False
    denial_error: str = "access_denied"
    error_description_has_control: bool = False
    jarm_alg: str = "ES256"  # "none" leaves the answer unsigned
    jarm_iss: Issuer = "right"
    jarm_aud: Issuer = "right"
    jarm_lifetime: int = 300  # 0: no exp
    jarm_plain_parameters: bool = False
    jarm_plain_iss: bool = False

    # Codes.
    code_lifetime: int = 60
    code_reuse_allowed: bool = False
    code_reuse_revokes: bool = True
    code_client_bound: bool = True
    code_redirect_uri_bound: bool = True
    code_redeemed_atomically: bool = True
    code_entropy: Entropy = "strong"

    # The token endpoint.
    password_grant: bool = False
    token_parameters_in_query: bool = False
    token_get_allowed: bool = False
    token_media_type_checked: bool = True  # application/x-www-form-urlencoded only
    client_credentials_refresh_token: bool = False
    client_credentials_scope_widened: bool = False
    token_lifetime: int = 300
    token_expiry_checked: bool = True
    token_expires_in_reported: object = "real"  # anything but "real" is put on the wire, None leaves it out
    token_type: str = ""  # empty: DPoP or Bearer as it is
    token_cache_control: str = "no-store"
    token_content_type: str = "application/json"
    token_scope_told: bool = True
    token_error_status: int = 400
    token_error_code: str = ""  # replaces every invalid_grant
    token_error_echoes_secret: bool = False
    access_token_entropy: Entropy = "strong"
    access_token_signature_checked: bool = True
    access_token_prefix_compared: bool = False  # a truncated or lengthened token still works

    # Refresh.
    refresh_token_issued: bool = True
    refresh_rotation: bool = False
    refresh_rotated_grace: int = 0  # seconds that a rotated refresh token still works
    refresh_reuse_revokes: bool = True  # where rotated: use of an old one ends the grant
    refresh_client_bound: bool = True
    refresh_without_authentication: bool = False
    refresh_without_possession: bool = False  # neither certificate nor proof is asked for
    refresh_lifetime: int = 86400 * 30
    refresh_expiry_checked: bool = True
    refresh_scope_widened: bool = False
    refresh_scope_narrowed: bool = True
    refresh_stops_with_consent: bool = True
    refresh_same_access_token: bool = False
    refresh_token_entropy: Entropy = "strong"

    # Sender-constrained tokens.
    token_bound: bool = True  # issues with a binding
    token_binding_required: bool = True  # refuses the token request without certificate or proof
    token_binding_checked: bool = True  # protected calls compare the binding
    token_without_proof_accepted: bool = False  # protected calls without certificate or proof
    dpop_bearer_scheme_accepted: bool = False
    dpop_signature_checked: bool = True
    dpop_algs: tuple[str, ...] = ALGORITHMS
    dpop_none_accepted: bool = False
    dpop_typ_checked: bool = True
    dpop_private_jwk_accepted: bool = False
    dpop_symmetric_jwk_accepted: bool = False
    dpop_point_unchecked: bool = False  # takes a key that is no point of its curve for whatever signed
    dpop_crit_ignored: bool = False
    dpop_loose_encoding: bool = False
    dpop_htm_checked: bool = True
    dpop_htu_checked: bool = True
    dpop_htu_normalised: bool = True  # tolerance: case of scheme and host, default port, query, fragment
    dpop_iat_required: bool = True
    dpop_iat_past_limit: int = 60
    dpop_iat_future_limit: int = 20
    dpop_jti_required: bool = True
    dpop_jti_replay_checked: bool = True
    dpop_ath_required: bool = True
    dpop_ath_checked: bool = True
    dpop_several_headers_accepted: bool = False
    dpop_nonce_checked: bool = True
    dpop_nonce_sent: bool = True
    dpop_jkt_checked: bool = True
    dpop_code_bound: bool = True  # a code keeps to the key of the pushed request's proof or of dpop_jkt
    dpop_unknown_claims_refused: bool = False

    # Revocation and introspection.
    revocation_effective: bool = True
    revocation_client_bound: bool = True
    revocation_unknown_is_error: bool = False
    revocation_of_refresh_ends_grant: bool = True
    introspection_client_bound: bool = True
    introspection_revoked_active: bool = False
    introspection_expired_active: bool = False
    introspection_inactive_detailed: bool = False
    introspection_signed: bool = True
    introspection_typ: str = "token-introspection+jwt"
    introspection_aud_right: bool = True

    # ID tokens and userinfo.
    id_token_signature_valid: bool = True
    id_token_kid: bool = True
    id_token_iss: Issuer = "right"
    id_token_aud: Issuer = "right"
    id_token_sub: Issuer = "right"
    id_token_front_sub: Issuer = "right"  # in the token that passes the browser
    id_token_lifetime: int | None = 300  # None: no exp; negative: already past
    id_token_iat_offset: int = 0
    id_token_auth_time: bool = True
    id_token_auth_time_renewed: bool = False
    refresh_tokens_open: bool = False  # the accounts, in place of an access token
    id_token_acr: bool = True
    id_token_hashes: Issuer = "right"  # at_hash; in the front channel c_hash and s_hash too
    id_token_personal_data: bool = False
    id_token_encrypted: bool = True  # where the client registered an encryption algorithm
    id_token_without_openid: bool = False
    userinfo_sub: Issuer = "right"
    refreshed_id_token_sub: Issuer = "right"

    # Protected resources.
    bearer_in_query_accepted: bool = False
    bearer_in_form_accepted: bool = False
    scheme_case_sensitive: bool = False
    any_token_accepted: bool = False
    revoked_token_accepted: bool = False
    scope_checked: bool = True
    audience_checked: bool = True
    www_authenticate: bool = True
    www_authenticate_error: bool = True
    unauthorised_status: int = 401
    forbidden_status: int = 403
    interaction_id: Literal["echoed", "absent", "fresh"] = "echoed"
    token_echoed_in_error: bool = False

    # Dynamic registration (RFC 7591, 7592).
    registration_token_required: bool = True
    registration_none_accepted: bool = False
    registration_secret_accepted: bool = False
    registration_weak_key_accepted: bool = False
    registration_private_key_accepted: bool = False
    registration_rs256_accepted: bool = False
    registration_http_redirect_accepted: bool = False
    registration_fragment_redirect_accepted: bool = False
    registration_loopback_redirect_accepted: bool = False
    registration_custom_scheme_accepted: bool = False
    registration_scope_unbounded: bool = False
    registration_client_id_honoured: bool = False  # the client chooses its own client_id
    registration_statement_checked: bool = True
    registration_management_token_checked: bool = True
    registration_deletion_effective: bool = True
    registration_status: int = 201

    # CIBA, poll mode.
    ciba_interval: int = 5
    ciba_lifetime: int = 120
    ciba_slow_down: bool = True
    ciba_client_bound: bool = True
    ciba_single_use: bool = True
    ciba_expiry_checked: bool = True
    ciba_waits_for_customer: bool = True
    ciba_binding_message_required: bool = True
    ciba_unknown_customer_refused: bool = True
    ciba_id_token_request_claim: Issuer = "right"
    ciba_hints_counted: bool = True  # exactly one hint
    ciba_denial_told: bool = True
    ciba_entropy: Entropy = "strong"
