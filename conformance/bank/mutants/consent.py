"""Defects of consents."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("consent.permission_opens_only_its_own")
def any_permission_opens_all(policy: Policy) -> Policy:
    """A consent opens every function, whatever it names."""
    return policy.evolve("accounts.permission_checked", False)


@mutant("consent.window_honoured")
def window_open_at_its_start(policy: Policy) -> Policy:
    """Transactions before the window are shown."""
    return policy.evolve("accounts.window_from_honoured", False)


@mutant("consent.window_honoured")
def window_open_at_its_end(policy: Policy) -> Policy:
    """Transactions after the window are shown."""
    return policy.evolve("accounts.window_to_honoured", False)


@mutant("consent.past_expiry_refused")
def ended_consent_made(policy: Policy) -> Policy:
    """A consent may end before it is made."""
    return policy.evolve("accounts.past_expiry_accepted", True)


@mutant("consent.absurd_expiry_refused")
def consent_for_ever_made(policy: Policy) -> Policy:
    """A consent may last for thousands of years."""
    return policy.evolve("accounts.expiry_limit", 10**12)


@mutant("consent.unknown_permission_refused")
def unknown_permission_taken(policy: Policy) -> Policy:
    """Any name passes for a permission."""
    return policy.evolve("accounts.unknown_permission_accepted", True)


@mutant("consent.empty_permissions_refused")
def consent_for_nothing_made(policy: Policy) -> Policy:
    """A consent may name no permission."""
    return policy.evolve("accounts.empty_permissions_accepted", True)


@mutant("consent.inverted_window_refused")
def inverted_window_taken(policy: Policy) -> Policy:
    """A window may end before it begins."""
    return policy.evolve("accounts.inverted_window_accepted", True)


@mutant("consent.revocation_stops_access")
def revoked_consent_opens(policy: Policy) -> Policy:
    """A revoked consent opens as before."""
    return policy.evolve("accounts.revocation_effective", False)


@mutant("consent.expiry_stops_access")
def ended_consent_opens(policy: Policy) -> Policy:
    """A consent opens after its end."""
    return policy.evolve("accounts.consent_expiry_checked", False)


@mutant("consent.state_told")
def state_stands_still(policy: Policy) -> Policy:
    """A consent always awaits its customer."""
    return policy.evolve("accounts.consent_status_moves", False)


@mutant("consent.not_shown_to_others")
def consents_shown_to_all(policy: Policy) -> Policy:
    """A TSP reads the consents of others."""
    return policy.evolve("accounts.consent_read_client_bound", False)


@mutant("consent.not_listed_to_others")
def consents_listed_to_all(policy: Policy) -> Policy:
    """The list has the consents of all TSPs."""
    return policy.evolve("accounts.consent_list_client_bound", False)


@mutant("consent.not_revoked_by_others")
def consents_revoked_by_all(policy: Policy) -> Policy:
    """A TSP revokes the consents of others."""
    return policy.evolve("accounts.consent_delete_client_bound", False)


@mutant("consent.foreign_like_unknown")
def foreign_consent_told_apart(policy: Policy) -> Policy:
    """Another TSP's consent is forbidden, an unknown one not found."""
    return policy.evolve("accounts.foreign_consent_differs", True)


@mutant("consent.identifier_opens_nothing")
def identifier_opens(policy: Policy) -> Policy:
    """The identifier of a consent is as good as a token."""
    return policy.evolve("accounts.consent_id_alone_opens", True)


@mutant("consent.token_decides", "consent.consents_kept_apart")
def header_decides(policy: Policy) -> Policy:
    """A header names the consent in place of the token's own."""
    return policy.evolve("accounts.consent_id_header_wins", True)


@mutant("consent.not_approved_twice")
def consent_approved_again(policy: Policy) -> Policy:
    """A second customer may approve a consent that a first one has approved."""
    return policy.evolve("accounts.approved_consent_offered_again", True)


@mutant("consent.picked_accounts_only")
def picked_accounts_are_forgotten(policy: Policy) -> Policy:
    """The consent page offers a choice of accounts, and the bank opens all of them."""
    return policy.evolve("authorization.picked_accounts_honoured", False)


@mutant("consent.picked_accounts_only")
def every_account_of_the_customer_opens(policy: Policy) -> Policy:
    """The accounts that the customer picked are kept with the consent, and never asked for."""
    return policy.evolve("accounts.accounts_bound", False)


@mutant("consent.consents_kept_apart")
def another_consent_of_the_customer_opens(policy: Policy) -> Policy:
    """A header names another consent of the token's customer, and opens what that one names."""
    return policy.evolve("accounts.consent_id_header_widens", True)


@mutant("consent.permission_needed_to_write")
def changes_need_no_permission(policy: Policy) -> Policy:
    """A consent to read lets the TSP change things."""
    return policy.evolve("accounts.alteration_permission_checked", False)
