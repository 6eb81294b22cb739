"""Payments at a bank of another make: what is right there is not blamed, and what is wrong is found."""

from __future__ import annotations

import datetime
import time
from functools import cache

import pytest

from conformance.conduct import Scope
from conformance.model import Result, Verdict
from conformance.target import Target
from tests.openworld.banks import judged_in_time, told
from tests.openworld.tram.bank import Tram
from tests.openworld.tram.file import described

BEGINS = datetime.datetime(2026, 12, 1, 2, tzinfo=datetime.UTC).timestamp()
"""When it is judged, by its own clock: a Tuesday morning in Hong Kong, weeks before a known holiday."""
DEFECTS = {
    "amount_is_not_compared": "payment.amount_is_that_of_the_consent",
    "payee_is_not_compared": "payment.payee_is_that_of_the_consent",
    "authorisation_is_never_used_up": "payment.consent_is_used_once",
    "keys_are_forgotten": "idempotency.same_request_is_one",
    "keys_race": "idempotency.requests_at_the_same_time_are_one",
    "signature_is_not_verified": "signature.signature_is_verified",
    "digest_is_not_compared": "signature.body_is_signed",
    "old_dates_are_taken": "signature.old_signature_is_refused",
    "token_may_be_uncovered": "signature.components_are_needed",
    "every_tsp_may_enquire": "payment.status_is_its_tsps_alone",
    "state_goes_back": "payment.status_moves_forward",
    "amounts_are_rounded": "payment.precision_fits_the_currency",
    "negative_is_taken": "payment.negative_is_refused",
    "amount_is_told_in_dollars": "payment.amount_told_is_that_paid",
    "passwords_may_be_guessed": "otp.tries_are_bounded",
    "cancelled_ddas_are_debited": "mandate.debit_ends_with_its_mandate",
    "caps_are_ignored": "mandate.debit_keeps_to_the_limit",
    "holidays_are_unknown": "payment.holiday_is_no_business_day",
    "notices_are_for_all": "payment.events_are_ones_own",
    "notices_are_not_signed": "payment.event_is_signed",
}


def judged(*faults: str, only: str = "", without: str = "") -> tuple[Result, ...]:
    """The results of Phase IV; waiting moves the bank's clock and takes no time.

    ``only`` is the check to judge by, ``without`` a member that the file's templates do not have.
    """
    bank = Tram(frozenset(faults), ahead=BEGINS - time.time())
    data = described()
    for function in data["functions"].values():
        asked = function["request"]
        asked["json"] = {k: v for k, v in asked["json"].items() if k != without}
    target = Target.model_validate(data)
    return judged_in_time(bank, target, Scope(phases=("4",)), only)


@cache
def right() -> tuple[Result, ...]:
    return judged()


def test_a_right_bank_of_another_make_is_not_blamed() -> None:
    assert not told(right(), Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR, Verdict.INCONCLUSIVE)


def test_most_of_it_can_be_judged() -> None:
    passed = {result.case.check for result in right() if result.verdict is Verdict.PASS}
    assert set(DEFECTS.values()) <= passed
    assert len(passed) >= 50


@pytest.mark.parametrize("fault", DEFECTS)
def test_a_defect_of_it_is_found(fault: str) -> None:
    results = judged(fault, only=DEFECTS[fault])
    assert [r.case.check for r in results if r.findings], told(results, *Verdict)


@pytest.mark.parametrize(
    "check",
    ["payment.past_date_is_refused", "payment.later_payment_waits", "payment.cancelled_payment_is_not_made",
     "payment.holiday_is_no_business_day"],
)  # fmt: skip
def test_a_bank_that_takes_no_day_is_not_judged_by_days(check: str) -> None:
    assert {result.verdict for result in judged(only=check, without="when")} == {Verdict.NOT_APPLICABLE}
