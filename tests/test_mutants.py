"""Every check has passed on a right bank and failed on a wrong one, and no other check with it."""

from __future__ import annotations

import pytest

from conformance.bank.mutant import Mutant, all_mutants
from conformance.model import Verdict
from conformance.profile import all_profiles
from conformance.registry import all_checks
from tests.checks.smuggling.lax import DEFECTS as FRAMING
from tests.keyed_bank.faults import FAULTS as KEYED
from tests.matrix import fired, profiles_of, results
from tests.third_bank.faults import FAULTS

MUTANTS = all_mutants()
SEEDS = range(4)
"""``python -m benchmarks clean`` judges each phase over ten."""
SHOWN_ELSEWHERE = {
    "resource.application_named",  # at a bank that wants a key beside the token: openworld
    "contract.description_agrees_with_itself",  # a file, which no defect of a running bank changes: generate
    "rate_limit.new_tokens_ignored",  # at a bank that wants tokens for reads: checks/rate_limit
    "resilience.read_in_time",  # by the clock of the wall, on real connections: checks/resilience
    "resilience.slow_clients_borne",
    *(f"smuggling.{name}" for name in FRAMING.values()),  # on real connections: checks/smuggling
}
"""Checks that are shown to find something where this matrix has no bank for it, by folder of tests."""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_bank_has_no_finding(seed: int) -> None:
    found = results(None, seed)
    assert not fired(found)
    assert not [r for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


@pytest.mark.parametrize("base", ["gated", "token-gated"])
def test_no_conformant_bank_that_knows_its_clients_has_a_finding(base: str) -> None:
    found = results(None, 0, ("phase1",), base)
    assert not fired(found)
    assert not [(r.case.id, r.reason) for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


AUTHORIZATION = (
    "open", "fapi2-certificate", "fapi2-mutual", "fapi2-self-signed", "fapi1", "oauth2", "openid",
    "fapi1-baseline", "hybrid", "ciba",
)  # fmt: skip
"""``python -m benchmarks clean`` judges each of them over ten seeds."""


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("base", AUTHORIZATION)
def test_no_conformant_authorization_server_has_a_finding(base: str, seed: int) -> None:
    found = results(None, seed, ("phase3",), base)
    assert not fired(found)
    assert not [(r.case.id, r.reason) for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_a_mutant_is_killed_by_the_checks_that_it_names_and_by_no_other(mutant: Mutant) -> None:
    found = results(mutant, profiles=profiles_of(mutant))
    assert not [r.traceback for r in found if r.verdict is Verdict.ERROR]
    killed_by = fired(found)
    assert set(killed_by) == set(mutant.kills), "\n".join(
        line for lines in killed_by.values() for line in lines[:5]
    )


def test_every_check_is_named_by_a_mutant() -> None:
    named = {check for mutant in MUTANTS for check in mutant.kills} | SHOWN_ELSEWHERE
    named |= {check for fault in FAULTS for check in fault.checks} | set(KEYED.values())
    assert not {check for check in all_checks() if check not in named and not check.startswith("tls.")}


def test_every_check_is_bound_by_a_requirement() -> None:
    bound = {use.check for p in all_profiles().values() for r in p.requirements for use in r.uses}
    assert not set(all_checks()) - bound


def test_every_mutant_names_checks_that_exist() -> None:
    assert not {check for mutant in MUTANTS for check in mutant.kills} - set(all_checks())
