"""Whole descriptions against a mock made of them: loaded, planned and run without a fault of the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.conduct import Scope, prepare
from conformance.model import Verdict
from conformance.openapi import load_description
from conformance.profile import data_folder
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.generate.mock import Mock

DESCRIPTIONS = sorted(data_folder().glob("*/openapi.yaml")) + sorted(
    Path(__file__).parent.parent.glob("*/openapi.yaml")
)


@pytest.mark.parametrize("file", DESCRIPTIONS, ids=lambda path: path.parent.name)
def test_a_description_runs_against_its_own_mock(file: Path) -> None:
    mock = Mock(load_description(file))
    target = Target.model_validate(
        {
            "bank": {"name": "Mock Bank"},
            "base_url": f"https://mock.example{mock.api.bases[0]}",
            "api": str(file),
            "limits": {"requests_per_second": 9000, "jobs": 1},
            "allow": ["writes", "intrusive"],
        }
    )
    plan, chosen = prepare(target, Scope(profiles=("contract",)))
    with open_session(target, chosen, plan, wire=MemoryWire(mock)) as session:
        results = judge(plan, session)
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert 0 < mock.served < 90 * len(mock.api.operations) + 100
