"""The matrix of identities and lists that lead on: silent on the right bank, and each defect found once."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance.bank.serve import serve
from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.secret import Secret
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.keyed_bank.app import KeyedBank, description, token
from tests.keyed_bank.faults import FAULTS

OWN = ("identity.*", "relation.*", "contract.members_are_described", "contract.unknown_objects_are_not_found")


def _key(value: str) -> dict[str, Any]:
    return {
        "kind": "header-key",
        "header": "Authorization",
        "prefix": "Bearer",
        "value": Secret(value, name="TOKEN"),
    }


def _identities() -> dict[str, Any]:
    now = int(time.time())
    return {
        "expired": _key(token(exp=now - 60)),
        "not_yet_valid": _key(token(nbf=now + 3000)),
        "wrong_issuer": _key(token(iss="https://login.other.example")),
        "wrong_audience": _key(token(aud="other-api")),
        "fewer_scopes": {"authentication": _key(token(scope="read")), "scopes": ["read"]},
        "lower_role": {"authentication": _key(token(role="guest")), "denied": ["cards"]},
    }


def judged(bank: KeyedBank, folder: Path, checks: tuple[str, ...] = OWN, **changes: Any) -> list[Result]:
    (folder / "api.json").write_text(json.dumps(description()), encoding="utf-8")
    target = Target.model_validate(
        {
            "bank": {"name": "Keyed Bank", "environment": "sandbox"},
            "base_url": "https://api.keyed.example",
            "api": str(folder / "api.json"),
            "authentication": _key(token()),
            "identities": _identities(),
            "limits": {"requests_per_second": 9000, "jobs": 1},
            "allow": ["writes", "intrusive"],
            **changes,
        }
    )
    plan, chosen = prepare(target, Scope(profiles=("contract",), selection=Selection(checks=checks)))
    wire = None if "base_url" in changes else MemoryWire(bank)
    with open_session(target, chosen, plan, wire=wire) as session:
        return list(judge(plan, session))


def said(results: list[Result]) -> str:
    return "\n".join(
        f"{r.case.check}: expected {f.expected}, got {f.actual} at {f.at}"
        for r in results
        for f in r.findings
    )


def test_the_right_bank_has_no_finding_in_any_subject(tmp_path: Path) -> None:
    results = judged(KeyedBank(), tmp_path, ())
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert not [r for r in results if r.findings], said(results)
    verdicts = {r.case.check: r.verdict for r in results}
    assert {verdicts[check] for check in FAULTS.values()} == {Verdict.PASS}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_defect_is_found_once(fault: str, tmp_path: Path) -> None:
    results = judged(KeyedBank(fault), tmp_path)
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    found = Counter(r.case.check for r in results for _ in r.findings)
    assert found == {FAULTS[fault]: 1}, said(results)


def test_what_cannot_be_built_is_not_applicable_and_says_why(tmp_path: Path) -> None:
    results = judged(KeyedBank(), tmp_path, identities={})
    reasons = {r.case.check: r.reason for r in results if r.verdict is Verdict.NOT_APPLICABLE}
    assert "names none of identities" in reasons["identity.unfit_tokens_are_refused"]
    assert "fewer_scopes or lower_role" in reasons["identity.functions_are_kept_apart"]


def test_an_identity_that_nothing_serves_proves_nothing(tmp_path: Path) -> None:
    lesser = {"authentication": _key("no token"), "scopes": ["read"]}
    results = judged(KeyedBank(), tmp_path, identities={"fewer_scopes": lesser})
    apart = next(r for r in results if r.case.check == "identity.functions_are_kept_apart")
    assert apart.verdict is Verdict.INCONCLUSIVE
    assert "control request refused" in apart.reason


@pytest.mark.parametrize(
    "faults", [(), ("statements_is_open",), ("signature_unchecked",), ("role_unchecked",)]
)
def test_the_fast_path_over_sockets_gives_the_same_verdicts(faults: tuple[str, ...], tmp_path: Path) -> None:
    own = ("identity.*",)
    near = judged(KeyedBank(*faults), tmp_path, own)
    with serve(KeyedBank(*faults)) as url:
        far = judged(KeyedBank(), tmp_path, own, base_url=url)
    assert [(r.case.id, r.verdict, len(r.findings)) for r in far] == [
        (r.case.id, r.verdict, len(r.findings)) for r in near
    ]
