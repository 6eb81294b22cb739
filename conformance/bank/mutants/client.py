"""Defects of client authentication."""

from __future__ import annotations

from conformance.bank.authorization.presets import saying
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("client.signature_verified")
def assertion_signature_is_not_verified(policy: Policy) -> Policy:
    """The signature of a client assertion is not verified."""
    return policy.evolve("authorization.assertion_signature_checked", False)


@mutant("client.none_refused")
def assertion_may_be_unsigned(policy: Policy) -> Policy:
    """A client assertion with alg none is taken."""
    return policy.evolve("authorization.assertion_none_accepted", True)


@mutant("client.public_key_no_secret")
def assertion_keyed_with_public_key(policy: Policy) -> Policy:
    """A client assertion with a MAC of the public key is taken."""
    return policy.evolve("authorization.assertion_hs256_with_public_key", True)


@mutant("client.other_key_refused")
def assertion_of_any_client_key(policy: Policy) -> Policy:
    """A client assertion of any client's key is taken."""
    return policy.evolve("authorization.assertion_any_client_key", True)


@mutant("client.header_key_refused")
def assertion_brings_its_key(policy: Policy) -> Policy:
    """A client assertion is verified with the key in its header."""
    return policy.evolve("authorization.assertion_embedded_key_trusted", True)


@mutant("client.weak_algorithm_refused")
def assertion_by_rs256(policy: Policy) -> Policy:
    """A client assertion with RS256 is taken, unlisted."""
    policy = policy.evolve("authorization.assertion_algs", ("ES256", "PS256", "RS256"))
    return saying(policy, token_endpoint_auth_signing_alg_values_supported=["ES256", "PS256"])


@mutant("client.critical_understood")
def assertion_critical_is_ignored(policy: Policy) -> Policy:
    """Critical header members of a client assertion are passed over."""
    return policy.evolve("authorization.assertion_crit_ignored", True)


@mutant("client.encoding_strict")
def assertion_encoding_is_loose(policy: Policy) -> Policy:
    """A client assertion may have padding and further parts."""
    return policy.evolve("authorization.assertion_loose_encoding", True)


@mutant("client.size_bounded")
def assertion_may_be_huge(policy: Policy) -> Policy:
    """A client assertion of any size is taken."""
    return policy.evolve("authorization.assertion_size_unlimited", True)


@mutant("client.strange_key_id")
def assertion_key_id_breaks_the_server(policy: Policy) -> Policy:
    """A client assertion with an unknown kid is a fault of the server."""
    return policy.evolve("authorization.assertion_unknown_kid_is_500", True)


@mutant("client.audience_checked")
def assertion_for_any_server(policy: Policy) -> Policy:
    """The audience of a client assertion is not compared."""
    return policy.evolve("authorization.assertion_aud", "any")


@mutant("client.audience_exact", "client.audience_issuer_only")
def assertion_audience_by_prefix(policy: Policy) -> Policy:
    """The audience of a client assertion need only begin with the issuer."""
    return policy.evolve("authorization.assertion_aud", "prefix")


@mutant("client.audience_exact")
def assertion_audience_by_any_case(policy: Policy) -> Policy:
    """The audience of a client assertion is compared without case."""
    return policy.evolve("authorization.assertion_aud", "case_insensitive")


@mutant("client.audience_issuer_only")
def assertion_audience_is_an_endpoint(policy: Policy) -> Policy:
    """The audience of a client assertion may be an endpoint."""
    return policy.evolve("authorization.assertion_aud", "issuer_or_endpoint")


@mutant("client.audience_no_list")
def assertion_audience_is_a_list(policy: Policy) -> Policy:
    """The audience of a client assertion may be a list."""
    return policy.evolve("authorization.assertion_aud_array_allowed", True)


@mutant("client.expiry_needed")
def assertion_needs_no_end(policy: Policy) -> Policy:
    """A client assertion without exp is taken."""
    return policy.evolve("authorization.assertion_exp_required", False)


@mutant("client.expired_refused")
def assertion_is_taken_late(policy: Policy) -> Policy:
    """A client assertion is taken after its end."""
    return policy.evolve("authorization.assertion_exp_checked", False)


@mutant("client.expiry_bounded")
def assertion_lives_for_years(policy: Policy) -> Policy:
    """A client assertion may be good for years."""
    return policy.evolve("authorization.assertion_exp_limit", 1000000000)


@mutant("client.not_before_honoured")
def assertion_start_is_not_judged(policy: Policy) -> Policy:
    """The nbf of a client assertion is not judged."""
    return policy.evolve("authorization.assertion_nbf_checked", False)


@mutant("client.issue_time_honoured")
def assertion_from_the_future(policy: Policy) -> Policy:
    """The iat of a client assertion is not judged."""
    return policy.evolve("authorization.assertion_iat_checked", False)


