"""Identifiers that are nobody's."""

from __future__ import annotations

import pytest

from conformance.checks.object.identifier import nobodys
from conformance.checks.resource.token import altered


@pytest.mark.parametrize(
    "identifier", ["1", "10000001", "00000000", "9c32afdc-fe56-4cb3-8d36-7f1543507bb4", "ACC"]
)
def test_what_is_nobodys_has_the_same_form_and_differs(identifier: str) -> None:
    other = nobodys(identifier)
    assert other != identifier
    assert len(other) == len(identifier)
    assert other.isdecimal() == identifier.isdecimal()


@pytest.mark.parametrize("token", ["abcdefgh" * 4, "eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl"])
def test_every_altered_token_differs_from_the_right_one(token: str) -> None:
    made = altered(token)
    assert len(made) >= 6
    assert token not in made.values()
