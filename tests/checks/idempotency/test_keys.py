"""Idempotency keys, kept and forgotten in other ways."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model import Verdict
from tests.checks.paying_bank import TRANSFER, blamed, found, judged, verdicts

LIFE = ("idempotency.key_lives_as_long_as_declared", "idempotency.key_ends_as_declared")


def test_a_key_that_lives_a_day_is_not_waited_for() -> None:
    results, _ = judged(*LIFE, policy={"key_lifetime": 86400}, only=(TRANSFER,))
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("lifetime", [1, 300])
def test_a_key_that_ends_soon_is_waited_for(lifetime: int) -> None:
    results, _ = judged(*LIFE, policy={"key_lifetime": lifetime}, only=(TRANSFER,))
    assert not blamed(results)


@pytest.mark.parametrize(("told", "kept", "broken"), [(20, 12, LIFE[0]), (12, 40, LIFE[1])])
def test_a_bank_that_declares_another_life_than_it_keeps_is_found(told: int, kept: int, broken: str) -> None:
    def declare(data: dict[str, Any]) -> None:
        data["writes"]["idempotency"]["lifetime"] = float(told)

    results, _ = judged(*LIFE, policy={"key_lifetime": kept}, file=declare, only=(TRANSFER,))
    assert found(results) == {broken}


def test_a_key_that_is_not_compulsory_may_be_left_out() -> None:
    def optional(data: dict[str, Any]) -> None:
        data["writes"]["idempotency"]["required"] = False

    results, _ = judged("idempotency.*", policy={"key_required": False}, file=optional, only=(TRANSFER,))
    assert not blamed(results)
