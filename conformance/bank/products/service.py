"""The product service: every Phase I function as a list and, where rows have an id, one row."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.bank.service import Route


class ProductService:
    """Serves product and service information (HKMA Open API Framework 2018, A4)."""

    def routes(self) -> Iterable[Route]:
        """Give a list path per function and a detail path where rows have an id."""
        return ()
