"""Defects of a bank that asks more of its applicants: an identity card, an age, a quote, a password."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy

STRICT = "application-strict"


@mutant(
    "application.wrong_password_submits_nothing",
    "application.password_is_of_its_application",
    "application.password_tries_are_bounded",
    base=STRICT,
)
def any_password_submits(policy: Policy) -> Policy:
    """An application is submitted with any password at all."""
    return policy.evolve("applications.password_checked", False).evolve(
        "applications.password_tries_counted", False
    )


@mutant("application.identity_number_is_checked", base=STRICT)
def card_number_is_not_computed(policy: Policy) -> Policy:
    """The check digit of an identity card number is not computed."""
    return policy.evolve("applications.identity_checked", False)


@mutant("application.age_is_checked", base=STRICT)
def children_apply(policy: Policy) -> Policy:
    """Nobody looks at how old an applicant is."""
    return policy.evolve("applications.age_checked", False)


@mutant("application.person_applies_once", base=STRICT)
def person_applies_again(policy: Policy) -> Policy:
    """A person whose application is open applies again."""
    return policy.evolve("applications.person_once", False)


@mutant("application.earlier_step_is_needed", base=STRICT)
def quote_is_not_looked_up(policy: Policy) -> Policy:
    """Any quote will do, also one that was never given."""
    return policy.evolve("applications.quote_checked", False)


@mutant("application.every_question_counts", base=STRICT)
def birth_date_is_asked_for_in_vain(policy: Policy) -> Policy:
    """The birth date that is asked for is compared with nothing."""
    return policy.evolve("applications.birth_date_compared", False)


@mutant("application.password_is_of_its_application", base=STRICT)
def password_of_any_applicant_submits(policy: Policy) -> Policy:
    """An application is submitted with any applicant's password."""
    return policy.evolve("applications.password_bound", False)


@mutant("application.password_tries_are_bounded", base=STRICT)
def passwords_of_applicants_may_be_guessed(policy: Policy) -> Policy:
    """Wrong passwords of an applicant are not counted."""
    return policy.evolve("applications.password_tries_counted", False)


@mutant("application.password_is_told_to_the_applicant_alone", base=STRICT)
def tsp_is_told_the_applicants_password(policy: Policy) -> Policy:
    """The answer to the TSP has the applicant's password."""
    return policy.evolve("applications.password_told", True)


@mutant("application.passwords_of_applicants_differ", base=STRICT)
def all_applicants_have_one_password(policy: Policy) -> Policy:
    """All applicants are sent the same password."""
    return policy.evolve("applications.password_constant", True)
