"""What a run writes: only where it may, within its budget, and told in a ledger that survives anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from click.testing import CliRunner

from conformance.bank.app import Bank
from conformance.cli import main_group
from conformance.conduct import Output, Scope, conduct, prepare
from conformance.embedded import POLICY, application, memory
from conformance.generate.contract import contract
from conformance.ledger import Ledger
from conformance.model import Result, Verdict
from conformance.offer import operations
from conformance.openapi import describe
from conformance.run import judge
from conformance.session import bank_phases, open_session
from conformance.target import Target
from conformance.verdict import ExitCode
from conformance.wire import MemoryWire
from tests.matrix import Clock, fired, results
from tests.test_ledger import resources

PHASES = ("phase2", "phase4")


TOKEN = "/oauth/token"
"""Where the TSP says who it is, and gets the token that reads need too. That is its own login: it makes
nothing that is a customer's, and is counted apart."""


class Recording:
    """A bank that counts token requests, and other requests by which something could be written."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.logins: list[str] = []
        self.unsafe: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == TOKEN:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            self.logins.append(dict(parse_qsl(body.decode()))["grant_type"])
        elif method not in ("GET", "HEAD", "OPTIONS"):
            self.unsafe.append(f"{method} {path}")
        return self.bank(environ, start_response)

    @property
    def made(self) -> list[str]:
        """What the bank has made, from its own stores."""
        return list(resources(self.bank))


def recorded(clock: Clock) -> tuple[Target, Recording]:
    """The reference bank with a count of what comes."""
    bank = application(None, 0, POLICY, clock)
    assert isinstance(bank, Bank)
    return memory(clock=clock)[0], Recording(bank)


def judged(
    target: Target, wire: MemoryWire, clock: Clock, ledger: Path | None = None
) -> tuple[tuple[Result, ...], Ledger]:
    plan, chosen = prepare(target, Scope(profiles=PHASES))
    with open_session(
        target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep, ledger=ledger
    ) as session:
        return judge(plan, session), session.ledger


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("phase", PHASES)
def test_the_reference_bank_has_no_finding(phase: str, seed: int) -> None:
    found = results(None, seed, (phase,))
    assert not fired(found)
    assert not [r for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


@pytest.mark.parametrize("changes", [{"allow": ("intrusive",)}, {"allow": ()}])
def test_without_writes_no_unsafe_request_is_sent_and_each_case_says_why(changes: dict[str, Any]) -> None:
    clock = Clock()
    target, bank = recorded(clock)
    found, ledger = judged(target.model_copy(update=changes), MemoryWire(bank), clock)
    assert bank.unsafe == []
    assert set(bank.logins) == {"client_credentials"}
    assert bank.made == []
    assert ledger.entries == ()
    writing = [r for r in found if r.case.writes]
    assert {phase for r in writing for phase in r.case.counts_for} == set(PHASES)
    assert all(r.verdict is Verdict.INCONCLUSIVE and "writes" in r.reason for r in writing)


def test_production_admits_no_write_even_where_a_target_was_made_to_allow_it() -> None:
    clock = Clock()
    target, bank = recorded(clock)
    changed = target.bank.model_copy(update={"environment": "production"})
    found, _ = judged(target.model_copy(update={"bank": changed}), MemoryWire(bank), clock)
    assert bank.unsafe == []
    assert bank.made == []
    assert {r.verdict for r in found if r.case.writes} == {Verdict.INCONCLUSIVE}


def test_the_report_names_the_requirements_that_stay_open_without_leave_to_write(tmp_path: Path) -> None:
    clock = Clock()
    target, bank = recorded(clock)
    scope = Scope(profiles=("phase2",))
    done = conduct(target.model_copy(update={"allow": ()}), scope, Output(tmp_path), wire=MemoryWire(bank))
    page = done.html.read_text(encoding="utf-8")
    assert done.code is ExitCode.INCONCLUSIVE
    assert "P2-APP-006" in page
    assert "needs allow: [writes]" in page
    assert bank.unsafe == []


def test_the_plan_lists_every_write_with_amount_currency_and_account() -> None:
    shown = CliRunner().invoke(main_group, ["plan", "--phase", "2", "--phase", "4"])
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("writes "))
    listed = [line for line in lines[start + 1 :] if line.startswith(" " * 10)]
    assert len(listed) == int(lines[start].split()[1]) > 100
    money = [line for line in listed if re.search(r"at most \d+ x HKD [\d.]+ from the account", line)]
    assert len([line for line in money if "x HKD 0.10 from" in line]) > len(money) / 2
    assert all(line in money or line.endswith("moves no money") for line in listed)
    whole = json.loads(CliRunner().invoke(main_group, ["plan", "--phase", "4", "--json"]).stdout)
    paying = [each for each in whole["writes"] if each["at_most"]]
    assert paying
    assert all(each["currency"] == "HKD" and float(each["amount"]) and each["account"] for each in paying)


def test_the_run_stops_paying_when_the_budget_is_used_up() -> None:
    clock = Clock()
    target, wire = memory(clock=clock)
    assert target.writes is not None
    small = target.writes.model_copy(update={"budget": "0.35"})
    found, ledger = judged(target.model_copy(update={"writes": small}), wire, clock)
    assert ledger.spent <= Decimal("0.35")
    assert [r for r in found if r.verdict is Verdict.INCONCLUSIVE and "budget" in r.reason]
    assert not fired(found)


def test_what_a_described_call_may_do_is_told_by_the_banks_file_and_not_by_its_verb() -> None:
    described = {
        "openapi": "3.0.3",
        "info": {"title": "Verbs", "version": "1"},
        "paths": {
            "/rates": {"post": {"responses": {"200": {"description": "Rates"}}}},
            "/apply": {"get": {"responses": {"200": {"description": "An application is made"}}}},
            "/plain": {
                "get": {"responses": {"200": {"description": "Read"}}},
                "post": {"responses": {"200": {"description": "Written"}}},
            },
        },
    }
    told = Target.model_validate(
        {
            "bank": {"name": "Verbs"},
            "base_url": "https://bank.example",
            "functions": {
                "other.fx-rate": {"request": {"method": "POST", "path": "/rates"}, "reads": True},
                "loans.mortgage-application": {"request": {"method": "GET", "path": "/apply"}},
            },
        }
    )
    offered = tuple(operations(told, bank_phases()).values())
    made = contract(told.base_url, describe(described, "verbs"), (), offered, writes=False)
    assert {scoped.name: scoped.reads for scoped in made.operations} == {
        "POST /rates": True,
        "GET /apply": False,
        "GET /plain": True,
        "POST /plain": False,
    }
