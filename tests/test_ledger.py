"""The ledger: each thing once in its latest state, whatever kills the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from conformance.bank.app import Bank
from conformance.bank.applications.leads import LeadStores
from conformance.bank.applications.stores import ApplicationStores
from conformance.bank.payments.stores import PaymentStores
from conformance.conduct import Scope, footer_of, prepare
from conformance.embedded import POLICY, application, memory
from conformance.errors import Refused
from conformance.ledger import Entry, Ledger, read, summary
from conformance.run import judge
from conformance.session import open_session
from conformance.verdict import FailOn
from conformance.wire import MemoryWire
from tests.matrix import Clock

When = Literal["before", "after"]
POINTS: tuple[tuple[str, int, When], ...] = (
    ("phase2", 1, "before"),
    ("phase2", 19, "before"),
    ("phase2", 40, "after"),
    ("phase4", 2, "after"),
    ("phase4", 7, "before"),
)
"""Where a run is killed: the profile, how many things the bank has made, before or after its answer."""
IN_FLIGHT = 16
"""Calls that may be under way at once: the run's jobs, each with a few at the same moment."""


def test_a_ledger_tells_each_thing_once_in_its_latest_state(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, budget=Decimal(10))
    one = ledger.intend("case", "deposits.fund-transfer", amount="4.00", currency="HKD", key="k1")
    two = ledger.intend("case", "deposits.fund-transfer", amount="4.00", currency="HKD", key="k2")
    with pytest.raises(Refused):
        ledger.intend("case", "deposits.fund-transfer", amount="4.00", currency="HKD", key="k3")
    ledger.settle(one, "made", "p1")
    ledger.settle(two, "refused")
    ledger.settle(one, "cleaned")
    ledger.close()
    assert [(e.key, e.state, e.identifier) for e in read(path)] == [
        ("k1", "cleaned", "p1"),
        ("k2", "refused", ""),
    ]


def test_what_is_sent_again_under_its_key_is_listed_once() -> None:
    ledger = Ledger()
    for key, identifier in (("k1", "a1"), ("k1", "a1"), ("k2", "a2"), ("k3", "a1")):
        ledger.settle(ledger.intend("case", "insurance.claim", key=key), "made", identifier)
    assert [e.state for e in ledger.entries] == ["made", "repeated", "made", "made"]
    assert summary(ledger.entries) == "3 made"


def test_a_line_that_was_cut_off_takes_nothing_else_with_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    first = Ledger(path)
    first.settle(first.intend("case", "insurance.claim", key="k1"), "made", "c1")
    first.close()
    path.write_bytes(path.read_bytes() + b'{"number": 2, "run": "x", "ca')
    second = Ledger(path)
    second.intend("case", "insurance.claim", key="k2")
    second.close()
    assert [(e.key, e.state) for e in read(path)] == [("k1", "made"), ("k2", "intended")]


