"""Values of an applicant that are drawn anew for each application."""

from __future__ import annotations

import pytest

from conformance.writing.fresh import Drawn, check_digit, misprinted


@pytest.mark.parametrize(
    ("letters", "digits", "last"), [("A", "123456", "3"), ("C", "668668", "9"), ("AB", "987654", "3")]
)
def test_the_check_digit_of_an_identity_card_is_that_of_the_published_rule(
    letters: str, digits: str, last: str
) -> None:
    assert check_digit(letters, digits) == last


def test_a_drawn_number_can_exist_and_none_comes_twice() -> None:
    drawn = Drawn()
    numbers = [drawn.filled({"id": "{fresh_hkid}"})["id"] for _ in range(200)]
    assert len(set(numbers)) == len(numbers)
    assert all(misprinted(number) not in ("", number) for number in numbers)
    assert set(drawn.given) <= set(numbers)


def test_one_application_has_one_number_wherever_it_stands() -> None:
    made = Drawn().filled({"id": "{fresh_hkid_bare}", "again": {"id": "{fresh_hkid_bare}"}, "name": "Mei"})
    assert made["id"] == made["again"]["id"]
    assert "(" not in made["id"]
    assert made["name"] == "Mei"


@pytest.mark.parametrize("number", ["A123456(4)", "A1234563)", "K1234567", "", "123456(3)"])
def test_what_is_no_right_number_is_not_misprinted(number: str) -> None:
    assert misprinted(number) == ""
