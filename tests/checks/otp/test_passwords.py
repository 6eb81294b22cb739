"""One-time passwords of other makes, and payments that wait for them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model import Verdict
from conformance.secret import Secret
from tests.checks.paying_bank import answering, blamed, found, judged, verdicts

STEP_UP = ("otp.high_risk_payment_waits_for_its_customer", "otp.waiting_payment_moves_nothing")


@pytest.mark.parametrize(
    "policy", [{"otp_tries": 1}, {"otp_tries": 10}, {"otp_renewals": 1}, {"otp_lifetime": 120}]
)
def test_other_bounds_are_kept_as_declared(policy: dict[str, object]) -> None:
    results, _ = judged("otp.*", policy=policy)
    assert not blamed(results)


def constant(data: dict[str, Any]) -> None:
    rule = data["writes"]["one_time_password"]
    rule["fixed"] = Secret("123456", name="otp")
    del rule["inbox"]


def test_a_sandbox_whose_password_is_constant_is_not_blamed_for_that() -> None:
    results, _ = judged(
        "otp.wrong_password_is_refused", "otp.passwords_differ", "otp.password_is_told_to_nobody",
        policy={"otp_constant": True}, file=constant,
    )  # fmt: skip
    assert verdicts(results) == {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("answer", [b"no", [], {"data": {"otp": None}}, {"data": {"otp": {"a": 1}}}, None])
def test_an_inbox_that_tells_no_password_leaves_it_open(answer: Any) -> None:
    around = answering("/sandbox/one-time-passwords", lambda _: answer)
    results, _ = judged("otp.wrong_password_is_refused", "otp.password_is_good_once", around=around)
    assert verdicts(results) == {Verdict.INCONCLUSIVE}


def test_a_bank_with_another_word_for_waiting_says_so_in_its_file() -> None:
    def renamed(answer: Any) -> Any:
        if answer["data"]["status"] == "awaiting_otp":
            answer["data"]["status"] = "PDCU"
        return answer

    def told(data: dict[str, Any]) -> None:
        data["writes"]["step_up"]["waits"] = ["PDCU"]

    around = answering("/payments/", renamed)
    assert not blamed(judged(*STEP_UP, around=around, file=told)[0])
    assert STEP_UP[0] in found(judged(*STEP_UP, around=around)[0])
