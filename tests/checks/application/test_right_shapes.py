"""Right application interfaces of many shapes, which nothing is held against."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model import Verdict
from tests.checks.application.shapes import APPLICANT, FUNCTION, Shape, judged, said, target

ONE_SHOT = {"submit": None, "change": None}
FLAT = {**APPLICANT, "consents": "Y"}


def _agreed(given: Any) -> bool:
    return bool(given == "Y")


@pytest.mark.parametrize(
    ("bank", "changes"),
    [
        (Shape(), {}),
        (Shape(status=202, located=True), {"status_at": "$.status"}),
        (Shape(put=True), {"change": {"method": "PUT", "path": "/forms/{id}"}}),
        (Shape(one_shot=True, status=200), ONE_SHOT),
        (Shape(one_shot=True), {**ONE_SHOT, "withdraw": None, "idempotency": None}),
        (Shape(gone=410), {}),
        (Shape(gone=404), {}),
        (Shape(drafts_checked=False), {}),
        (Shape(problem=True), {}),
        (Shape(consents=_agreed), {"applicant": FLAT}),
        (Shape(), {"enumerations": None, "reference": None, "conditional": None, "required": None}),
        (Shape(), {"members": {"name": "fullName"}}),
    ],
    ids=[
        "as-it-is",
        "accepted-with-a-location",
        "changed-by-put",
        "made-in-one-step",
        "made-in-one-step-without-keys",
        "withdrawn-is-gone",
        "withdrawn-is-not-found",
        "drafts-hold-anything",
        "problem-details",
        "consent-in-a-letter",
        "without-reference-data",
        "without-known-members",
    ],
)
def test_nothing_is_held_against_a_right_bank(bank: Shape, changes: dict[str, Any]) -> None:
    results = judged(bank, target(changes))
    assert not said(results)
    assert len([r for r in results if r.verdict is Verdict.PASS]) > 12


def test_a_bank_with_links_alone_is_judged_by_them_without_leave_to_write() -> None:
    bank = Shape()
    told = target({"applicant": None}, allow=[], capabilities=["application-link"])
    results = judged(bank, told)
    assert not said(results)
    assert not bank.forms
    passed = {r.case.check for r in results if r.verdict is Verdict.PASS}
    assert {"application.link_is_the_banks", "application.link_opens"} <= passed


def test_a_bank_that_declares_no_way_to_apply_is_not_called_conformant() -> None:
    results = judged(Shape(), target(capabilities=[]))
    open_ = [r for r in results if r.verdict is Verdict.INCONCLUSIVE]
    assert [r.case.id for r in open_] == [f"P2-APP-030/{FUNCTION}"]
    assert "application-link, application-lead, application-full" in open_[0].reason


@pytest.mark.parametrize(
    ("value", "finding"),
    [
        ("deny", False),
        ([{"consentType": "privacy", "consentGivenFlag": "Y"}, {"consentType": "marketing"}], False),
    ],
)
def test_consents_in_words_that_nobody_knows_are_only_left_out(value: Any, finding: bool) -> None:
    bank = Shape(consents=bool)
    found = said(judged(bank, target({"applicant": {**APPLICANT, "consents": value}})))
    blamed = [line for line in found if line.startswith("application.consent_is_needed")]
    assert bool(blamed) is (finding or isinstance(value, list))
