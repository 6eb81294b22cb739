"""Payments that are made before their customer is asked: the right is not blamed, and the wrong is found."""

from __future__ import annotations

import datetime
import time
from functools import cache

import pytest
from pydantic import ValidationError

from conformance.conduct import Scope
from conformance.model import Result, Verdict
from conformance.target import Target
from tests.openworld.banks import judged_in_time, told
from tests.openworld.groyne.bank import Groyne
from tests.openworld.groyne.file import described

BEGINS = datetime.datetime(2026, 12, 1, 2, tzinfo=datetime.UTC).timestamp()
DEFECTS = {
    "nobody_is_asked": "payment.approval_is_awaited",
    "denied_is_paid": "payment.denied_payment_is_not_made",
    "page_in_the_clear": "merchant.launch_url_is_secure",
    "page_tells_the_payee": "merchant.launch_url_is_impersonal",
    "anybody_pays": "payment.token_is_needed",
    "every_tsp_may_look": "payment.status_is_its_tsps_alone",
    "digest_is_not_compared": "signature.body_is_signed",
    "any_key_signs": "signature.key_is_of_the_tsp",
    "keys_are_shared": "idempotency.key_belongs_to_its_tsp",
    "keys_are_forgotten": "idempotency.same_request_is_one",
    "keys_take_any_body": "idempotency.other_request_is_refused",
    "amounts_are_rounded": "payment.amount_told_is_that_paid",
    "currency_is_changed": "payment.amount_told_is_that_paid",
    "decimals_are_cut": "payment.precision_fits_the_currency",
    "negative_is_taken": "payment.negative_is_refused",
    "any_currency_is_taken": "payment.unknown_currency_is_refused",
    "payee_is_repeated": "payment.error_keeps_the_payee_to_itself",
    "payee_may_be_nameless": "payment.missing_member_is_refused",
    "past_days_are_taken": "payment.past_date_is_refused",
    "every_payee_is_known": "payment.unregistered_payee_is_refused",
    "rejection_is_not_told": "payment.unregistered_payee_is_refused",
    "day_is_not_awaited": "payment.later_payment_waits",
    "status_goes_back": "payment.status_moves_forward",
    "cancelled_is_paid": "payment.cancelled_payment_is_not_made",
    "done_may_be_undone": "payment.completed_payment_stays",
}


def judged(*faults: str, only: str = "") -> tuple[Result, ...]:
    """The results of Phase IV; waiting moves the bank's clock and takes no time."""
    bank = Groyne(*faults)
    bank.ahead = BEGINS - time.time()
    return judged_in_time(bank, Target.model_validate(described()), Scope(phases=("4",)), only)


@cache
def right() -> tuple[Result, ...]:
    return judged()


def test_a_bank_that_asks_its_customer_afterwards_is_not_blamed() -> None:
    assert not told(right(), Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR, Verdict.INCONCLUSIVE)


def test_most_of_it_can_be_judged_and_consents_beforehand_are_not_asked_for() -> None:
    passed = {result.case.check for result in right() if result.verdict is Verdict.PASS}
    assert set(DEFECTS.values()) <= passed
    assert not [check for check in passed if "of_the_consent" in check or "consent_is_used" in check]


@pytest.mark.parametrize("fault", DEFECTS)
def test_a_defect_of_it_is_found(fault: str) -> None:
    results = judged(fault, only=DEFECTS[fault])
    assert [r.case.check for r in results if r.findings], told(results, *Verdict)


def test_a_file_says_one_way_to_approve_and_not_both_before_and_after() -> None:
    both, neither = described(), described()
    both["writes"]["consent"] = {"create": {"path": "/consents"}}
    with pytest.raises(ValidationError, match=r"consent .* or approval"):
        Target.model_validate(both)
    neither["writes"]["approval"] = {}
    with pytest.raises(ValidationError, match="one way to approve"):
        Target.model_validate(neither)
