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

    # Applications.
    token_needed: bool = True
    required_checked: bool = True
    fault_named: bool = True
    fault_echoes_value: bool = False
    enumeration_checked: bool = True
    condition_checked: bool = True  # who is employed names an employer
    format_checked: bool = True
    consent_required: bool = True
    unknown_member_kept: bool = False  # what nobody asked for is stored and shown
    incomplete_submitted: bool = False
    key_honoured: bool = True
    key_body_compared: bool = True
    key_races: bool = False
    submitted_twice: bool = False  # a second submission makes a second application
    owner_bound: bool = True
    foreign_differs: bool = False
    changed_after_submission: bool = False
    status_moves_back: bool = False
    withdrawal_deletes: bool = True
    withdrawal_effective: bool = True
    privacy_notice: bool = True
    reference_data_empty: bool = False
    digest_checked: bool = True
    attachment_type_checked: bool = True
    attachment_size_checked: bool = True
    oversize_status: int = 413
    cache_control: str = "no-store"
