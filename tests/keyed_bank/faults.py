"""Defects of the keyed bank, each with the check that must find it and no other."""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "statements_is_open": "identity.credentials_are_required",
    "write_is_open": "identity.credentials_are_required",
    "remove_is_open": "identity.credentials_are_required",
    "signature_unchecked": "identity.tokens_are_verified",
    "none_accepted": "identity.tokens_are_verified",
    "end_unchecked": "identity.unfit_tokens_are_refused",
    "beginning_unchecked": "identity.unfit_tokens_are_refused",
    "issuer_unchecked": "identity.unfit_tokens_are_refused",
    "audience_unchecked": "identity.unfit_tokens_are_refused",
    "scope_of_write_unchecked": "identity.functions_are_kept_apart",
    "scope_of_remove_unchecked": "identity.functions_are_kept_apart",
    "role_unchecked": "identity.functions_are_kept_apart",
    "links_skip": "relation.linked_pages_make_the_whole",
    "cursors_skip": "relation.linked_pages_make_the_whole",
    "links_overlap": "relation.linked_pages_are_disjoint",
    "links_lead_nowhere": "relation.links_lead_to_pages",
    "total_of_statements_wrong": "relation.totals_are_true",
    "limit_of_a_card_gone": "relation.described_links_lead_on",
    "total_of_cards_wrong": "relation.totals_are_true",
    "note_shows_its_clerk": "contract.members_are_described",
}
