"""The paths of the account services."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.bank.service import Route


class AccountService:
    """Consents, account information, retrievals and alterations of Phase III."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        return ()
