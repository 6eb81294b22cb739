"""Account information at a bank of another make: what is right is not blamed, and what is wrong is found."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conformance import yamlfile
from conformance.conduct import Scope
from conformance.model import Result, Verdict
from conformance.target import Target, load_target
from tests.openworld.banks import judged_in_time, told
from tests.openworld.wharf.bank import KEY, Wharf
from tests.openworld.wharf.login import CLIENTS, PEOPLE

FILE = Path(__file__).with_name("wharf") / "bank.yaml"
DEFECTS = {
    "accounts_not_picked": "consent.picked_accounts_only",
    "accounts_of_others": "object.foreign_refused",
    "amounts_rounded": "account.balance_runs",
    "another_currency": "account.currency_is_the_accounts",
    "any_password": "authorize.password_checked",
    "approved_again": "consent.not_approved_twice",
    "balance_has_no_sign": "account.balance_follows_entries",
    "beginning_ignored": "account.period_honoured",
    "booked_tomorrow": "account.times_have_come",
    "challenge_in_plain": "authorize.plain_challenge_refused",
    "code_again": "token.replay_refused",
    "code_of_any_client": "token.client_bound",
    "consent_by_header": "consent.token_decides",
    "consent_for_ever": "consent.absurd_expiry_refused",
    "consent_of_the_customer": "consent.consents_kept_apart",
    "consent_of_any_provider": "authorize.own_consent_only",
    "consent_of_the_past": "consent.past_expiry_refused",
    "consents_for_all_to_see": "consent.not_shown_to_others",
    "directions_turned": "account.balance_runs",
    "end_ignored": "account.period_honoured",
    "forged_forms": "authorize.form_token_checked",
    "introspection_for_all": "introspection.other_tsp_told_nothing",
    "issuer_not_named": "authorize.issuer_named",
    "numbers_in_full": "account.number_masked",
    "pages_in_frames": "authorize.no_framing",
    "pages_lose_a_row": "account.balance_runs",
    "pages_overlap": "account.no_entry_twice",
    "pages_without_end": "account.list_complete",
    "pending_is_booked": "account.balance_follows_entries",
    "redirect_by_its_beginning": "authorize.redirect_uri_exact",
    "refresh_again": "refresh.rotated_refused",
    "refresh_by_any_client": "refresh.client_compared",
    "revocation_ignored": "revocation.access_token_stops",
    "state_forgotten": "authorize.state_intact",
    "tenths_of_cents": "account.decimals_fit_currency",
    "token_in_the_address": "resource.token_in_query_refused",
    "tokens_for_ever": "resource.expired_token_refused",
    "verifier_not_compared": "token.wrong_verifier_refused",
    "withdrawal_ignored": "consent.revocation_stops_access",
}


KEYED = {
    "": [],
    "key_not_needed": ["a refusal without X-App-Key"],
    "key_not_compared": ["a refusal with another X-App-Key"],
}


@pytest.fixture(scope="module", autouse=True)
def secrets() -> Iterator[None]:
    """What the bank's file takes from the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, secret in CLIENTS.items():
            environment.setenv(f"WHARF_{name.upper()}", secret)
        for name, (password, code) in PEOPLE.items():
            environment.setenv(f"WHARF_{name.upper()}", password)
            environment.setenv(f"WHARF_{name.upper()}_SMS", code)
        yield


def judged(*faults: str, only: str = "") -> tuple[Result, ...]:
    """The results of Phase III, or of ``only`` one check of it; waiting moves the bank's clock."""
    bank = Wharf(*faults)

    target = load_target(FILE)
    return judged_in_time(bank, target, Scope(profiles=("phase3",)), only)


@cache
def right() -> tuple[Result, ...]:
    return judged()


def test_a_right_bank_of_another_make_is_not_blamed() -> None:
    assert not told(right(), Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR, Verdict.INCONCLUSIVE)


def test_most_of_it_can_be_judged() -> None:
    passed = {result.case.check for result in right() if result.verdict is Verdict.PASS}
    assert set(DEFECTS.values()) <= passed
    assert len(passed) >= 140


def test_how_consents_are_made_is_told_by_the_file_where_the_metadata_list_no_grants() -> None:
    results = judged("grants_not_listed")
    assert not told(results, Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR, Verdict.INCONCLUSIVE)
    passed, usually = ({r.case.id for r in each if r.verdict is Verdict.PASS} for each in (results, right()))
    assert usually <= passed


@pytest.mark.parametrize(("fault", "says"), KEYED.items())
def test_a_key_of_the_application_is_looked_at_beside_the_token(
    fault: str, says: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHARF_KEY", KEY)
    keyed = {"kind": "header-key", "header": "X-App-Key", "value": "env:WHARF_KEY"}
    told = {**yamlfile.load(FILE).value, "authentication": keyed}
    results = judged_in_time(
        Wharf("keys_wanted", fault),
        Target.model_validate(told),
        Scope(profiles=("phase3",)),
        "resource.application_named",
    )
    assert [f.expected for r in results for f in r.findings] == says
    assert says or results[0].verdict is Verdict.PASS


@pytest.mark.parametrize("fault", DEFECTS)
def test_a_defect_of_it_is_found(fault: str) -> None:
    results = judged(fault, only=DEFECTS[fault])
    assert [r.case.check for r in results if r.findings], told(results, *Verdict)
