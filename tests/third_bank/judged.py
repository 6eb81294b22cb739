"""The third bank judged by its own description, in memory."""

from __future__ import annotations

import os
from pathlib import Path

from conformance.conduct import Scope, prepare
from conformance.model import Exchange, Result
from conformance.run import judge
from conformance.session import open_session
from conformance.target import load_target
from conformance.wire import MemoryWire
from tests.third_bank.app import ThirdBank

HERE = Path(__file__).parent
KEYS = {"JUNK_BAY_KEY": "key-of-ada-7f3a", "JUNK_BAY_OTHER_KEY": "key-of-bob-91c2"}


def judged(
    bank: ThirdBank, *, seed: int = 0, jobs: int = 1, deep: float = 0.0, heard: list[Exchange] | None = None
) -> tuple[Result, ...]:
    """All results of the bank; ``heard`` receives what was sent."""
    os.environ.update(KEYS)
    target = load_target(HERE / "bank.yaml").limited(jobs=jobs)
    plan, chosen = prepare(target, Scope(seed=seed))
    record = heard.append if heard is not None else lambda _: None
    with open_session(target, chosen, plan, wire=MemoryWire(bank), record=record, deep=deep) as session:
        return judge(plan, session)


def said(results: tuple[Result, ...]) -> str:
    """What was found, line by line."""
    return "\n".join(
        f"{r.case.check}: expected {f.expected}, got {f.actual} at {f.at}"
        for r in results
        for f in r.findings
    )
