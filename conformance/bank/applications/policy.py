"""The decisions of the application services; the default is the conformant bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ApplicationPolicy:
    """What the application services decide."""

    # Links to the bank's own pages.
    link: Literal["right", "http", "foreign", "personal"] = "right"
    link_follows_parameter: bool = False  # ?next= of the page is followed
    page_refreshes_to_parameter: bool = False  # the same, by an element of the page
    page_absent: bool = False
    link_absent: str = ""  # a product without a link

    # Applications.
    token_needed: bool = True
    product_absent: str = ""  # a product that nobody can apply for
    media_type_status: int = 415  # for a body that is no JSON
    required_checked: bool = True
    fault_named: bool = True  # what is missing
    wrong_value_named: bool = True
    change_checked: bool = True
    header_tells_applicant: bool = False
    fault_echoes_value: bool = False
    enumeration_checked: bool = True
    condition_checked: bool = True  # who is employed names an employer
    format_checked: bool = True
    consent_required: bool = True
    unknown_member_kept: bool = False  # what nobody asked for is stored and shown
    key_honoured: bool = True
    key_body_compared: bool = True
    key_races: bool = False
    submission_effective: bool = True
    submitted_twice: bool = False  # a second submission makes a second application
    owner_bound: bool = True
    owner_bound_for_steps: bool = True
    foreign_differs: bool = False
    changed_after_submission: bool = False
    status_moves_back: bool = False
    withdrawal_deletes: bool = True
    withdrawal_effective: bool = True
    withdrawn_submitted: bool = False
    privacy_notice: bool = True
    privacy_notice_opens: bool = True
    reference_data_empty: bool = False
    digest_checked: bool = True
    attachment_type_checked: bool = True
    attachment_size_checked: bool = True
    oversize_status: int = 413
    cache_control: str = "no-store"

    # What a strict bank asks for besides: an identity card, an age, a quote, a password.
    strict: bool = False
    identity_checked: bool = True
    age_checked: bool = True
    person_once: bool = True  # no second application of a person while one is open
    quote_checked: bool = True
    birth_date_compared: bool = True
    password_checked: bool = True
    password_bound: bool = True
    password_tries: int = 3
    password_tries_counted: bool = True
    password_told: bool = False
    password_constant: bool = False

    # Short forms.
    lead_token_needed: bool = True
    lead_key_honoured: bool = True
    lead_required_checked: bool = True
    lead_consent_required: bool = True
    lead_fault_echoes_value: bool = False

    # Applications that are signed and encrypted on their way.
    tag_checked: bool = True  # of the encryption
    inner_signature_checked: bool = True
    none_accepted: bool = False
    signer_compared: bool = True  # another TSP's key is not taken
    checksum_checked: bool = True
    checksum_optional: bool = False
    field_digest_checked: bool = True
    field_digest_optional: bool = False
    clear_accepted: bool = False
