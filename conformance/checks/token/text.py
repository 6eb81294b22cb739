"""The characters of tokens and errors (RFC 6749, 5.2, A), and whether the metadata promise refreshing."""

from __future__ import annotations

from conformance.checks.token.experiment import redemptions
from conformance.checks.token.response import response
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.registry import Findings, check

VISIBLE = frozenset(map(chr, range(0x20, 0x7F)))
PRINTABLE = VISIBLE - {'"', "\\"}
ADDRESS = PRINTABLE - {" "}
ERROR = {"error": PRINTABLE, "error_description": PRINTABLE, "error_uri": ADDRESS}


@check(requests=8, logins=("grant",))
def characters_allowed(access: Access) -> Findings:
    """Makes tokens of visible ASCII characters."""
    answer = response(access)
    for name in ("access_token", "refresh_token"):
        value = members_of(answer).get(name)
        wrong = sorted(set(value) - VISIBLE) if isinstance(value, str) else []
        if wrong:
            yield Finding("visible ASCII characters", f"U+{ord(wrong[0]):04X}", f"/{name}", answer.exchange)


@check(requests=2, logins=("redemptions",))
def error_text(access: Access) -> Findings:
    """Writes error, description and address of a refusal in the characters that RFC 6749 admits."""
    answer = redemptions(access).of("wrong verifier")
    if answer is None or answer.ok:
        return
    for name, allowed in ERROR.items():
        value = members_of(answer).get(name)
        wrong = sorted(set(value) - allowed) if isinstance(value, str) else []
        if wrong:
            expected = "printable ASCII without quotes and backslash"
            yield Finding(expected, f"U+{ord(wrong[0]):04X}", f"/{name}", answer.exchange)


@check(requests=8, logins=("grant",))
def refresh_listed(access: Access) -> Findings:
    """Lists the grant type refresh_token where it gives refresh tokens."""
    listed = access.server.listed("grant_types_supported")
    answer = response(access)
    if listed and access.grant().tokens.refresh_token and "refresh_token" not in listed:
        yield Finding(
            "refresh_token listed", ", ".join(listed)[:120], "/grant_types_supported", answer.exchange
        )
