"""Signed requests and bound tokens at a bank of another make: right, or wrong in one thing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.conduct import Scope
from conformance.model import Result, Verdict
from conformance.target import Target, load_target
from tests.openworld.banks import judged_in_time, told
from tests.openworld.pontoon.bank import Pontoon
from tests.openworld.pontoon.party import laid, parties

DEFECTS = {
    "access_outlives_revocation": "revocation.access_token_stops",
    "accounts_not_picked": "consent.picked_accounts_only",
    "accounts_of_others": "object.foreign_refused",
    "acr_ignored": "token.context_class_true",
    "algorithm_confused": "client.public_key_no_secret",
    "any_password": "authorize.password_checked",
    "assertion_replayed": "client.replay_refused",
    "audience_not_checked": "client.audience_checked",
    "balance_in_another_currency": "account.currency_is_the_accounts",
    "beginning_ignored": "account.period_honoured",
    "booked_tomorrow": "account.times_have_come",
    "cancelled_is_approved": "authorize.denial_honoured",
    "certificate_not_compared": "resource.holder_compared",
    "certificate_not_needed": "token.possession_needed",
    "challenge_optional": "authorize.challenge_needed",
    "code_again": "token.replay_refused",
    "code_for_ever": "token.code_expires",
    "code_of_any_client": "token.client_bound",
    "code_short": "token.codes_unguessable",
    "end_ignored": "account.period_honoured",
    "expired_is_active": "introspection.expired_token_inactive",
    "expired_taken": "client.expired_refused",
    "foreign_told_apart": "object.foreign_like_unknown",
    "hash_of_the_whole": "token.id_token_hash",
    "identity_expired": "token.id_token_claims",
    "introspection_of_others": "introspection.other_tsp_told_nothing",
    "issuer_mixed_up": "token.response_signed",
    "key_in_header": "client.header_key_refused",
    "login_is_now": "refresh.subject_kept",
    "no_acr": "token.context_class_told",
    "nonce_ignored": "authorize.nonce_intact",
    "nonce_not_needed": "authorize.nonce_needed",
    "numbers_in_full": "account.number_masked",
    "other_audience": "token.id_token_claims",
    "pages_lose_a_row": "account.list_complete",
    "pages_overlap": "account.no_entry_twice",
    "plain_request_taken": "authorize.request_object_needed",
    "prompt_ignored": "authorize.prompt_none_quiet",
    "redirect_by_its_beginning": "authorize.redirect_uri_exact",
    "redirect_not_compared": "token.redirect_uri_bound",
    "refresh_by_any_client": "refresh.client_compared",
    "refresh_outlives_revocation": "revocation.refresh_token_stops",
    "refresh_token_opens": "resource.other_tokens_refused",
    "refresh_widens": "refresh.scope_not_widened",
    "request_never_ends": "par.expires",
    "request_of_any_client": "par.bound_to_client",
    "request_used_again": "par.single_use",
    "response_in_clear": "token.response_signed",
    "revoked_by_any_client": "revocation.client_compared",
    "rows_of_another_account": "account.rows_belong_to_object",
    "scope_not_looked_at": "resource.scope_required",
    "session_kept": "authorize.session_renewed",
    "signatures_not_checked": "client.signature_verified",
    "state_cut": "authorize.long_state",
    "subject_by_token": "refresh.subject_kept",
    "token_in_the_address": "resource.token_in_query_refused",
    "tokens_for_ever": "resource.expired_token_refused",
    "total_too_high": "account.list_complete",
    "unsigned_taken": "authorize.request_object_none",
    "userinfo_of_another": "token.id_token_subject",
    "verifier_ignored": "token.wrong_verifier_refused",
    "verifier_only_if_sent": "token.verifier_needed",
}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The bank's file beside certificates, and the secrets that it takes from the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, secret in parties()[1].items():
            environment.setenv(name, secret)
        yield load_target(laid(tmp_path_factory.mktemp("pontoon")))


def judged(target: Target, *faults: str, only: str = "") -> tuple[Result, ...]:
    """The results of Phase III, or of ``only`` one check of it; waiting moves the bank's clock."""
    return judged_in_time(Pontoon(parties()[0], *faults), target, Scope(profiles=("phase3",)), only)


def test_a_right_bank_of_another_make_is_not_blamed_and_nearly_all_of_it_judged(target: Target) -> None:
    results = judged(target)
    assert not told(results, Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR, Verdict.INCONCLUSIVE)
    passed = {result.case.check for result in results if result.verdict is Verdict.PASS}
    assert set(DEFECTS.values()) <= passed
    assert len(passed) >= 210


@pytest.mark.parametrize("fault", DEFECTS)
def test_a_defect_of_it_is_found(fault: str, target: Target) -> None:
    results = judged(target, fault, only=DEFECTS[fault])
    assert [r.case.check for r in results if r.findings], told(results, *Verdict)
