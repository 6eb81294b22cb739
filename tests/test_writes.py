"""What a run writes: only where it may, within its budget, and told in a ledger that survives anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance.conduct import Scope, prepare
from conformance.embedded import memory
from conformance.errors import Refused
from conformance.ledger import Ledger, read
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.matrix import Clock, fired, results

PHASES = ("phase2", "phase4")


TOKEN = "/oauth/token"
"""Where the TSP gets the token that reads need too; nothing is written there."""


class Recording:
    """A bank that counts the requests by which something could be written."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.unsafe: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reads = environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS")
        if not reads and environ["PATH_INFO"] != TOKEN:
            self.unsafe.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


def judged(
    target: Target, wire: MemoryWire, clock: Clock, ledger: Path | None = None
) -> tuple[tuple[Result, ...], Ledger]:
    plan, chosen = prepare(target, Scope(profiles=PHASES))
    with open_session(
        target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep, ledger=ledger
    ) as session:
        return judge(plan, session), session.ledger


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("phase", PHASES)
def test_the_reference_bank_has_no_finding(phase: str, seed: int) -> None:
    found = results(None, seed, (phase,))
    assert not fired(found)
    assert not [r for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


@pytest.mark.parametrize("changes", [{"allow": ("intrusive",)}, {"allow": ()}])
def test_without_writes_no_unsafe_request_is_sent_and_each_case_says_why(changes: dict[str, Any]) -> None:
    clock = Clock()
    target, wire = memory(clock=clock)
    bank = Recording(wire._app)
    found, ledger = judged(target.model_copy(update=changes), MemoryWire(bank), clock)
    assert bank.unsafe == []
    assert ledger.entries == ()
    writing = [r for r in found if r.case.writes]
    assert {phase for r in writing for phase in r.case.counts_for} == set(PHASES)
    assert all(r.verdict is Verdict.INCONCLUSIVE and "writes" in r.reason for r in writing)


def test_production_admits_no_write_even_where_a_target_was_made_to_allow_it() -> None:
    clock = Clock()
    target, wire = memory(clock=clock)
    bank = Recording(wire._app)
    changed = target.bank.model_copy(update={"environment": "production"})
    found, _ = judged(target.model_copy(update={"bank": changed}), MemoryWire(bank), clock)
    assert bank.unsafe == []
    assert {r.verdict for r in found if r.case.writes} == {Verdict.INCONCLUSIVE}


def test_the_run_stops_paying_when_the_budget_is_used_up() -> None:
    clock = Clock()
    target, wire = memory(clock=clock)
    assert target.writes is not None
    small = target.writes.model_copy(update={"budget": "0.35"})
    found, ledger = judged(target.model_copy(update={"writes": small}), wire, clock)
    assert ledger.spent <= Decimal("0.35")
    assert [r for r in found if r.verdict is Verdict.INCONCLUSIVE and "budget" in r.reason]
    assert not fired(found)


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


RUN = """
import sys
from pathlib import Path
from tests.test_writes import recorded_run
recorded_run(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def recorded_run(ledger: Path, made: Path) -> None:
    """A run whose bank writes down, on its side, every instruction that it takes."""
    clock = Clock()
    target, wire = memory(clock=clock)
    inner: Any = wire._app

    def bank(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status: list[str] = []

        def started(line: str, headers: Any, info: Any = None) -> Any:
            status.append(line)
            return start_response(line, headers, info) if info else start_response(line, headers)

        body = b"".join(inner(environ, started))
        key = environ.get("HTTP_IDEMPOTENCY_KEY")
        if key and status[0].startswith("201"):
            with made.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps([key, json.loads(body)["data"]["id"]]) + "\n")
                stream.flush()
        return [body]

    judged(target, MemoryWire(bank), clock, ledger)


@pytest.mark.parametrize("moment", [0.3, 0.9, 1.7])
def test_a_run_that_is_killed_leaves_a_ledger_with_all_that_the_bank_has_made(
    tmp_path: Path, moment: float
) -> None:
    ledger, made = tmp_path / "ledger.jsonl", tmp_path / "made.jsonl"
    run = [sys.executable, "-c", RUN, str(ledger), str(made)]
    where = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for _ in range(2):
        size = made.stat().st_size if made.exists() else 0
        child = subprocess.Popen(run, env=where)
        try:
            deadline = time.monotonic() + 60
            while (made.stat().st_size if made.exists() else 0) == size and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(moment)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        entries = read(ledger)
        told = {entry.key: entry for entry in entries if entry.key}
        numbers = [(entry.run, entry.number) for entry in entries]
        assert len(set(numbers)) == len(numbers)
        on_the_bank = [json.loads(line) for line in made.read_text(encoding="utf-8").splitlines()]
        assert on_the_bank
        for key, identifier in on_the_bank:
            assert key in told
            same = [e for e in entries if e.key == key]
            assert any(e.state == "intended" or e.identifier == identifier for e in same)
        identifiers = [
            e.identifier for e in entries if e.state == "made" and not e.function.endswith("consent")
        ]
        assert {i for _, i in on_the_bank} >= set(identifiers)
