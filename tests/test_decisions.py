"""What tells on which decisions a case depends tells all of them."""

from __future__ import annotations

import pytest

from conformance.bank.mutant import Mutant, all_mutants
from conformance.bank.policy import Policy
from tests.decisions import Reads, changed, reaches, telling
from tests.matrix import TOLD, dependencies, fired, profiles_of, results


def test_a_field_that_is_read_is_told_of_a_copy_too() -> None:
    reads = Reads()
    policy = telling(Policy(), reads).evolve("products.detail_missing", True)
    with reads.of_case() as read:
        assert policy.products.detail_missing
    assert ("ProductPolicy", "detail_missing") in read
    assert ("ProductPolicy", "token_life") not in read


def test_what_is_read_for_something_made_once_is_told_of_all_who_use_it() -> None:
    reads = Reads()
    policy = telling(Policy(), reads)
    with reads.of_case() as first:
        reads.made("token", lambda: policy.products.token_life)
        reads.use("token")
    with reads.of_case() as second:
        reads.use("token")
    assert ("ProductPolicy", "token_life") in first & second


def test_an_edit_of_data_reaches_who_asks_for_that_data_alone() -> None:
    reads, right = Reads(), Policy()
    policy = telling(right, reads)
    with reads.of_case() as read:
        assert not [e for e in policy.products.edits if e.concerns("other.fx-rate")]
    for pattern, reached in (("other.*", True), ("deposits.*", False)):
        wrong = right.edit_rows(pattern, lambda row, _: row)
        assert reaches(tuple(changed(right, wrong)), frozenset(read)) == reached


def one_of_each() -> list[Mutant]:
    found = {profiles_of(m): m for m in all_mutants() if not m.on_the_wire}
    return [m for profiles, m in found.items() if (*profiles, m.base) in TOLD]


@pytest.mark.parametrize("mutant", one_of_each(), ids=lambda mutant: mutant.name)
def test_the_whole_plan_finds_no_more_than_the_cases_that_a_defect_reaches(mutant: Mutant) -> None:
    """``python -m benchmarks mutants`` says so of all of them."""
    profiles = profiles_of(mutant)
    part, whole = results(mutant, profiles=profiles), results(mutant, profiles=profiles, whole=True)
    assert len(part) < len(whole)
    assert fired(part).keys() == fired(whole).keys()


@pytest.mark.parametrize("profile", ["phase2", "phase3"])
def test_most_cases_depend_on_some_decision_and_none_on_all(profile: str) -> None:
    known = dependencies(profile, "open")
    everything = {decision for read in known.values() for decision in read}
    assert sum(bool(read) for read in known.values()) > len(known) / 2
    assert not [case for case, read in known.items() if read == everything]
