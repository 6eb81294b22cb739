"""The decisions of the account services; the default is the conformant bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DAY = 86400


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """What the consent and account services decide; `Policy.edit_rows` and `edit_list` change rows."""

    # Making and keeping consents.
    unknown_permission_accepted: bool = False
    empty_permissions_accepted: bool = False
    past_expiry_accepted: bool = False
    expiry_required: bool = True
    expiry_limit: int = 366 * DAY  # furthest end of a consent, seconds ahead
    inverted_window_accepted: bool = False
    consent_status_moves: bool = True  # from awaiting_authorisation to authorised, rejected, revoked, expired
    consent_read_client_bound: bool = True  # another TSP's consent is not shown
    consent_list_client_bound: bool = True
    consent_delete_client_bound: bool = True
    foreign_consent_differs: bool = False  # 403 where an unknown consent gives 404
    approved_consent_offered_again: bool = False  # to whichever customer comes next
    revocation_effective: bool = True
    revocation_status: int = 204

    # What a consent opens.
    permission_checked: bool = True
    consent_expiry_checked: bool = True
    consent_id_alone_opens: bool = False  # X-Consent-Id without a token is enough
    consent_id_header_wins: bool = False  # X-Consent-Id in place of the token's own consent
    consent_id_header_widens: bool = False  # the same, for other consents of the token's customer
    accounts_bound: bool = True  # only the accounts that the customer picked
    window_from_honoured: bool = True  # transaction_from of the consent
    window_to_honoured: bool = True

    # Objects of others.
    foreign_object_visible: bool = False
    foreign_object_changeable: bool = False
    foreign_object_differs: bool = False  # 403 where an unknown id gives 404
    foreign_object_body_differs: bool = False
    unknown_object_is_500: bool = False
    object_id_loosely_compared: bool = False  # case, blanks and a tail are ignored
    object_ids_sequential: bool = False
    account_id_from_query: bool = False  # ?account_id= replaces the one of the path, unchecked
    account_id_from_header: bool = False  # X-Account-Id likewise
    personal_data_in_errors: bool = False

    # Lists.
    query_from_honoured: bool = True
    query_to_honoured: bool = True
    query_end_excluded: bool = False
    bad_parameter_accepted: bool = False
    unknown_parameter_ignored: bool = False
    page_size_ignored: bool = False
    total_wrong: bool = False
    page_two_repeats: bool = False
    last_page_short: bool = False  # the last row of the last page is left out
    next_link: Literal["right", "absent", "endless", "other_host"] = "right"
    order_unstable: bool = False
    books_between_pages: bool = False  # a transaction is booked after every page: life goes on
    page_anchor_honoured: bool = True  # later pages show the list as the first page saw it
    no_accounts_is_error: bool = False
    number_masked: bool = True
    cache_control: str = "no-store"

    # Events.
    foreign_events_visible: bool = False
    acknowledged_events_stay: bool = False
    foreign_event_acknowledged: bool = False
    events_missing: bool = False

    # Alterations.
    alteration_permission_checked: bool = True
    alteration_input_checked: bool = True
    alteration_status: int = 201
