"""A right bank of another make takes applications without blame, and is blamed for what goes wrong."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.conduct import Scope, prepare
from conformance.errors import Refused
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.secret import Secret
from conformance.session import open_session
from conformance.supply import Supply
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.matrix import Clock
from tests.openworld import lantern
from tests.openworld.banks import blamed, found

FUNCTIONS = {"loans.mortgage-application": "HL", "loans.unsecured-loan-application": "PL"}
CAPABILITIES = ("link", "lead", "full", "sealed", "attachments")
APPLICANT = {
    "applicantInfo": {
        "custName": "Synthetic Lantern",
        "titleCode": "02",
        "mobileNo": "61234567",
        "emailAddr": "lantern@customer.example",
        "dateOfBirth": "31/12/1990",
        "employmentType": "E",
        "companyName": "Synthetic Employer",
    },
    "declarations": {"privacyNotice": "Y", "marketing": "N"},
}


@cache
def provider(name: str) -> tuple[str, rsa.RSAPrivateKey]:
    return f"{name}-secret-0123456789", rsa.generate_private_key(65537, 2048)


def bank(*wrong: str) -> lantern.Lantern:
    return lantern.Lantern({name: provider(name) for name in ("app-1", "app-2")}, *wrong)


def _secret(name: str, value: str) -> Secret:
    return Secret(value, name=name)


def _identity(name: str) -> dict[str, Any]:
    login = {"appId": name, "appSecret": _secret(f"{name}-secret", provider(name)[0])}
    return {
        "kind": "custom-token",
        "request": {"path": "/api/v3/login", "json": login},
        "token": "$.sessionToken",
        "expires_in": "$.ttl",
        "send": {"header": "X-Session"},
    }


def target(app: lantern.Lantern, *allow: str) -> Target:
    """The bank's file."""
    info, form = "applicantInfo.", "/api/v3/forms/{id}"
    entry = {"rows": ["$.body.form"], "fields": {"id": "$.formNo", "status": "$.applicationStatus"}}
    body = {"request": "{applicant}"}
    rules = {
        "idempotency": {"header": "X-Request-Key"},
        "applicant": APPLICANT,
        "members": {
            "name": f"{info}custName",
            "phone": f"{info}mobileNo",
            "email": f"{info}emailAddr",
            "birth_date": f"{info}dateOfBirth",
            "employer": f"{info}companyName",
        },
        "required": [f"{info}{name}" for name in lantern.COMPULSORY],
        "consents": "declarations.privacyNotice",
        "conditional": {f"{info}employmentType=E": f"{info}companyName"},
        "enumerations": [f"{info}employmentType", f"{info}titleCode"],
        "reference": {"path": "/api/v3/codes/{name}", "json": {}},
        "listed": "$.body.list[*].code",
        "privacy_notice": "$.body.notice",
        "link": {"path": "/api/v3/landing", "json": {"product": "{product}"}},
        "link_at": "$.body.url",
        "products": FUNCTIONS,
        "lead": {
            "call": {"method": "PUT", "path": "/api/v3/callbacks/{product}"},
            "form": {"contactName": "Synthetic Lantern", "contactNo": "61234567", "agreed": True},
            "required": ["contactName", "contactNo"],
            "consents": "agreed",
            "id": "$.body.ref",
        },
        "seals": [
            {
                "kind": "form",
                "bank_key": _secret("bank-key", lantern.public_pem(app.key)),
                "key": _secret("own-key", lantern.pem(provider("app-1")[1])),
                "other_key": _secret("other-key", lantern.pem(provider("app-2")[1])),
                "algorithm": "RSA-OAEP",
                "encryption": "A128GCM",
                "signature": "RS256",
                "as_json": True,
                "hash": "sha512",
                "checksum_over": "token",
                "digest_over": "checksum",
                "text": "base64",
            }
        ],
        "read": {"path": "/api/v3/forms/status", "json": {"formNo": "{id}"}},
        "statuses": {"DRAFT": "draft", "SUBMITTED": "submitted", "CANCELLED": "withdrawn"},
        "change": {"method": "PUT", "path": f"{form}/update"},
        "submit": {"path": f"{form}/confirm"},
        "withdraw": {"method": "GET", "path": f"{form}/cancel"},
        "attach": {"path": f"{form}/files"},
        "attach_field": "doc",
        "attachment_types": list(lantern.KINDS),
        "largest_attachment": lantern.LARGEST,
    }
    described = {
        "bank": {"name": "Lantern Bank"},
        "base_url": "https://api.lantern.example",
        "hosts": ["apply.lantern.example"],
        "allow": list(allow),
        "limits": {"requests_per_second": 5000},
        "authentication": _identity("app-1"),
        "other_identity": _identity("app-2"),
        "capabilities": [f"application-{name}" for name in CAPABILITIES],
        "functions": {
            function: {
                "request": {"method": "POST", "path": f"/api/v3/forms/{product}", "json": body},
                **entry,
            }
            for function, product in FUNCTIONS.items()
        },
        "writes": {"applications": rules},
    }
    return Target.model_validate(described)


