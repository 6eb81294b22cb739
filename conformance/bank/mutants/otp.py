"""Defects of one-time passwords."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant(
    "otp.wrong_password_is_refused",
    "otp.password_is_of_its_mandate",
    "otp.password_is_replaced",
)
def any_password_confirms(policy: Policy) -> Policy:
    """Any password confirms a mandate."""
    return policy.evolve("payments.otp_checked", False)


@mutant("otp.tries_are_bounded")
def passwords_may_be_guessed(policy: Policy) -> Policy:
    """Wrong passwords are not counted."""
    return policy.evolve("payments.otp_tries_counted", False)


@mutant("otp.password_ends")
def password_lives_for_ever(policy: Policy) -> Policy:
    """The age of a password is not looked at."""
    return policy.evolve("payments.otp_expiry_checked", False)


@mutant("otp.password_is_told_to_nobody")
def password_stands_in_the_answer(policy: Policy) -> Policy:
    """The answer to the TSP holds the customer's password."""
    return policy.evolve("payments.otp_in_answer", True)


@mutant("otp.password_is_good_once")
def password_is_good_again(policy: Policy) -> Policy:
    """A used password is taken again."""
    return policy.evolve("payments.otp_reusable", True)


@mutant("otp.password_is_of_its_mandate")
def password_confirms_every_mandate(policy: Policy) -> Policy:
    """The password of one mandate confirms any other."""
    return policy.evolve("payments.otp_bound", False)


@mutant("otp.password_is_replaced")
def replaced_password_confirms(policy: Policy) -> Policy:
    """The old password is good beside the new one."""
    return policy.evolve("payments.otp_renewal_keeps_old", True)


@mutant("otp.passwords_differ")
def password_is_the_same_for_all(policy: Policy) -> Policy:
    """Every customer gets the same password."""
    return policy.evolve("payments.otp_constant", True)


@mutant("otp.renewals_are_bounded")
def passwords_without_end(policy: Policy) -> Policy:
    """A new password is sent as often as it is asked for."""
    return policy.evolve("payments.otp_renewals", 1000)


@mutant("otp.high_risk_payment_waits_for_its_customer")
def large_payment_needs_no_password(policy: Policy) -> Policy:
    """A payment above the declared amount is made without a password."""
    return policy.evolve("payments.step_up_needed", False)


@mutant("otp.waiting_payment_moves_nothing")
def money_moves_before_the_password(policy: Policy) -> Policy:
    """The account is charged while the payment waits for its password."""
    return policy.evolve("payments.step_up_booked_before", True)
