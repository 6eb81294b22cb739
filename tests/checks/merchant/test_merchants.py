"""Payments to merchants at banks of other ways, and launch URLs that are hostile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.model import Verdict
from tests.checks.paying_bank import answering, blamed, found, judged, verdicts

LAUNCH = "merchant.launch_url_*"


def leading_to(url: Any) -> Callable[[Any], Any]:
    def change(answer: Any) -> Any:
        answer["data"]["launch_url"] = url
        return answer

    return change


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "//elsewhere.example/x", "https://[::1", "https://bank.example:99999/x",
        "\x00", "https://user:pass@bank.example/x", "bankapp://pay", "https://" + "a" * 100_000, 7, {"a": 1},
        "", "https://bank.example/payments/launch/../../x", "https://bänk.example/",
    ],
)  # fmt: skip
def test_a_hostile_launch_url_is_no_fault_of_the_suite(url: Any) -> None:
    around = answering("/payments/merchants", leading_to(url))
    results, _ = judged(LAUNCH, "merchant.result_is_settled_by_the_bank", around=around)
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert {r.verdict for r in results} != {Verdict.PASS}


def test_a_reference_in_the_query_of_the_launch_url_tells_nothing() -> None:
    def referring(answer: Any) -> Any:
        answer["data"]["launch_url"] += "?ref=8f2a"
        return answer

    results, _ = judged(LAUNCH, around=answering("/payments/merchants", referring))
    assert not blamed(results)


def test_a_custom_scheme_is_not_https() -> None:
    around = answering("/payments/merchants", leading_to("bankapp://pay/1"))
    assert "merchant.launch_url_is_secure" in found(judged(LAUNCH, around=around)[0])


def whole(data: dict[str, Any]) -> None:
    del data["writes"]["refund"]["approve"]


def test_a_sandbox_in_which_nobody_approves_is_not_judged_by_refunds() -> None:
    results, _ = judged("merchant.refund*", "merchant.result_is_told_by_the_bank", file=whole)
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("answer", [b"", [], {"data": 5}, {"data": {"id": None}}])
def test_a_strange_answer_to_a_refund_is_no_fault_of_the_suite(answer: Any) -> None:
    path = "/payments/"

    def changed(told: Any) -> Any:
        return answer if isinstance(told, dict) and "launch_url" not in str(told) else told

    results, _ = judged("merchant.refund*", around=answering(path, changed, "POST"))
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]


APPLE = {"applinks": {"apps": [], "details": [{"appIDs": ["T.hk.bank"], "components": [{"/": "/pay/*"}]}]}}


@pytest.mark.parametrize(
    ("claims", "right"),
    [
        (APPLE, True),
        ({"applinks": {"details": []}}, False),
        (b"<html>", False),
        ([7, None], False),
        ({}, False),
    ],
)
def test_either_system_may_name_the_app(claims: Any, right: bool) -> None:
    around = answering("/.well-known/assetlinks.json", lambda _: claims)
    results, _ = judged("merchant.launch_url_is_an_apps", around=around)
    assert bool(blamed(results)) is not right
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]


def test_a_bank_that_declares_no_app_is_not_asked_for_one() -> None:
    def browsers_only(data: dict[str, Any]) -> None:
        data["capabilities"].remove("app-to-app")

    results, _ = judged("merchant.launch_url_is_an_apps", policy={"app_links": "absent"}, file=browsers_only)
    assert verdicts(results) == {Verdict.NOT_APPLICABLE}
