"""Defects of the verification of signatures: of detached JWS, HTTP message signatures and draft-cavage."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("signature.signature_is_needed")
def signature_may_be_left_out(policy: Policy) -> Policy:
    """An instruction without a signature is taken."""
    return policy.evolve("payments.signature_required", False)


@mutant(
    "signature.key_is_registered",
    "signature.key_is_of_the_tsp",
    "signature.body_is_signed",
    "signature.signature_is_verified",
    "signature.unsigned_token_is_refused",
    "signature.public_key_is_no_secret",
)
def jws_is_not_verified(policy: Policy) -> Policy:
    """A JWS is decoded and its signature not verified."""
    return policy.evolve("payments.signature_checked", False)


@mutant("signature.key_is_of_the_tsp")
def jws_of_any_tsp(policy: Policy) -> Policy:
    """A JWS by any registered TSP is taken for the caller's."""
    return policy.evolve("payments.signature_key_bound", False)


@mutant("signature.old_signature_is_refused")
def jws_never_grows_old(policy: Policy) -> Policy:
    """The time of a JWS is not compared with the clock."""
    return policy.evolve("payments.signature_age_checked", False)


@mutant("signature.future_signature_is_refused")
def jws_of_the_future(policy: Policy) -> Policy:
    """A JWS may have been made in the future."""
    return policy.evolve("payments.signature_future_checked", False)


@mutant("signature.signature_is_taken_once")
def jws_comes_again(policy: Policy) -> Policy:
    """The same JWS is taken again and again."""
    return policy.evolve("payments.signature_replay_checked", False)


@mutant("signature.unsigned_token_is_refused")
def jws_without_an_algorithm(policy: Policy) -> Policy:
    """A JWS with the algorithm none is taken."""
    return policy.evolve("payments.signature_none_accepted", True)


@mutant("signature.public_key_is_no_secret")
def jws_keyed_with_the_public_key(policy: Policy) -> Policy:
    """A JWS keyed with the TSP's public key as a secret is taken."""
    return policy.evolve("payments.signature_hmac_accepted", True)


@mutant("signature.critical_member_is_understood", "signature.payload_encoding_is_honoured")
def jws_crit_is_ignored(policy: Policy) -> Policy:
    """The crit member of a JWS is not looked at."""
    return policy.evolve("payments.signature_crit_ignored", True)


@mutant("signature.payload_encoding_is_honoured")
def jws_b64_is_ignored(policy: Policy) -> Policy:
    """b64 is taken for known and its meaning is not followed."""
    return policy.evolve("payments.signature_b64_ignored", True)


@mutant(
    "signature.key_is_registered",
    "signature.key_is_of_the_tsp",
    "signature.signature_is_verified",
    "signature.components_are_verified",
    "signature.token_is_signed",
    base="message-signature",
)
def message_signature_is_not_verified(policy: Policy) -> Policy:
    """An HTTP message signature is parsed and not verified."""
    return policy.evolve("payments.signature_checked", False)


@mutant("signature.body_is_signed", base="message-signature")
def content_digest_is_not_compared(policy: Policy) -> Policy:
    """Content-Digest is covered by the signature and not compared with the body."""
    return policy.evolve("payments.digest_checked", False)


@mutant("signature.old_signature_is_refused", base="message-signature")
def message_signature_never_grows_old(policy: Policy) -> Policy:
    """The parameter created is not compared with the clock."""
    return policy.evolve("payments.signature_age_checked", False)


@mutant("signature.future_signature_is_refused", base="message-signature")
def message_signature_of_the_future(policy: Policy) -> Policy:
    """The parameter created may be in the future."""
    return policy.evolve("payments.signature_future_checked", False)


@mutant("signature.signature_is_taken_once", base="message-signature")
def message_signature_comes_again(policy: Policy) -> Policy:
    """The same message signature is taken again and again."""
    return policy.evolve("payments.signature_replay_checked", False)


@mutant("signature.key_is_of_the_tsp", base="message-signature")
def message_signature_of_any_tsp(policy: Policy) -> Policy:
    """A message signature by any registered TSP is taken for the caller's."""
    return policy.evolve("payments.signature_key_bound", False)


