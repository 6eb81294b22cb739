"""Defects in the reading of proofs of possession."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering


@mutant("dpop.signature_verified", "dpop.issue_signature_verified")
def proof_signature_unread(policy: Policy) -> Policy:
    """The signature of a proof is not verified."""
    return policy.evolve("authorization.dpop_signature_checked", False)


@mutant("dpop.unsigned_refused")
def unsigned_proof_accepted(policy: Policy) -> Policy:
    """A proof need not be signed."""
    return policy.evolve("authorization.dpop_none_accepted", True)


@mutant("dpop.symmetric_key_refused")
def symmetric_proof_accepted(policy: Policy) -> Policy:
    """A proof may be signed with a secret that it carries itself."""
    return policy.evolve("authorization.dpop_symmetric_jwk_accepted", True)


@mutant("dpop.type_compared")
def proof_type_ignored(policy: Policy) -> Policy:
    """Any JWT passes for a proof."""
    return policy.evolve("authorization.dpop_typ_checked", False)


@mutant("dpop.private_key_refused")
def proof_with_private_key_accepted(policy: Policy) -> Policy:
    """A proof may show its private key."""
    return policy.evolve("authorization.dpop_private_jwk_accepted", True)


@mutant("dpop.critical_header_refused")
def critical_header_of_proof_ignored(policy: Policy) -> Policy:
    """A critical header member that is not understood is passed over."""
    return policy.evolve("authorization.dpop_crit_ignored", True)


@mutant("dpop.encoding_strict")
def proof_loosely_decoded(policy: Policy) -> Policy:
    """Padding, stray characters and further parts do not matter."""
    return policy.evolve("authorization.dpop_loose_encoding", True)


@mutant("dpop.single_header")
def first_of_two_proofs_counts(policy: Policy) -> Policy:
    """Of two proofs the first counts."""
    return policy.evolve("authorization.dpop_several_headers_accepted", True)


@mutant("dpop.method_compared", "dpop.issue_signature_verified")
def proof_for_any_method(policy: Policy) -> Policy:
    """The method of a proof is not compared."""
    return policy.evolve("authorization.dpop_htm_checked", False)


@mutant("dpop.address_compared", "dpop.issue_signature_verified")
def proof_for_any_address(policy: Policy) -> Policy:
    """The address of a proof is not compared."""
    return policy.evolve("authorization.dpop_htu_checked", False)


@mutant("dpop.age_limited")
def old_proof_accepted(policy: Policy) -> Policy:
    """A proof does not age."""
    return policy.evolve("authorization.dpop_iat_past_limit", 10**9)


@mutant("dpop.age_limited")
def proof_of_the_future_accepted(policy: Policy) -> Policy:
    """A proof may be made in time to come."""
    return policy.evolve("authorization.dpop_iat_future_limit", 10**9)


@mutant("dpop.time_needed")
def undated_proof_accepted(policy: Policy) -> Policy:
    """A proof need not say when it was made."""
    return policy.evolve("authorization.dpop_iat_required", False)


@mutant("dpop.identifier_needed")
def nameless_proof_accepted(policy: Policy) -> Policy:
    """A proof needs no identifier."""
    return policy.evolve("authorization.dpop_jti_required", False)


@mutant("dpop.replay_refused")
def proof_used_again(policy: Policy) -> Policy:
    """A proof works twice."""
    return policy.evolve("authorization.dpop_jti_replay_checked", False)


@mutant("dpop.token_hash_needed")
def proof_for_no_token(policy: Policy) -> Policy:
    """A proof need not name its token."""
    return policy.evolve("authorization.dpop_ath_required", False)


@mutant("dpop.token_hash_compared")
def proof_for_any_token(policy: Policy) -> Policy:
    """The token that a proof names is not compared."""
    return policy.evolve("authorization.dpop_ath_checked", False)


@mutant("dpop.nonce_compared")
def any_nonce_accepted(policy: Policy) -> Policy:
    """A nonce need only be there."""
    return policy.evolve("authorization.dpop_nonce_required", True).evolve(
        "authorization.dpop_nonce_checked", False
    )


@mutant("dpop.address_normalised")
def address_compared_by_letter(policy: Policy) -> Policy:
    """The address of a proof is compared letter by letter."""
    return policy.evolve("authorization.dpop_htu_normalised", False)


@mutant("dpop.clock_tolerated")
def clock_must_agree(policy: Policy) -> Policy:
    """A proof has to be made in this very second or the one before."""
    return policy.evolve("authorization.dpop_iat_past_limit", 3)


@mutant("dpop.unknown_members_ignored")
def unknown_claims_of_proof_refused(policy: Policy) -> Policy:
    """A proof with a claim that is not known is refused."""
    return policy.evolve("authorization.dpop_unknown_claims_refused", True)


@mutant("dpop.unlisted_algorithm_refused")
def unlisted_algorithm_of_proof_accepted(policy: Policy) -> Policy:
    """Proofs by RS256 are accepted, which the metadata do not list."""
    listed = ("dpop_signing_alg_values_supported", ["ES256", "PS256"])
    return policy.evolve("authorization.dpop_algs", ("ES256", "PS256", "RS256")).evolve(
        "authorization.metadata_replaces", (listed,)
    )


@mutant("dpop.code_bound_by_name", "dpop.code_bound_by_proof")
def codes_work_with_any_key(policy: Policy) -> Policy:
    """A code is redeemed with the proof of whatever key, named or proved before or not."""
    return policy.evolve("authorization.dpop_code_bound", False)


@mutant("dpop.keys_named_agree")
def named_key_is_not_compared(policy: Policy) -> Policy:
    """A pushed request may name another key than the one of its proof."""
    return policy.evolve("authorization.dpop_jkt_checked", False)


@mutant("dpop.key_on_curve")
def keys_may_lie_off_their_curve(policy: Policy) -> Policy:
    """A key that is no point of its curve is taken, and no signature verified with it."""
    return policy.evolve("authorization.dpop_point_unchecked", True)


@mutant("dpop.nonce_characters", "dpop.nonce_compared")
def nonces_have_blanks(app: WSGIApplication) -> WSGIApplication:
    """The token endpoint gives a nonce that no proof can carry, and does not ask for it again."""

    def amend(request: Request, response: Response) -> None:
        if request.path == "/oauth/token":
            response.headers["DPoP-Nonce"] = "one two"

    return answering(app, amend)
