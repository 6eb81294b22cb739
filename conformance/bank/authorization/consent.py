"""What the authorization server asks of the services whose consents it shows to customers (RFC 9396)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A consent as the consent page shows it; `lines` are plain text, `picks_accounts` asks for accounts."""

    client_id: str
    awaiting: bool
    title: str
    lines: tuple[str, ...]
    picks_accounts: bool


class ConsentKind(Protocol):
    """One type of authorization details. One object serves every bank of the process."""

    scopes: frozenset[str]

    def view(self, bank: Bank, consent_id: str) -> ConsentView | None:
        """Give the consent, None when there is none of this id."""
        ...

    def choices(self, bank: Bank, customer_id: str) -> tuple[tuple[str, str], ...]:
        """Give the customer's accounts that can be picked: id and label."""
        ...

    def authorise(self, bank: Bank, consent_id: str, customer_id: str, chosen: tuple[str, ...]) -> None:
        """Record the customer's approval."""
        ...

    def reject(self, bank: Bank, consent_id: str) -> None:
        """Record the customer's refusal."""
        ...

    def active(self, bank: Bank, consent_id: str) -> bool:
        """Tell whether the consent still opens anything."""
        ...

    def expires(self, bank: Bank, consent_id: str) -> float | None:
        """Give the end of the consent in seconds since 1970, None when it has none."""
        ...


KINDS: dict[str, ConsentKind] = {}
"""Authorization details types of this bank; a service adds its own when it is imported."""
