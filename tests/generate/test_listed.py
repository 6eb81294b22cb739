"""What generated calls may leave at a bank stands in the ledger."""

from __future__ import annotations

import os
from collections import Counter

from conformance.conduct import Scope, prepare
from conformance.ledger import Entry
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import load_target
from conformance.wire import MemoryWire
from tests.third_bank.app import ThirdBank
from tests.third_bank.judged import HERE, KEYS

CHECKS = ("contract.statuses_are_described", "negative.what_is_required_must_be_there")


def _entries(*, writes: bool = True) -> tuple[tuple[Entry, ...], ThirdBank]:
    """The ledger of a run of the contract on a bank that makes payees and transfers."""
    os.environ.update(KEYS)
    bank = ThirdBank()
    target = load_target(HERE / "bank.yaml")
    if not writes:
        target = target.model_copy(update={"allow": ()})
    plan, profiles = prepare(target, Scope(selection=Selection(checks=CHECKS)))
    with open_session(target, profiles, plan, wire=MemoryWire(bank)) as session:
        judge(plan, session)
        return session.ledger.entries, bank


def test_every_generated_write_is_listed_with_what_became_of_it() -> None:
    entries, _ = _entries()
    states = Counter(entry.state for entry in entries)
    assert states["made"] >= 3
    assert states["refused"] > states["made"]
    assert states["cleaned"] >= 1
    assert {entry.function.split(" ")[0] for entry in entries} >= {"POST", "DELETE"}
    assert all(entry.identifier for entry in entries if entry.state in ("made", "cleaned"))
    assert all(entry.case for entry in entries)


def test_nothing_is_listed_where_nothing_may_be_written() -> None:
    assert not _entries(writes=False)[0]
