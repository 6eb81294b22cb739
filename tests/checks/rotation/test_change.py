"""A bank may change its keys between a token and its verification, as long as it keeps the old one."""

from __future__ import annotations

import pytest

from conformance.conduct import Scope, prepare
from conformance.embedded import POLICY, memory
from conformance.model import Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from tests.matrix import Clock, fired

PERIOD = 4
"""Seconds between two keys: the check waits for three, so that the key changes once in between."""


@pytest.mark.parametrize("dropped", [False, True])
def test_a_change_of_keys_is_found_only_where_the_old_one_goes_too_soon(dropped: bool) -> None:
    clock = Clock()
    policy = POLICY.evolve("authorization.key_rotation", PERIOD)
    policy = policy.evolve("authorization.jwks_old_key_dropped", dropped)
    target, wire = memory(policy=policy, clock=clock)
    scope = Scope(profiles=("phase3",), selection=Selection(checks=("rotation.old_key_kept",)))
    plan, chosen = prepare(target, scope)
    with open_session(target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        clock.ahead = PERIOD * 1.25  # early in a period, since the clock begins with a minute
        found = judge(plan, session)
    assert set(fired(found)) == ({"rotation.old_key_kept"} if dropped else set())
    assert dropped or Verdict.PASS in {r.verdict for r in found}
