"""What a refusal says of itself, and what the bank's file may leave out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.checks.rate_limit.refusal import explained
from conformance.errors import NotApplicable
from conformance.load.load import Load
from conformance.load.shot import Hit, Shot
from conformance.model import Request
from conformance.target import Bank, Errors, Target


class Refused(Load):
    """A search that has met a refusal without a body."""

    def __init__(self, no_body: tuple[int, ...]) -> None:
        self.target = Target(
            bank=Bank(name="B"), base_url="https://bank.example", errors=Errors(no_body=no_body)
        )

    def refusing(self) -> Any:
        shot = Shot(0.0, Request("GET", "https://bank.example/"))
        return SimpleNamespace(refused=[Hit(shot, 0.0, 0.0, 0.0, 429)])


def test_a_refusal_without_a_body_is_a_finding() -> None:
    (finding,) = explained(Refused(no_body=()))
    assert finding.actual == "an empty body"


def test_a_status_that_the_file_says_has_no_body_needs_none() -> None:
    with pytest.raises(NotApplicable, match="429 has no body"):
        list(explained(Refused(no_body=(429,))))
