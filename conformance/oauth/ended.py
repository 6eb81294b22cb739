"""A customer's token whose time is over, for all who want to see what is still made of it."""

from __future__ import annotations

from collections.abc import Callable

from conformance.errors import NotApplicable
from conformance.oauth.access import Access
from conformance.oauth.grant import Tokens

LEEWAY = 60.0
"""Seconds by which a server may be late to call a token expired, since clocks differ (RFC 7519, 4.1.4)."""
LONGEST_WAIT = 120.0
"""Seconds that is waited for a token to end."""


def ended(access: Access, made: Callable[[], Tokens], longest: float = LONGEST_WAIT) -> Tokens:
    """Tokens of a grant of their own after the end that was told, waited for once in a round.

    Raises ``NotApplicable`` where none is told, or one too far.
    """

    def fetch() -> Tokens:
        tokens = made()
        left = tokens.expires_at - access.now()
        if left <= 0:
            raise NotApplicable("the bank tells no time of life that a token could outlive")
        if left > longest:
            raise NotApplicable(f"tokens live for longer than the {longest:.0f} s that the check waits")
        access.tsp.wait(left + 1.5)
        return tokens

    tokens: Tokens = access.memory.once(("oauth", "ended"), fetch)
    return tokens
