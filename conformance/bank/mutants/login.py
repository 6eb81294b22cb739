"""Defects of the pages that customers log in and decide on."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("authorize.own_redirects_only")
def login_page_follows_a_form_field(policy: Policy) -> Policy:
    """The login page goes on to where its form says."""
    return policy.evolve("authorization.open_redirect_parameter", True)


@mutant("authorize.approval_asked")
def consent_page_is_skipped(policy: Policy) -> Policy:
    """After the login nobody is asked for approval."""
    return policy.evolve("authorization.consent_page_skipped", True)


@mutant("authorize.no_cross_origin_reading")
def other_origins_can_read_the_pages(policy: Policy) -> Policy:
    """The pages have CORS header fields."""
    return policy.evolve("authorization.page_cors", True)


@mutant("authorize.no_framing")
def pages_can_be_framed(policy: Policy) -> Policy:
    """The pages can be shown in a frame."""
    return policy.evolve("authorization.page_framing", "allowed")


@mutant("authorize.no_referrer")
def pages_tell_their_address(policy: Policy) -> Policy:
    """The pages tell their address to other sites."""
    return policy.evolve("authorization.page_referrer_policy", "unsafe-url")


@mutant("authorize.not_kept")
def pages_are_kept_by_caches(policy: Policy) -> Policy:
    """The pages are kept by the browser."""
    return policy.evolve("authorization.page_cache_control", "private, max-age=600")


@mutant("authorize.nothing_from_elsewhere")
def pages_load_from_elsewhere(policy: Policy) -> Policy:
    """The pages load a picture of a third party."""
    return policy.evolve("authorization.page_third_party", True)


@mutant("authorize.cookies_protected")
def cookies_have_no_attributes(policy: Policy) -> Policy:
    """Cookies have no attributes."""
    return policy.evolve("authorization.cookie_flags", "")


@mutant("authorize.cookies_protected")
def cookies_go_to_other_sites(policy: Policy) -> Policy:
    """Cookies have no SameSite."""
    return policy.evolve("authorization.cookie_flags", "Secure; HttpOnly")


@mutant("authorize.password_posted")
def password_goes_into_the_address(policy: Policy) -> Policy:
    """The login form is sent by GET."""
    return policy.evolve("authorization.password_in_query", True)


@mutant("authorize.parameters_escaped")
def login_hint_is_not_escaped(policy: Policy) -> Policy:
    """The login hint is put into the page as it is."""
    return policy.evolve("authorization.page_escapes", False)


@mutant("authorize.form_token_checked")
def login_form_can_be_forged(policy: Policy) -> Policy:
    """The token of the login form is not compared."""
    return policy.evolve("authorization.login_csrf_checked", False)


@mutant("authorize.form_token_checked")
def consent_form_can_be_forged(policy: Policy) -> Policy:
    """The token of the consent form is not compared."""
    return policy.evolve("authorization.consent_csrf_checked", False)


@mutant("authorize.bound_to_browser")
def forms_are_taken_from_any_browser(policy: Policy) -> Policy:
    """Forms are taken from every browser."""
    return policy.evolve("authorization.interaction_cookie_checked", False)


@mutant("authorize.session_renewed")
def session_is_kept_at_login(policy: Policy) -> Policy:
    """The session stays the same at login."""
    return policy.evolve("authorization.session_renewed_at_login", False)


@mutant("authorize.password_checked")
def every_password_logs_in(policy: Policy) -> Policy:
    """Every password logs in."""
    return policy.evolve("authorization.login_password_checked", False)


@mutant("authorize.customers_not_told")
def unknown_customers_are_told(policy: Policy) -> Policy:
    """The login page tells who is no customer."""
    return policy.evolve("authorization.login_reveals_user", True)
