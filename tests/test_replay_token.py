"""What a customer's token showed is asked for with a new token and a new proof, over a socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import replay, results
from conformance.conduct import Output, Scope, conduct
from conformance.embedded import embedded
from conformance.errors import ConfigurationError, Inconclusive
from conformance.model import Exchange, Plan
from conformance.plan import Selection
from conformance.replay import Replayed, Shown
from conformance.results import Run
from conformance.session import Session, open_session
from conformance.target import Target

LACKING, FOREIGN = "balance-without-amount", "everybodys-objects-shown"


def _run(mutant: str, check: str, folder: Path) -> Run:
    """What a check of balances finds at the served bank with a defect."""
    with embedded(mutant) as target:
        chosen = Selection((check,), operations=("accounts.balances",))
        made = conduct(target, Scope(phases=("3",), selection=chosen), Output(folder))
    return results.read(made.results)


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that misses a member in what a customer's token opened."""
    return _run(LACKING, "product.required_fields", tmp_path_factory.mktemp("lacking"))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run in which a customer's token opened another's account."""
    return _run(FOREIGN, "object.foreign_refused", tmp_path_factory.mktemp("foreign"))


@pytest.fixture(scope="module")
def right() -> Iterator[Target]:
    with embedded() as target:
        yield target


def _shown(run: Run) -> Shown:
    """The first finding of a run, with its exchange."""
    first = next(f.exchange for r in run.results for f in r.findings)
    return replay.wanted(run, str(first))[0]


def _replayed(shown: Shown, run: Run, target: Target, heard: list[Exchange]) -> Replayed:
    with open_session(target, (), Plan((), (), 0, ""), record=heard.append) as session:
        return replay.sent(shown, run, session)


def _last(heard: list[Exchange]) -> dict[str, str]:
    """The header fields of the last request as a command line has them."""
    return dict(re.findall(r"-H '([\w-]+): ([^']*)'", heard[-1].curl.replace("'\"", "").replace('"', "'")))


def test_the_bank_with_the_defect_answers_a_new_token_and_proof_the_same(lacking: Run) -> None:
    heard: list[Exchange] = []
    with embedded(LACKING) as target:
        made = _replayed(_shown(lacking), lacking, target, heard)
    assert made.answer.status == 200
    assert not made.changes
    assert _last(heard)["Authorization"] == "DPoP $CUSTOMER_1_TOKEN"
    assert "DPoP" in _last(heard)


def test_the_right_bank_answers_it_otherwise(lacking: Run, right: Target) -> None:
    assert _replayed(_shown(lacking), lacking, right, []).changes == ("body: with /data/*/amount as str",)


def test_what_a_token_opened_of_another_customers_is_asked_for_with_a_token_of_the_same_one(
    foreign: Run, right: Target
) -> None:
    assert "$CUSTOMER_1_TOKEN" in _shown(foreign).exchange.curl
    made = _replayed(_shown(foreign), foreign, right, [])
    assert made.answer.status == 404
    assert made.changes[0] == "status 200, now 404"


def _refusal(shown: Shown, run: Run, session: Session) -> str:
    with pytest.raises(ConfigurationError) as caught:
        replay.sent(shown, run, session)
    return str(caught.value)


def test_what_was_altered_or_had_a_token_of_its_own_is_left_to_its_case(lacking: Run, right: Target) -> None:
    shown = _shown(lacking)
    case = replace(shown.result.case, check="dpop.proof_target_compared")
    altered = replace(shown, result=replace(shown.result, case=case))
    curl = shown.exchange.curl.replace("CUSTOMER_1_TOKEN", "ACCESS_TOKEN")
    own = replace(shown, exchange=replace(shown.exchange, curl=curl))
    heard: list[Exchange] = []
    with open_session(right, (), Plan((), (), 0, ""), record=heard.append) as session:
        replay.sent(shown, lacking, session)
        assert session.traffic.vault.value_of("ACCESS_TOKEN")  # of the TSP, which is not the one that went
        heard.clear()
        for forged in (altered, own):
            said = _refusal(forged, lacking, session)
            assert "Authorization, DPoP held a value that is kept nowhere" in said
            assert said.endswith(f"--check {forged.result.case.check}")
    assert not heard


def test_what_a_login_by_a_person_needs_is_said(lacking: Run, right: Target) -> None:
    assert right.authorization is not None
    login = right.authorization.login.model_copy(update={"strategy": "manual"})
    manual = right.model_copy(
        update={"authorization": right.authorization.model_copy(update={"login": login})}
    )
    with pytest.raises(Inconclusive, match=r"needs a redirect_uri such as http://127\.0\.0\.1:8765"):
        _replayed(_shown(lacking), lacking, manual, [])