@mutant("client.skew_tolerated", "authorize.request_object_variety")
def clocks_must_agree(policy: Policy) -> Policy:
    """A JWT whose times lie eight seconds ahead is refused."""
    return policy.evolve("authorization.clock_skew", 0)


@mutant("client.issuer_checked")
def assertion_of_any_issuer(policy: Policy) -> Policy:
    """The issuer of a client assertion is not compared."""
    return policy.evolve("authorization.assertion_iss_checked", False)


@mutant("client.subject_needed")
def assertion_needs_no_subject(policy: Policy) -> Policy:
    """A client assertion without sub is taken."""
    return policy.evolve("authorization.assertion_sub_required", False)


@mutant("client.subject_checked")
def assertion_of_any_subject(policy: Policy) -> Policy:
    """The sub of a client assertion is not compared."""
    return policy.evolve("authorization.assertion_sub_checked", False)


@mutant("client.identifier_needed")
def assertion_needs_no_identifier(policy: Policy) -> Policy:
    """A client assertion without jti is taken."""
    return policy.evolve("authorization.assertion_jti_required", False)


@mutant("client.replay_refused")
def assertion_works_again(policy: Policy) -> Policy:
    """A client assertion works a second time."""
    return policy.evolve("authorization.assertion_jti_replay_checked", False)


@mutant("client.kind_checked")
def assertion_of_another_kind(policy: Policy) -> Policy:
    """A client assertion of any typ is taken."""
    return policy.evolve("authorization.assertion_typ_checked", False)


@mutant("client.client_id_agrees")
def client_id_of_another_is_taken(policy: Policy) -> Policy:
    """A client can name another in client_id."""
    return policy.evolve("authorization.client_id_mismatch_accepted", True)


@mutant("client.refusal_form")
def unknown_client_is_a_403(policy: Policy) -> Policy:
    """A client that is not let in is told so with 403."""
    return policy.evolve("authorization.invalid_client_status", 403)


@mutant("client.authentication_needed", "refresh.authentication_needed")
def token_for_a_name(policy: Policy) -> Policy:
    """A client gets tokens for its name alone."""
    return policy.evolve("authorization.token_without_authentication", True)


@mutant("client.secrets_refused")
def any_secret_works(policy: Policy) -> Policy:
    """Every client secret works."""
    return policy.evolve("authorization.client_secret_accepted", True)


@mutant("client.one_method_only")
def two_authentications_are_taken(policy: Policy) -> Policy:
    """Two client authentications at once are taken."""
    return policy.evolve("authorization.several_authentications_accepted", True)


@mutant("client.registered_method_only", base="fapi2-mutual")
def assertion_in_place_of_a_certificate(policy: Policy) -> Policy:
    """A client of certificates is let in by an assertion."""
    return policy.evolve("authorization.other_method_accepted", True)


@mutant("client.other_certificate_refused", base="fapi2-authority")
def certificate_of_another_client(policy: Policy) -> Policy:
    """The subject of a client certificate is not compared."""
    return policy.evolve("authorization.mtls_subject_checked", False)


@mutant("client.forged_certificate_refused", base="fapi2-mutual")
def certificate_of_any_authority(policy: Policy) -> Policy:
    """The issuer of a client certificate is not verified."""
    return policy.evolve("authorization.mtls_chain_checked", False)


@mutant("client.forged_certificate_refused", base="fapi2-self-signed")
def self_signed_certificate_by_name(policy: Policy) -> Policy:
    """A self-signed certificate is compared by its name only."""
    return policy.evolve("authorization.mtls_self_signed_key_checked", False)


@mutant("client.certificate_header_ignored", base="fapi2-mutual")
def certificate_in_a_header_field(policy: Policy) -> Policy:
    """A client certificate in a header field is believed."""
    return policy.evolve("authorization.forged_certificate_header_trusted", True)


@mutant("client.text_strict")
def assertion_text_is_repaired(policy: Policy) -> Policy:
    """Bytes of a client assertion that are no UTF-8 are replaced and passed over."""
    return policy.evolve("authorization.assertion_text_repaired", True)


@mutant("client.others_refused", "client.kind_checked", "client.subject_needed")
def request_object_as_assertion(policy: Policy) -> Policy:
    """A signed request, which names no subject, is taken as client assertion."""
    policy = policy.evolve("authorization.assertion_typ_checked", False)
    return policy.evolve("authorization.assertion_sub_required", False)


@mutant("client.key_address_not_followed")
def assertion_key_is_fetched(policy: Policy) -> Policy:
    """The key of a client assertion is fetched from where its header says, and trusted."""
    return policy.evolve("authorization.assertion_key_fetched", True)


@mutant("client.endpoint_audience_taken", base="fapi1")
def assertion_for_the_issuer_only(policy: Policy) -> Policy:
    """A pushed request needs an assertion for the issuer, though RFC 9126 names the endpoints as well."""
    return policy.evolve("authorization.assertion_aud", "issuer")