@mutant("signature.signature_is_needed", base="message-signature")
def message_signature_may_be_left_out(policy: Policy) -> Policy:
    """A request without Signature is taken."""
    return policy.evolve("payments.signature_required", False)


@mutant("signature.components_are_needed", base="message-signature")
def message_signature_without_the_method(policy: Policy) -> Policy:
    """A signature need not cover the method."""
    return policy.evolve("payments.signature_components_optional", ("@method",))


@mutant("signature.components_are_needed", base="message-signature")
def message_signature_without_the_address(policy: Policy) -> Policy:
    """A signature need not cover the address."""
    return policy.evolve("payments.signature_components_optional", ("@target-uri",))


@mutant("signature.components_are_needed", base="message-signature")
def message_signature_without_the_token(policy: Policy) -> Policy:
    """A signature need not cover the token."""
    return policy.evolve("payments.signature_components_optional", ("authorization",))


@mutant("signature.components_are_needed", base="message-signature")
def message_signature_without_the_digest(policy: Policy) -> Policy:
    """A signature need not cover Content-Digest."""
    return policy.evolve("payments.signature_components_optional", ("content-digest",))


@mutant("signature.components_are_needed", base="message-signature")
def message_signature_without_the_key(policy: Policy) -> Policy:
    """A signature need not cover the idempotency key."""
    return policy.evolve("payments.signature_components_optional", ("idempotency-key",))


@mutant("signature.components_are_needed", base="cavage-signature")
def cavage_without_the_target(policy: Policy) -> Policy:
    """A signature need not cover the request target."""
    return policy.evolve("payments.signature_components_optional", ("(request-target)",))


@mutant("signature.components_are_needed", base="cavage-signature")
def cavage_without_the_date(policy: Policy) -> Policy:
    """A signature need not cover Date."""
    return policy.evolve("payments.signature_components_optional", ("date",))


@mutant("signature.components_are_needed", base="cavage-signature")
def cavage_without_the_digest(policy: Policy) -> Policy:
    """A signature need not cover Digest."""
    return policy.evolve("payments.signature_components_optional", ("digest",))


@mutant("signature.body_is_signed", base="cavage-signature")
def cavage_digest_is_not_compared(policy: Policy) -> Policy:
    """Digest is covered by the signature and not compared with the body."""
    return policy.evolve("payments.digest_checked", False)


@mutant("signature.old_signature_is_refused", base="cavage-signature")
def cavage_date_is_not_compared(policy: Policy) -> Policy:
    """Date is not compared with the clock."""
    return policy.evolve("payments.signature_age_checked", False)


@mutant("signature.signature_is_taken_once", base="cavage-signature")
def cavage_comes_again(policy: Policy) -> Policy:
    """The same signature is taken again and again."""
    return policy.evolve("payments.signature_replay_checked", False)


@mutant(
    "signature.key_is_registered",
    "signature.key_is_of_the_tsp",
    "signature.signature_is_verified",
    "signature.components_are_verified",
    base="cavage-signature",
)
def cavage_is_not_verified(policy: Policy) -> Policy:
    """A draft-cavage signature is parsed and not verified."""
    return policy.evolve("payments.signature_checked", False)


@mutant("signature.body_is_signed")
def jws_brings_its_own_body(policy: Policy) -> Policy:
    """The payload inside a JWS is verified in place of the body."""
    return policy.evolve("payments.signature_payload_of_token", True)


@mutant("signature.components_are_needed", base="cavage-signature")
def cavage_without_the_key(policy: Policy) -> Policy:
    """A signature need not cover the idempotency key."""
    return policy.evolve("payments.signature_components_optional", ("idempotency-key",))


@mutant("signature.future_signature_is_refused", base="cavage-signature")
def cavage_date_of_the_future(policy: Policy) -> Policy:
    """Date may be of the future."""
    return policy.evolve("payments.signature_future_checked", False)


@mutant("signature.key_is_of_the_tsp", base="cavage-signature")
def cavage_of_any_tsp(policy: Policy) -> Policy:
    """A signature by any registered TSP is taken for the caller's."""
    return policy.evolve("payments.signature_key_bound", False)


@mutant("signature.signature_is_needed", base="cavage-signature")
def cavage_may_be_left_out(policy: Policy) -> Policy:
    """A request without Signature is taken."""
    return policy.evolve("payments.signature_required", False)
