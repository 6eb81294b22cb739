"""Defects of links in rows."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import change, nth, put

CARDS = "loans.credit-card-product"


@mutant("link.links_are_https")
def terms_over_http(policy: Policy) -> Policy:
    """The terms of every card are linked over plain HTTP."""
    return policy.edit_rows(CARDS, change("terms_url", lambda url: url.replace("https:", "http:")))


@mutant("link.links_are_complete")
def link_without_scheme(policy: Policy) -> Policy:
    """The page of one card is linked without scheme."""
    return policy.edit_list(CARDS, nth(0, put("product_url", "www.bank.example/cards")))


@mutant("link.links_are_complete")
def link_with_space(policy: Policy) -> Policy:
    """The terms of one card have a space in their address."""
    return policy.edit_list(CARDS, nth(0, put("terms_url", "https://bank.example/terms/card terms.pdf")))


@mutant("link.links_carry_no_secret")
def link_with_password(policy: Policy) -> Policy:
    """The picture of one card is linked with user and password."""
    return policy.edit_list(CARDS, nth(0, put("image_url", "https://web:hunter2@bank.example/card.png")))


@mutant("link.links_carry_no_secret")
def link_with_token(policy: Policy) -> Policy:
    """The application form of one card is linked with an access token."""
    return policy.edit_list(CARDS, nth(0, put("apply_url", "https://bank.example/apply?access_token=abc123")))


@mutant("link.links_lead_outside")
def link_to_internal_host(policy: Policy) -> Policy:
    """The page of one card is on an address of the bank's own network."""
    return policy.edit_list(CARDS, nth(0, put("product_url", "https://10.20.30.40/cards")))
