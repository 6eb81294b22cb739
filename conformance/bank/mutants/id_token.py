"""Defects of ID tokens and signed responses."""

from __future__ import annotations

from conformance.bank.authorization.presets import saying
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("token.id_token_only_asked")
def id_token_unasked(policy: Policy) -> Policy:
    """An ID token is given unasked."""
    return policy.evolve("authorization.id_token_without_openid", True)


@mutant("token.id_token_signed")
def id_token_signature_is_broken(policy: Policy) -> Policy:
    """The signature of the ID token does not hold."""
    return policy.evolve("authorization.id_token_signature_valid", False)


@mutant("token.id_token_signed")
def id_token_by_rs256(policy: Policy) -> Policy:
    """The ID token is signed with RS256, unlisted."""
    policy = policy.evolve("authorization.id_token_alg", "RS256")
    return saying(policy, id_token_signing_alg_values_supported=["ES256"])


@mutant("token.id_token_signed")
def id_token_is_unsigned(policy: Policy) -> Policy:
    """The ID token has alg none."""
    policy = policy.evolve("authorization.id_token_alg", "none")
    return saying(policy, id_token_signing_alg_values_supported=["ES256"])


@mutant("token.id_token_key_named")
def id_token_names_no_key(policy: Policy) -> Policy:
    """The ID token names no key."""
    return policy.evolve("authorization.id_token_kid", False)


@mutant("token.id_token_claims")
def id_token_iss_wrong(policy: Policy) -> Policy:
    """The iss of the ID token is wrong."""
    return policy.evolve("authorization.id_token_iss", "wrong")


@mutant("token.id_token_claims")
def id_token_iss_absent(policy: Policy) -> Policy:
    """The iss of the ID token is absent."""
    return policy.evolve("authorization.id_token_iss", "absent")


@mutant("token.id_token_claims")
def id_token_aud_wrong(policy: Policy) -> Policy:
    """The aud of the ID token is wrong."""
    return policy.evolve("authorization.id_token_aud", "wrong")


@mutant("token.id_token_claims")
def id_token_aud_absent(policy: Policy) -> Policy:
    """The aud of the ID token is absent."""
    return policy.evolve("authorization.id_token_aud", "absent")


@mutant("token.id_token_claims")
def id_token_never_ends(policy: Policy) -> Policy:
    """The ID token has no exp."""
    return policy.evolve("authorization.id_token_lifetime", None)


@mutant("token.id_token_claims")
def id_token_has_ended(policy: Policy) -> Policy:
    """The ID token has ended before it is given."""
    return policy.evolve("authorization.id_token_lifetime", -3600)


@mutant("token.id_token_issue_time")
def id_token_is_from_the_future(policy: Policy) -> Policy:
    """The ID token is made in an hour."""
    return policy.evolve("authorization.id_token_iat_offset", 3600)


@mutant("token.id_token_subject")
def id_token_is_of_somebody_else(policy: Policy) -> Policy:
    """The ID token names somebody else than userinfo."""
    policy = policy.evolve("authorization.id_token_sub", "wrong")
    return policy.evolve("authorization.refreshed_id_token_sub", "wrong")


@mutant("token.id_token_subject")
def id_token_names_nobody(policy: Policy) -> Policy:
    """The ID token has no sub."""
    policy = policy.evolve("authorization.id_token_sub", "absent")
    return policy.evolve("authorization.refreshed_id_token_sub", "absent")


@mutant("token.id_token_subject")
def userinfo_names_somebody_else(policy: Policy) -> Policy:
    """Userinfo names somebody else than the ID token."""
    return policy.evolve("authorization.userinfo_sub", "wrong")


@mutant("token.id_token_hash")
def id_token_hash_is_wrong(policy: Policy) -> Policy:
    """The hash in the ID token is that of another token."""
    return policy.evolve("authorization.id_token_hashes", "wrong")


@mutant("token.id_token_private")
def id_token_tells_the_person(policy: Policy) -> Policy:
    """The ID token tells name and identity card."""
    return policy.evolve("authorization.id_token_personal_data", True)


@mutant("token.response_signed", base="fapi1")
def response_is_unsigned(policy: Policy) -> Policy:
    """The signed response has alg none."""
    policy = policy.evolve("authorization.jarm_alg", "none")
    return saying(policy, authorization_signing_alg_values_supported=["PS256"])


@mutant("token.response_signed", base="fapi1")
def response_of_another_issuer(policy: Policy) -> Policy:
    """The signed response names another issuer."""
    return policy.evolve("authorization.jarm_iss", "wrong")


@mutant("token.response_signed", base="fapi1")
def response_for_another_client(policy: Policy) -> Policy:
    """The signed response is for another client."""
    return policy.evolve("authorization.jarm_aud", "wrong")


@mutant("token.response_signed", base="fapi1")
def response_never_ends(policy: Policy) -> Policy:
    """The signed response has no exp."""
    return policy.evolve("authorization.jarm_lifetime", 0)


@mutant("token.response_signed_lifetime", base="fapi1")
def response_lives_a_day(policy: Policy) -> Policy:
    """The signed response is good for a day."""
    return policy.evolve("authorization.jarm_lifetime", 86400)


@mutant("token.response_signed_whole", base="fapi1")
def response_has_plain_parameters(policy: Policy) -> Policy:
    """Beside the signed response stand plain parameters."""
    return policy.evolve("authorization.jarm_plain_parameters", True)


@mutant("token.response_signed_whole", base="fapi1")
def response_has_plain_issuer(policy: Policy) -> Policy:
    """Beside the signed response stands the issuer."""
    return policy.evolve("authorization.jarm_plain_iss", True)


@mutant("token.login_time_told", base="openid")
def id_token_hides_the_login_time(policy: Policy) -> Policy:
    """The ID token does not tell when the customer logged in."""
    return policy.evolve("authorization.id_token_auth_time", False)


@mutant("token.nonce_not_invented", base="openid")
def nonce_is_invented(policy: Policy) -> Policy:
    """An ID token has a nonce that nobody sent."""
    return policy.evolve("authorization.nonce", "invented")


@mutant("token.context_class_true", base="openid")
def essential_context_is_passed_over(policy: Policy) -> Policy:
    """A customer gets in by a password where the request calls another context essential."""
    return policy.evolve("authorization.essential_acr_honoured", False)


@mutant("token.context_class_told", base="openid")
def id_token_tells_no_context(policy: Policy) -> Policy:
    """The ID token has no acr, also where it is asked for as essential."""
    return policy.evolve("authorization.id_token_acr", False)


@mutant("refresh.subject_kept", base="openid")
def refreshed_id_token_tells_a_new_login(policy: Policy) -> Policy:
    """The time of the login in an ID token is the one at which it was made."""
    return policy.evolve("authorization.id_token_auth_time_renewed", True)
