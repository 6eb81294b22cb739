"""The descriptions of Phases II and IV, their profiles and the reference bank tell the same."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import validate

from conformance.bank.applications.service import ApplicationService
from conformance.bank.payments.service import PaymentService
from conformance.bank.service import Service
from conformance.profile import all_profiles

UNPUBLISHED = ("/apply/", "/sandbox/", "/payments/launch/", "/.well-known/")
SERVICES: dict[str, Service] = {"phase2": ApplicationService(), "phase4": PaymentService()}


def served(phase: str) -> set[tuple[str, str]]:
    return {
        (re.sub(r"<(\w+)>", r"{\1}", route.rule), method.lower())
        for route in SERVICES[phase].routes()
        for method in route.methods
        if not route.rule.startswith(UNPUBLISHED)
    }


@pytest.mark.parametrize("phase", SERVICES)
def test_what_is_described_is_served_and_what_is_served_is_described(phase: str) -> None:
    description = all_profiles()[phase].description
    assert description is not None
    validate(description)
    described = {(path, method) for path, item in description["paths"].items() for method in item}
    assert described == served(phase)


@pytest.mark.parametrize(("phase", "labels"), [("phase2", 14), ("phase4", 19)])
def test_every_label_of_annex_a_is_a_function_with_a_path_of_the_bank(phase: str, labels: int) -> None:
    profile = all_profiles()[phase]
    assert len([f for f in profile.functions if f.clause in ("A8", "A14")]) == labels
    assert {(f.path, f.method.lower()) for f in profile.functions} <= served(phase)
    assert all(f.writes for f in profile.functions)
