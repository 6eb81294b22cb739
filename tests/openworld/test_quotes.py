"""Applications at a bank that asks much: a quote, an identity card, an age, a code by mail, documents."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from conformance.conduct import Scope
from conformance.model import Result, Verdict
from conformance.secret import Secret
from conformance.target import Target
from tests.openworld.banks import blamed, found, judged_in_time, told
from tests.openworld.banyan import COMPULSORY, KINDS, LARGEST, PROVIDERS, TRIES, Banyan

API = "https://api.banyan.example"
FUNCTIONS = {"loans.credit-card-application": "CARD", "loans.unsecured-loan-application": "LOAN"}
STATES = {"INCOMPLETE": "draft", "RECEIVED": "submitted", "WITHDRAWN": "withdrawn"}
PERSON = {
    "hkid": "{fresh_hkid}", "surname": "Synthetic", "mobile": "61234567", "mail": "mei@customer.example",
    "dob": "1990-12-31", "job": "EMP", "employer": "Synthetic Limited",
}  # fmt: skip
NOTICES = [{"type": "PICS", "version": "2026-01", "accepted": True}]
DEFECTS = {
    "anybody_applies": "token_is_needed",
    "every_tsp_may": "status_is_its_tsps_alone",
    "card_is_not_computed": "identity_number_is_checked",
    "card_is_repeated": "error_keeps_the_applicant_to_itself",
    "children_apply": "age_is_checked",
    "any_quote_will_do": "earlier_step_is_needed",
    "applies_again": "person_applies_once",
    "birth_date_is_ignored": "every_question_counts",
    "state_goes_back": "status_moves_forward",
    "data_are_kept": "withdrawal_deletes_the_data",
    "submitted_is_changed": "submitted_application_is_fixed",
    "codes_are_alike": "passwords_of_applicants_differ",
    "code_is_told": "password_is_told_to_the_applicant_alone",
    "withdrawn_is_submitted": "withdrawn_application_stays_so",
    "nobody_need_agree": "consent_is_needed",
    "any_code_of_any": "password_is_of_its_application",
    "codes_may_be_guessed": "password_tries_are_bounded",
    "any_code_at_all": "wrong_password_submits_nothing",
    "content_is_not_looked_at": "attachment_is_of_its_kind",
}


def _identity(name: str) -> dict[str, Any]:
    return {
        "kind": "oauth2-client-credentials",
        "token_url": f"{API}/token",
        "client_id": name,
        "client_secret": Secret(PROVIDERS[name], name=f"{name}-secret"),
    }


def target() -> Target:
    """The bank's file."""
    one = "/v2/applications/{id}"
    asked = {"method": "POST", "path": "/v2/applications"}
    fields = {"id": "$.ref", "status": {"from": "$.state", "as": {"pick": STATES}}}
    rules = {
        "idempotency": {"header": "X-Idempotency-Key", "form": "uuid"},
        "applicant": {"quoteId": "{quote}", "person": PERSON, "notices": NOTICES},
        "members": {
            "name": "person.surname", "phone": "person.mobile", "email": "person.mail",
            "birth_date": "person.dob", "employer": "person.employer", "identity_number": "person.hkid",
        },
        "products": FUNCTIONS,
        "beforehand": [
            {
                "call": {"path": "/v2/quotes", "json": {"productCode": "{product}"}},
                "keep": {"quote": "$.quote.quoteId"},
            }
        ],
        "required": [f"person.{name}" for name in COMPULSORY],
        "consents": "notices",
        "conditional": {"person.job=EMP": "person.employer"},
        "enumerations": ["person.job"],
        "reference": {"method": "GET", "path": "/v2/reference/{name}"},
        "listed": "$.items[*].value",
        "privacy_notice": "$.pics",
        "read": {"path": "/v2/applications/search", "json": {"ref": "{id}", "dob": "{birth_date}"}},
        "status_at": "$.result[0].state",
        "statuses": STATES,
        "change": {"method": "PUT", "path": one},
        "submit": {"path": f"{one}/submission", "json": {"otp": "{otp}"}},
        "withdraw": {"method": "DELETE", "path": one},
        "attach": {"path": f"{one}/documents", "json": {"kind": "{media_type}", "size": "{size}"}},
        "upload": {"at": "$.upload"},
        "attachment_types": list(KINDS),
        "largest_attachment": LARGEST,
        "password": {
            "send": {"path": f"{one}/otp"},
            "inbox": {"method": "GET", "path": f"{one}/mail"},
            "at": "$.messages[-1].code",
            "tries": TRIES,
        },
        "one_of_a_person": True,
        "least_age": 18,
    }  # fmt: skip
    return Target.model_validate(
        {
            "bank": {"name": "Banyan Bank"},
            "base_url": API,
            "hosts": ["files.banyan.example"],
            "allow": ["writes", "intrusive"],
            "limits": {"requests_per_second": 5000},
            "authentication": _identity("tsp-a"),
            "other_identity": _identity("tsp-b"),
            "errors": {"code": "$.errors[0].code"},
            "capabilities": ["application-full", "application-attachments"],
            "functions": {name: {"request": asked, "rows": ["$"], "fields": fields} for name in FUNCTIONS},
            "writes": {"applications": rules},
        }
    )


def judged(*faults: str, only: str = "") -> tuple[Result, ...]:
    """The results of Phase II, or of one check; waiting moves the bank's clock and takes no time."""
    return judged_in_time(
        Banyan(*faults), target(), Scope(phases=("2",)), f"application.{only}" if only else ""
    )


@cache
def right() -> tuple[Result, ...]:
    return judged()


def test_a_bank_that_asks_much_is_not_blamed() -> None:
    assert not blamed(right())
    assert not found(right())


def test_what_it_asks_can_be_judged() -> None:
    passed = {result.case.check for result in right() if result.verdict is Verdict.PASS}
    assert {f"application.{check}" for check in DEFECTS.values()} <= passed
    assert len(passed) >= 40


@pytest.mark.parametrize("fault", DEFECTS)
def test_a_defect_of_it_is_found(fault: str) -> None:
    results = judged(fault, only=DEFECTS[fault])
    assert [r.case.check for r in results if r.findings], told(results, *Verdict)
