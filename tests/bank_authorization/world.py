"""One bank for a test: its clock, its two TSPs, its customers' accounts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.bank.accounts.stores import stores
from conformance.bank.app import Bank
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.policy import Policy
from tests.bank_authorization.provider import Provider


@dataclass
class Clock:
    """A clock that a test moves."""

    seconds: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.seconds


@dataclass
class World:
    """One bank, its clock and its two TSPs."""

    bank: Bank
    clock: Clock
    one: Provider
    two: Provider

    def customer_accounts(self, place: int) -> list[str]:
        person = self.bank.authorization_fixture.customers[place]
        return [each.account_id for each in stores(self.bank).of_customer(person.customer_id)]


def world(
    change: Callable[[Policy], Policy] | None = None, preset: AuthorizationPolicy | None = None
) -> World:
    """Make a bank with its policy changed, on a clock of its own."""
    policy = Policy()
    if preset is not None:
        policy = policy.evolve("authorization", preset)
    clock = Clock()
    bank = Bank(change(policy) if change else policy, clock=clock)
    one, two = bank.authorization_fixture.tsps
    return World(bank, clock, Provider(bank, one), Provider(bank, two))
