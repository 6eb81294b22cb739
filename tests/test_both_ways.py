"""A defect is found by the same checks whether the bank is called in this process or asked over TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from itertools import groupby

import pytest

from conformance import embedded_hkma
from conformance.bank.mutant import Mutant, all_mutants
from conformance.embedded import served
from conformance.model import Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from tests.matrix import LIMITS, fired, planned, profiles_of

WAIT = (
    "par.expires",
    "token.*expire*",
    "consent.expiry_*",
    "payment.consent_ends",
    "resource.expired_token_refused",
)
"""Checks that wait by the clock of the wall for what ends by itself, which in memory takes no time."""


REFUSED_BEFORE = ("smuggling.conflicting_lengths_refused",)
"""Checks of what a server on a socket refuses before the bank behind it sees it."""


def one_of_each_scope() -> list[Mutant]:
    """A defect of every scope: the last by name that reaches the bank, and that no check must wait for.

    What is measured in requests a second is the same only on a machine that does nothing else.
    """
    steady = [mutant for mutant in all_mutants() if mutant.scope not in LIMITS]
    scopes = groupby(steady, lambda mutant: mutant.scope)
    return [[m for m in mutants if not any(map(left_out, m.kills))][-1] for _, mutants in scopes]


def one_of_each_profile() -> list[Mutant]:
    """A defect for each profile with checks of several subjects."""
    several = [mutant for mutant in one_of_each_scope() if mutant.scope != embedded_hkma.SCOPE]
    return list({profiles_of(mutant): mutant for mutant in several}.values())


def left_out(check: str) -> bool:
    return any(fnmatchcase(check, glob) for glob in (*WAIT, *REFUSED_BEFORE))


@contextmanager
def on_loopback(mutant: Mutant) -> Iterator[Target]:
    """The target of a mutant that is served: of the reference bank, or of the stand-in for HKMA's own API."""
    if mutant.scope == embedded_hkma.SCOPE:
        with embedded_hkma.embedded(mutant) as target:
            yield target
    else:
        with served(mutant.name) as bank:
            yield Target.model_validate(bank.description)


def beside(mutant: Mutant, check: str) -> bool:
    """Whether a check is of the subject that a defect belongs to, or of one that must find it."""
    return check.split(".")[0] in {mutant.scope, *(kill.split(".")[0] for kill in mutant.kills)}


def found_over_tls(mutant: Mutant, judged: Callable[[str], bool]) -> set[str]:
    """The checks that find something at the bank on loopback, in the same order of cases as in memory."""
    with on_loopback(mutant) as target:
        plan, profiles = planned(target, mutant, 0, profiles_of(mutant))
        kept = (case for case in plan.cases if judged(case.check) and not left_out(case.check))
        plan = replace(plan, cases=tuple(kept))
        with open_session(target, profiles, plan) as session:
            found = judge(plan, session)
    assert not [result.traceback for result in found if result.verdict is Verdict.ERROR]
    return set(fired(found))


@pytest.mark.parametrize("mutant", one_of_each_scope(), ids=lambda mutant: mutant.name)
def test_a_defect_is_found_over_tls_by_the_checks_that_find_it_in_memory(mutant: Mutant) -> None:
    """In memory these are the checks that it names, and no other: test_mutants."""
    assert found_over_tls(mutant, partial(beside, mutant)) == set(mutant.kills)


@pytest.mark.parametrize("mutant", one_of_each_profile(), ids=lambda mutant: mutant.name)
def test_no_check_of_another_subject_finds_a_defect_over_tls(mutant: Mutant) -> None:
    assert found_over_tls(mutant, lambda _: True) == set(mutant.kills)
