"""What a limit is tried by, once it is found: the right one is borne out, any other refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.bank.app import Bank
from conformance.bank.limits import LimitPolicy
from conformance.bank.policy import Policy
from conformance.load.limiter import Kind, Limit
from conformance.load.search import Caps, Search
from conformance.load.timeline import MemoryPath, Timeline
from conformance.model import Request
from conformance.wire import MemoryWire
from tests.busy import BusyPath

REQUEST = Request("GET", "https://bank.example/fx-rates", (("Accept", "application/json"),))


def test_a_trial_refutes_a_kind_that_only_seems_to_be_right() -> None:
    clock = Timeline()
    bank = Bank(replace(Policy(), limits=LimitPolicy(kind="fixed-window", quota=20)), clock=clock)
    path = MemoryPath(MemoryWire(bank), clock)
    search = Search(REQUEST, Caps(200.0, 600, 60.0), path.fire, path.rest, path.now, began=clock())
    search.one()
    assert search.trial(Limit(Kind.FIXED, 20, 1.0)) is True
    assert search.trial(Limit(Kind.SLIDING, 20, 1.0)) is False
    assert search.trial(Limit(Kind.BUCKET, 20, 1.0)) is False
    assert search.trial(Limit(Kind.FIXED, 16, 1.0)) is False
    assert search.trial(Limit(Kind.FIXED, 20, 1.2)) is False


@pytest.mark.parametrize("latency", [0.001, 0.05])
def test_a_trial_bears_out_a_bucket_whenever_its_requests_arrive(latency: float) -> None:
    for seed in range(8):
        clock = Timeline()
        bank = Bank(replace(Policy(), limits=LimitPolicy(kind="token-bucket", quota=5)), clock=clock)
        path = BusyPath(MemoryWire(bank, clock=clock), clock, seed, latency=latency, jitter=latency / 5)

        def overslept(seconds: float, path: BusyPath = path) -> None:
            path.rest(seconds + 0.003)

        search = Search(REQUEST, Caps(200.0, 600, 60.0), path.fire, overslept, path.now, began=clock())
        search.one()
        assert search.trial(Limit(Kind.BUCKET, 5, 1.0)) is True
