"""How the pages pass a customer on, and speak to windows (FAPI 2.0, 5.3.2.2; RFC 9700, 4.17)."""

from __future__ import annotations

import re

from conformance.checks.authorize.response import denied
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.registry import Findings, check

_TO_ANYBODY = re.compile(rb"postMessage\s*\([^;]{0,500}?,\s*['\"]\*['\"]")


@check(requests=8, logins=("grant",))
def see_other(access: Access) -> Findings:
    """Redirects a customer who has sent a form with 303, which drops the form."""
    for answer in access.grant().code.trail:
        if answer.request.method == "POST" and answer.status in (300, 301, 302):
            yield Finding("303 after a form was sent", str(answer.status), "status", answer.exchange)
            return


@check(requests=8, logins=("grant",))
def messages_addressed(access: Access) -> Findings:
    """Sends messages between windows to named origins, never to all."""
    for answer in access.grant().code.trail:
        if _TO_ANYBODY.search(answer.body):
            yield Finding("postMessage to a named origin", "to *", "script of the page", answer.exchange)
            return


@check(requests=8, logins=("denied",))
def error_in_query(access: Access) -> Findings:
    """Sends an error of the code flow in the query, never in the fragment, of the redirect URI."""
    landing = denied(access).landing
    if landing.fragment and not landing.posted and landing.error:
        yield Finding("the error in the query", "in the fragment", "redirect", landing.answer.exchange)
