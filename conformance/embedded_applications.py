"""How the reference bank takes applications, for the ``writes`` section of its bank file."""

from __future__ import annotations

from conformance.bank.applications.links import PRODUCTS
from conformance.bank.applications.service import LARGEST, TYPES

APPLICANT: dict[str, object] = {
    "name": "Synthetic Applicant",
    "title": "ms",
    "phone": "+852-61234567",
    "email": "applicant@customer.example",
    "birth_date": "1990-12-31",
    "district": "sha_tin",
    "employment_status": "employed",
    "employer": "Synthetic Employer",
    "consents": [{"purpose": "application", "given": True}],
}
ENQUIRY: dict[str, object] = {
    "name": "Synthetic Applicant",
    "phone": "+852-61234567",
    "email": "applicant@customer.example",
    "consents": [{"purpose": "call", "given": True}],
}
CAPABILITIES = (
    "application-link",
    "application-lead",
    "application-full",
    "application-sealed",
    "application-attachments",
    "content-digest",
)


def applications() -> dict[str, object]:
    """How the bank takes applications, as data."""
    one = "/applications/{id}"
    return {
        "scope": "applications",
        "idempotency": {"header": "Idempotency-Key"},
        "applicant": APPLICANT,
        "required": ["name", "phone", "email", "birth_date", "employment_status"],
        "consents": "consents",
        "conditional": {"employment_status=employed": "employer"},
        "enumerations": ["employment_status", "title", "district"],
        "reference": {"method": "GET", "path": "/applications/reference-data"},
        "privacy_notice": "$.data.privacy_notice",
        "link": {"method": "GET", "path": "/application-links/{product}"},
        "products": PRODUCTS,
        "lead": {
            "call": {"path": "/leads/{product}"},
            "form": ENQUIRY,
            "required": ["name", "phone"],
            "consents": "consents",
        },
        "seals": [
            {
                "kind": kind,
                "path": f"/sealed-applications/{kind}/{{product}}",
                "keys": {"method": "GET", "path": "/applications/keys"},
            }
            for kind in ("jwe", "form")
        ],
        "change": {"method": "PATCH", "path": one},
        "submit": {"path": f"{one}/submission"},
        "withdraw": {"method": "DELETE", "path": one},
        "attach": {"path": f"{one}/attachments"},
        "attachment_types": list(TYPES),
        "largest_attachment": LARGEST,
    }


def strict() -> dict[str, object]:
    """What else the bank's file says where the bank asks more of an applicant."""
    one = "/applications/{id}"
    return {
        "applicant": {**APPLICANT, "identity_number": "{fresh_hkid}", "quote": "{quote}"},
        "beforehand": [{"call": {"path": "/application-quotes"}, "keep": {"quote": "$.data.quote"}}],
        "read": {"path": "/applications/status", "json": {"id": "{id}", "birth_date": "{birth_date}"}},
        "submit": {"path": f"{one}/submission", "json": {"otp": "{otp}"}},
        "password": {
            "send": {"path": f"{one}/password"},
            "inbox": {"method": "GET", "path": "/sandbox/application-passwords/{id}"},
            "tries": 3,
        },
        "one_of_a_person": True,
        "least_age": 18,
        "seals": [],
    }
