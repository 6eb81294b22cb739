"""The form of an application: its members, and how a fault in one is told."""

from __future__ import annotations

import re
from typing import Any

from conformance.bank import http
from conformance.bank.applications.policy import ApplicationPolicy

REFERENCE = {
    "employment_status": ("employed", "self_employed", "student", "retired"),
    "title": ("mr", "ms", "mx"),
    "district": ("central_and_western", "sha_tin", "yuen_long"),
}
PERSONAL = ("name", "title", "phone", "email", "birth_date", "district", "employment_status", "employer")
REQUIRED = ("name", "phone", "email", "birth_date", "employment_status", "consents")
FORMS = {
    "name": re.compile(r"[^\x00-\x1f<>]{1,100}"),
    "employer": re.compile(r"[^\x00-\x1f<>]{1,100}"),
    "phone": re.compile(r"\+[0-9]{1,3}-[0-9]{6,12}", re.ASCII),
    "email": re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII),
    "birth_date": re.compile(r"(19|20)\d\d-\d\d-\d\d", re.ASCII),
}


class _Fault(Exception):
    def __init__(self, member: str, value: object = "") -> None:
        super().__init__(member)
        self.member, self.value = member, value


def judged(policy: ApplicationPolicy, given: Any, *, whole: bool) -> dict[str, Any]:
    """Give the members of an application that the bank keeps; refuse one whose members are not right."""
    try:
        return _details(policy, given, whole=whole)
    except _Fault as fault:
        named = policy.fault_named if whole else policy.wrong_value_named
        said = f"{fault.member} is missing or not in its form." if named else "The request has a fault."
        echo = f" It was {fault.value}." if policy.fault_echoes_value else ""
        raise http.Refusal(400, "bad_request", said + echo) from None


def _details(policy: ApplicationPolicy, given: Any, *, whole: bool) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _Fault("body")
    if whole:
        for name in REQUIRED:
            needed = policy.consent_required if name == "consents" else policy.required_checked
            if needed and given.get(name) in (None, "", []):
                raise _Fault(name, given.get("phone"))
    for name, pattern in FORMS.items():
        value = given.get(name)
        fits = isinstance(value, str) and pattern.fullmatch(value)
        if value is not None and policy.format_checked and not fits:
            raise _Fault(name, value)
    for name, values in REFERENCE.items():
        if name in given and given[name] not in values and policy.enumeration_checked:
            raise _Fault(name, given[name])
    consents = given.get("consents")
    if consents is not None and policy.consent_required and not agreed(consents):
        raise _Fault("consents")
    employed = given.get("employment_status") == "employed"
    if whole and employed and not given.get("employer") and policy.condition_checked:
        raise _Fault("employer", given.get("phone"))
    known = (*PERSONAL, "consents", *(("identity_number",) if policy.strict else ()))
    return {k: v for k, v in given.items() if k in known or policy.unknown_member_kept}


def agreed(consents: Any) -> bool:
    """Tell whether consents are there, and all of them given."""
    if not isinstance(consents, list) or not consents:
        return False
    return all(isinstance(each, dict) and each.get("given") is True for each in consents)