def test_a_ledger_that_is_cut_at_any_byte_lists_what_its_whole_lines_tell(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    for number in range(3):
        ledger.settle(ledger.intend("case", "insurance.claim", key=f"k{number}"), "made", f"c{number}")
    ledger.close()
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        lines = [json.loads(line) for line in whole[:size].split(b"\n")[:-1]]
        told = {entry.key for entry in read(path)}
        assert {line["key"] for line in lines} <= told
        assert len(told) == len(read(path))


@pytest.mark.parametrize("profile", ["phase2", "phase4"])
def test_a_whole_run_lists_all_that_the_bank_has_made_and_nothing_else(profile: str) -> None:
    clock = Clock()
    target, _ = memory(clock=clock)
    bank = application(None, 0, POLICY, clock)
    assert isinstance(bank, Bank)
    plan, chosen = prepare(target, Scope(profiles=(profile,)))
    with open_session(target, chosen, plan, wire=MemoryWire(bank), clock=clock, sleep=clock.sleep) as session:
        results = judge(plan, session)
        entries = session.ledger.entries
        told = footer_of(plan, session, results, FailOn.EXPECTED).ledger
    listed = [entry.identifier for entry in entries if entry.state in ("made", "cleaned")]
    made = set(resources(bank))
    assert len(made) > 50
    assert made - set(listed) == set()
    assert set(listed) - made == set()
    assert len(listed) == len(set(listed))
    assert not [entry for entry in entries if entry.state == "intended"]
    assert Counter(each["state"] for each in told) == Counter(
        entry.state for entry in entries if entry.state in ("made", "cleaned")
    )
    assert all(each["words"].endswith(("exists", "was made and cancelled")) for each in told)


class Killing:
    """A bank that keeps on its side, on the disk, what it has made, and ends the process at a moment."""

    def __init__(self, bank: Bank, made: Path, count: int, when: When) -> None:
        self._bank, self._made, self._count, self._when = bank, made, count, when
        self._known: set[str] = set()
        self._lock = threading.Lock()
        self._due = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._due:
            os.kill(os.getpid(), signal.SIGKILL)
        body = b"".join(self._bank(environ, start_response))
        with self._lock:
            fresh = {name for name in resources(self._bank) if name not in self._known}
            self._known |= fresh
            if fresh:
                with self._made.open("a", encoding="utf-8") as stream:
                    key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
                    stream.writelines(json.dumps([name, key]) + "\n" for name in fresh)
            if len(self._known) >= self._count:
                self._due = self._when == "after"
                if not self._due:
                    os.kill(os.getpid(), signal.SIGKILL)
        return [body]


def resources(bank: Bank) -> Iterable[str]:
    """The identifiers of all that a bank has made, from its own stores."""
    paid, applied = bank.state.of(PaymentStores), bank.state.of(ApplicationStores)
    for store in (paid.consents, paid.payments, applied.applications, bank.state.of(LeadStores).leads):
        yield from tuple(store)
    for payment in tuple(paid.payments.values()):
        yield from (each.identifier for each in (*payment.debits, *payment.refunds))


def killed_run(profile: str, count: int, when: When, ledger: Path, made: Path) -> None:
    """A run that is killed on its way."""
    clock = Clock()
    target, _ = memory(clock=clock)
    bank = application(None, 0, POLICY, clock)
    assert isinstance(bank, Bank)
    plan, chosen = prepare(target, Scope(profiles=(profile,)))
    wire = MemoryWire(Killing(bank, made, count, when))
    with open_session(
        target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep, ledger=ledger
    ) as session:
        judge(plan, session)


def killed_runs(folder: str) -> None:
    """Runs to each point twice with one ledger, each in a process of its own that shares what is imported."""
    for number, (profile, count, when) in enumerate(POINTS):
        for _ in range(2):
            child = os.fork()
            if not child:
                place = Path(folder) / str(number)
                try:
                    killed_run(profile, count, when, place.with_suffix(".ledger"), place.with_suffix(".made"))
                finally:
                    os._exit(1)
            _, status = os.waitpid(child, 0)
            assert os.WIFSIGNALED(status), f"the run ended by itself: {profile} {count} {when}"


RUN = "import sys; from tests.test_ledger import killed_runs; killed_runs(sys.argv[1])"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    where = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run([sys.executable, "-c", RUN, str(folder)], env=where, check=True, timeout=600)
    return folder


@pytest.mark.parametrize("number", range(len(POINTS)))
def test_a_run_that_is_killed_and_started_again_leaves_all_that_the_bank_has_made_once(
    killed: Path, number: int
) -> None:
    entries = read(killed / f"{number}.ledger")
    lines = (killed / f"{number}.made").read_text(encoding="utf-8").splitlines()
    made: list[tuple[str, str]] = [(name, key) for name, key in map(json.loads, lines)]
    assert len({name for name, _ in made}) == len(made) >= 2 * POINTS[number][1]
    listed = Counter(e.identifier for e in entries if e.state in ("made", "cleaned"))
    assert not [name for name, count in listed.items() if count > 1]
    assert set(listed) <= {name for name, _ in made}
    left = [e for e in entries if e.state == "intended"]
    for name, key in made:
        assert name in listed or covered(left, key), name
    assert all(count <= IN_FLIGHT for count in Counter(e.run for e in left).values())
    assert len({e.run for e in entries}) == 2
    assert len({(e.run, e.number) for e in entries}) == len(entries)


def covered(left: list[Entry], key: str) -> bool:
    """Whether an entry that may exist is about what was made under a key; a consent has none."""
    return any(entry.key == key for entry in left)