def judged(app: lantern.Lantern, *allow: str) -> tuple[Result, ...]:
    """The results of Phase II."""
    clock, told = Clock(), target(app, *allow)
    plan, profiles = prepare(told, Scope(phases=("2",)))
    with open_session(told, profiles, plan, wire=MemoryWire(app), clock=clock, sleep=clock.sleep) as session:
        return judge(plan, session)


def test_the_right_bank_is_not_blamed() -> None:
    results = judged(bank(), "writes")
    assert not blamed(results)
    assert not found(results)
    assert len({r.case.check for r in results if r.verdict is Verdict.PASS}) >= 35


DEFECTS: dict[str, set[str]] = {
    "open": {"token_is_needed", "lead_needs_a_token"},
    "no-codes": {"enumerations_resolve"},
    "open-redirect": {"link_leads_nowhere_else"},
    "personal-link": {"link_is_impersonal"},
    "dead-link": {"link_opens"},
    "unnamed": {"missing_member_is_named", "refused_member_is_named"},
    "clear": {"unsealed_is_refused"},
    "checksum": {"altered_checksum_is_refused"},
    "any-signer": {"signature_is_the_callers"},
    "digest": {"signature_is_the_callers", "altered_digest_is_refused"},
    "twice": {"same_request_is_one", "other_request_is_refused", "requests_at_the_same_time_are_one"},
    "other-body": {"other_request_is_refused"},
    "foreign": {"status_is_its_tsps_alone", "strangers_change_nothing"},
    "kept": {"withdrawal_deletes_the_data"},
    "kept revived": {"withdrawal_deletes_the_data", "withdrawn_application_stays_so"},
    "echo": {"error_keeps_the_applicant_to_itself"},
    "incomplete": {"incomplete_is_not_submitted"},
    "condition": {"condition_holds"},
    "any-form": {"form_is_checked", "change_is_checked"},
    "any-code": {"unlisted_value_is_refused"},
    "no-consent": {"consent_is_needed"},
    "large-crashes": {"oversize_is_refused_cleanly"},
    "short-callback": {"incomplete_lead_is_refused"},
}


@pytest.mark.parametrize("wrong", DEFECTS)
def test_a_defect_is_found_by_the_checks_that_it_is_about_and_no_other(wrong: str) -> None:
    results = judged(bank(*wrong.split()), "writes")
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert set(found(results)) == {f"application.{name}" for name in DEFECTS[wrong]}


def test_a_bank_that_reads_by_post_is_read_without_leave_to_write() -> None:
    app = bank()
    results = judged(app)
    assert app.writes == []
    assert not app.forms
    assert not app.callbacks
    assert app.logins == ["POST /api/v3/login"]
    assert {line.split()[0] for line in app.reads} == {"POST", "GET"}
    passed = {r.case.check for r in results if r.verdict is Verdict.PASS}
    assert {"application.link_is_the_banks", "application.privacy_notice_is_linked"} <= passed
    unproved = [r for r in results if r.case.writes and r.verdict is not Verdict.NOT_APPLICABLE]
    assert all(r.verdict is Verdict.INCONCLUSIVE and "writes" in r.reason for r in unproved)


def test_a_withdrawal_by_get_is_a_write() -> None:
    app = bank()
    judged(app, "writes")
    assert [line for line in app.writes if line.startswith("GET") and line.endswith("/cancel")]
    denied = bank()
    clock, told = Clock(), target(denied)
    plan, profiles = prepare(told, Scope(phases=("2",)))
    with open_session(told, profiles, plan, wire=MemoryWire(denied), clock=clock) as session:
        case = next(case for case in plan.cases if case.check == "application.link_is_secure")
        applications = Supply.of(session, case, session.checks[case.check], 0).arguments()[0]
        with pytest.raises(Refused):
            applications.ask("withdraw", "LB1")
    assert denied.writes == []


def test_it_shares_no_code_with_the_suite_or_the_reference_bank() -> None:
    tree = ast.parse(Path(lantern.__file__).read_text(encoding="utf-8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not [name for name in names if name.startswith(("conformance", "tests"))]
