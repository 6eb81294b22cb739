"""Defects of the change of keys. The right bank changes them once a day; these do so every other second."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("rotation.old_key_kept")
def old_keys_are_dropped(policy: Policy) -> Policy:
    """A key is gone as soon as there is a new one, and with it what it signed."""
    policy = policy.evolve("authorization.key_rotation", 2)
    return policy.evolve("authorization.jwks_old_key_dropped", True)


@mutant("rotation.new_key_published")
def new_keys_are_published_late(policy: Policy) -> Policy:
    """The bank signs with a key that it publishes only later."""
    return policy.evolve("authorization.jwks_new_key_late", True)


@mutant("rotation.addresses_unnamed")
def tokens_name_where_their_key_lies(policy: Policy) -> Policy:
    """What the bank signs names the address of its key."""
    return policy.evolve("authorization.jws_key_address", "https://bank.example/keys")
