"""The state of one bank's authorization server: everything in memory, everything under one lock."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, TypeVar

from conformance.bank.authorization.policy import Entropy
from conformance.bank.authorization.records import (
    AccessToken,
    Backchannel,
    Client,
    Code,
    Grant,
    Interaction,
    Pushed,
    RefreshToken,
)

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Record = TypeVar("Record")
_SWEEP_EVERY = 512


class Stores:
    """All records by their secret values. Take `lock` around every reading that decides a change."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clients: dict[str, Client] = {}
        self.pushed: dict[str, Pushed] = {}
        self.interactions: dict[str, Interaction] = {}
        self.codes: dict[str, Code] = {}
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, RefreshToken] = {}
        self.backchannel: dict[str, Backchannel] = {}
        self.nonce_key = secrets.token_bytes(32)
        self._seen: dict[tuple[str, str, str], float] = {}
        self._counter = 0

    def mint(self, entropy: Entropy = "strong") -> str:
        """Give a fresh unguessable value (256 bits), or one as weak as the policy says."""
        if entropy == "strong":
            return secrets.token_urlsafe(32)
        with self.lock:
            self._counter += 1
            if entropy == "sequential":
                return f"{self._counter:032d}"
            if entropy == "prefixed":
                return "0123456789abcdef" * 2 + secrets.token_hex(3)
            return secrets.token_hex(3)

    def first_use(self, kind: str, owner: str, value: str, now: float, until: float) -> bool:
        """Tell whether this value is new; remember it until the given time."""
        with self.lock:
            if len(self._seen) >= _SWEEP_EVERY and len(self._seen) % _SWEEP_EVERY == 0:
                self._seen = {key: end for key, end in self._seen.items() if end > now}
            key = (kind, owner, value)
            if self._seen.get(key, 0) > now:
                return False
            self._seen[key] = until
            return True

    def end(self, grant: Grant) -> None:
        """Revoke a grant with everything that came of it."""
        with self.lock:
            grant.revoked = True

    def client(self, client_id: str | None) -> Client | None:
        """Give the client of this id."""
        return self.clients.get(client_id) if client_id else None


def stores(bank: Bank) -> Stores:
    """Give the bank's stores, with the TSPs of the fixture registered."""
    return bank.state.of(Stores, lambda: _opened(bank))


def _opened(bank: Bank) -> Stores:
    from conformance.bank.authorization.client import fixture_client

    opened = Stores()
    for identity in bank.authorization_fixture.tsps:
        opened.clients[identity.client_id] = fixture_client(bank.policy.authorization, identity)
    return opened
