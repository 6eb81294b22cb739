"""What the reference bank is made of: services, each a set of routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Response

Handler = Callable[..., Response]
"""`handler(bank, request, **path_values)`; path values are strings unless the rule converts them."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path of the bank: a werkzeug rule (`/accounts/<account_id>`), its methods and who answers it.

    HEAD is answered wherever GET is, and OPTIONS everywhere; name them only to answer them differently.
    """

    rule: str
    methods: tuple[str, ...]
    handler: Callable[..., Any]


class Service(Protocol):
    """A part of the bank with paths of its own. One object serves all banks of the process: no state here."""

    def routes(self) -> Iterable[Route]:
        """Give the routes; they depend on nothing but the code, so that they are compiled once."""
        ...
