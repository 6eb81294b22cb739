"""HKMA's own Open API: its stand-in, its catalogue, and how considerate the suite is towards the real one."""

from __future__ import annotations

from collections import Counter

import pytest

from conformance import embedded_hkma
from conformance.bank.app import CONFORMANT
from conformance.bank.hkma.api import HkmaApi
from conformance.catalogue import PREFIX, catalogue
from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.profile import all_profiles
from conformance.run import judge
from conformance.session import considerate, open_session
from conformance.target import target_from_url
from conformance.wire import MemoryWire, WSGIApplication
from tests.matrix import DATASETS, fired, results

PROFILE = all_profiles()[embedded_hkma.PROFILE]


@pytest.mark.parametrize("seed", range(2))
def test_the_stand_in_has_no_finding(seed: int) -> None:
    found = results(None, seed, (embedded_hkma.PROFILE,))
    assert not fired(found)
    assert not [r for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


def judged(app: WSGIApplication | None = None, functions: tuple[str, ...] = ()) -> tuple[Result, ...]:
    target, wire = embedded_hkma.memory(functions=functions)
    plan, chosen = prepare(target, Scope(profiles=(embedded_hkma.PROFILE,)))
    with open_session(target, chosen, plan, wire=MemoryWire(app) if app else wire) as session:
        return judge(plan, session)


def test_every_dataset_of_the_catalogue_is_judged_and_clean() -> None:
    found = judged()
    assert not fired(found)
    assert {r.case.function for r in found} == set(catalogue())
    assert not [r for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


def test_functions_and_catalogue_name_the_same_datasets() -> None:
    assert [f.id for f in PROFILE.functions] == list(catalogue())
    for function in PROFILE.functions:
        assert function.path.rpartition("/")[2] == function.id.removeprefix(PREFIX)


def test_an_outage_is_inconclusive_and_nobody_is_blamed() -> None:
    policy = CONFORMANT.evolve("hkma.datasets", embedded_hkma.datasets()).evolve("hkma.outage", True)
    found = judged(HkmaApi(policy), DATASETS[:1])
    counted = Counter(result.verdict for result in found)
    assert not counted[Verdict.FAIL] + counted[Verdict.OBSERVATION] + counted[Verdict.ERROR]
    assert counted[Verdict.INCONCLUSIVE] > 20
    assert any("502" in result.reason for result in found)


def test_the_real_api_is_asked_four_times_a_second_over_one_connection() -> None:
    limits = considerate(target_from_url("https://api.hkma.example/public"), (PROFILE,)).limits
    assert (limits.requests_per_second, limits.jobs) == (4, 1)


def test_the_limits_of_a_profile_do_not_hold_on_this_machine() -> None:
    target = target_from_url("https://127.0.0.1:8443/public")
    assert considerate(target, (PROFILE,)) is target


def test_a_stricter_limit_of_the_user_stays() -> None:
    target = target_from_url("https://api.hkma.example/public").limited(rate=0.5)
    assert considerate(target, (PROFILE,)).limits.requests_per_second == 0.5


def test_no_bank_is_judged_by_it_unasked() -> None:
    assert not PROFILE.for_banks
