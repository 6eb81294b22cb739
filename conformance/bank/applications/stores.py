"""The state of the application services of one bank, under one lock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(slots=True)
class Application:
    """One application of one TSP's customer."""

    identifier: str
    client_id: str
    product: str
    details: dict[str, Any]
    created_at: float
    status: str = "draft"
    seen: int = 0
    attachments: list[str] = field(default_factory=list)
    password: str = ""
    tries: int = 0


@dataclass(slots=True)
class ApplicationStores:
    """Applications and the answers that idempotency keys stand for."""

    applications: dict[str, Application] = field(default_factory=dict)
    replies: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    quotes: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


def stores(bank: Bank) -> ApplicationStores:
    """Give the bank's application stores."""
    return bank.state.of(ApplicationStores)
