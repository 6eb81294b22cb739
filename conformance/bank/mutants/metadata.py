"""Defects of the authorization server's metadata."""

from __future__ import annotations

from conformance.bank.authorization.presets import saying
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("metadata.published")
def metadata_are_not_found(policy: Policy) -> Policy:
    """The metadata are answered with 404."""
    return policy.evolve("authorization.metadata_status", 404)


@mutant("metadata.published")
def metadata_are_plain_text(policy: Policy) -> Policy:
    """The metadata are sent as text."""
    return policy.evolve("authorization.metadata_media_type", "text/plain")


@mutant("metadata.issuer")
def metadata_name_another_issuer(policy: Policy) -> Policy:
    """The metadata name another issuer."""
    return saying(policy, issuer="https://other-bank.example")


@mutant("metadata.members")
def metadata_lack_response_types(policy: Policy) -> Policy:
    """The metadata list no response types."""
    return policy.evolve("authorization.metadata_omits", ("response_types_supported",))


@mutant("metadata.members")
def metadata_flag_is_a_word(policy: Policy) -> Policy:
    """A flag of the metadata is a word."""
    return saying(policy, request_parameter_supported="yes")


@mutant("metadata.members")
def metadata_list_is_a_text(policy: Policy) -> Policy:
    """A list of the metadata is one text."""
    return saying(policy, grant_types_supported="authorization_code client_credentials refresh_token")


@mutant("metadata.members")
def metadata_scope_has_a_space(policy: Policy) -> Policy:
    """A listed scope holds a space."""
    return saying(policy, scopes_supported=["openid", "accounts read"])


@mutant("metadata.members")
def metadata_locale_is_none(policy: Policy) -> Policy:
    """A listed locale is none."""
    return saying(policy, ui_locales_supported=["en", "traditional chinese"])


@mutant("metadata.encrypted_endpoints")
def metadata_name_a_plain_endpoint(policy: Policy) -> Policy:
    """An endpoint of the metadata has no TLS."""
    return saying(policy, registration_endpoint="http://bank.example/oauth/register")


@mutant("metadata.documents_agree")
def metadata_documents_differ(policy: Policy) -> Policy:
    """The two metadata documents name different token endpoints."""
    return policy.evolve("authorization.oauth_metadata_differs", True)


@mutant("metadata.flows")
def metadata_list_implicit_types(policy: Policy) -> Policy:
    """The metadata list a response type with a token."""
    return saying(policy, response_types_supported=["code", "token"])


@mutant("metadata.flows")
def metadata_do_not_list_code(policy: Policy) -> Policy:
    """The metadata list no code flow."""
    return saying(policy, response_types_supported=["conformance"])


@mutant("metadata.grant_types")
def metadata_list_the_password_grant(policy: Policy) -> Policy:
    """The metadata list the password grant."""
    return saying(
        policy,
        grant_types_supported=["authorization_code", "refresh_token", "client_credentials", "password"],
    )


@mutant("metadata.challenge_methods")
def metadata_list_plain_challenges(policy: Policy) -> Policy:
    """The metadata list plain challenges."""
    return saying(policy, code_challenge_methods_supported=["S256", "plain"])


@mutant("metadata.challenge_methods")
def metadata_list_no_challenge_method(policy: Policy) -> Policy:
    """The metadata do not tell of PKCE."""
    return policy.evolve("authorization.metadata_omits", ("code_challenge_methods_supported",))


@mutant("metadata.client_methods")
def metadata_list_clients_without_authentication(policy: Policy) -> Policy:
    """The metadata list clients that do not authenticate themselves."""
    return saying(policy, token_endpoint_auth_methods_supported=["private_key_jwt", "none"])


@mutant("metadata.client_methods")
def metadata_list_client_secrets(policy: Policy) -> Policy:
    """The metadata list client secrets beside keys."""
    return saying(policy, token_endpoint_auth_methods_supported=["private_key_jwt", "client_secret_basic"])


@mutant("metadata.signing_algorithms")
def metadata_list_rs256(policy: Policy) -> Policy:
    """The metadata list RS256 for ID tokens."""
    return saying(policy, id_token_signing_alg_values_supported=["RS256", "ES256"])


@mutant("metadata.signing_algorithms")
def metadata_list_unsigned_requests(policy: Policy) -> Policy:
    """The metadata list unsigned request objects."""
    return saying(policy, request_object_signing_alg_values_supported=["ES256", "none"])


@mutant("metadata.issuer_parameter")
def metadata_do_not_promise_the_issuer(policy: Policy) -> Policy:
    """The metadata do not say that responses name their issuer."""
    return saying(policy, authorization_response_iss_parameter_supported=False)


@mutant("metadata.pushed_requests")
def metadata_do_not_require_pushing(policy: Policy) -> Policy:
    """The metadata do not say that requests must be pushed."""
    return saying(policy, require_pushed_authorization_requests=False)


@mutant("metadata.sender_constraint")
def metadata_do_not_bind_tokens(policy: Policy) -> Policy:
    """The metadata do not tell how tokens are bound."""
    return policy.evolve("authorization.metadata_omits", ("dpop_signing_alg_values_supported",))


@mutant("metadata.response_signing", base="fapi1")
def metadata_do_not_list_signed_responses(policy: Policy) -> Policy:
    """The metadata do not tell how responses are signed."""
    return policy.evolve("authorization.metadata_omits", ("authorization_signing_alg_values_supported",))


@mutant("metadata.encryption_algorithms", base="fapi1")
def metadata_list_rsa_encryption_of_old(policy: Policy) -> Policy:
    """ID tokens may be encrypted by RSAES-PKCS1-v1_5."""
    return saying(policy, id_token_encryption_alg_values_supported=["RSA-OAEP-256", "RSA1_5"])


@mutant("metadata.encryption_offered", base="fapi1")
def metadata_offer_no_encryption(policy: Policy) -> Policy:
    """The metadata list no algorithm to encrypt ID tokens by, which pass the browser."""
    hybrid = policy.evolve("authorization.response_types", ("code", "code id_token"))
    return hybrid.evolve("authorization.metadata_omits", ("id_token_encryption_alg_values_supported",))
