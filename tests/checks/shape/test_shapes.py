"""Names and types as banks choose them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from conformance.checks.shape.vocabulary import meant_by
from tests.checks.asked import actual, findings


def found(check: str, *given: dict[str, Any]) -> list[str]:
    return actual(findings(f"shape.{check}", {"data": list(given)}))


@pytest.mark.parametrize(
    "given",
    [
        {"BrandName": 1, "ProductURL": 1, "TcsAndCsURL": 1, "ATMName": 1, "Name": 1},
        {"productName": 1, "depositTerm": 1, "isATM24Hours": 1, "ATMNetwork": 1, "name": 1},
        {"annual-fee": 1, "fee-waiver": 1, "title": 1},
        {"annualfeehkd": 1, "minaccopenbalance": 1, "productleafleturl": 1},
        {"HKD": 1, "USD": 1, "rate_type": 1, "last_updated": 1},
        {"@id": 1, "_links": 1, "$ref": 1, "productName": 1},
        {"fee": 1, "fees": [], "openDate": 1, "openTime": 1},
        {"銀行": 1, "name": 1},
    ],
)
def test_any_consistent_style_is_right(given: dict[str, Any]) -> None:
    for check in ("names_are_spelt_right", "names_have_no_space", "names_have_one_style",
                  "one_name_for_one_meaning"):  # fmt: skip
        assert not found(check, given, given), check


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("Indictor", "indicator"),
        ("Desposit", "deposit"),
        ("mortagage", "mortgage"),
        ("oustanding", "outstanding"),
        ("Elegibility", "eligibility"),
        ("Instalement", "installment"),
        ("recieved", None),
        ("deposits", None),
        ("annualized", None),
        ("creditor", None),
        ("Detl", None),
        ("colour", None),
        ("accessible", None),
        ("minaccopenbalance", None),
    ],
)
def test_a_slip_is_one_letter_from_a_long_known_word_and_no_inflection(word: str, known: str | None) -> None:
    assert meant_by(word) == known


@pytest.mark.parametrize(
    "given",
    [
        {"amtTierBottom": 1, "amtTierbottomIncluded": 1},
        {"withCashDeposit": 1, "withcashdeposit": 1},
        {"productName": 1, "product_url": 1},
        {"annualisedPercentagerate": 1},
    ],
)
def test_mixed_styles_are_found(given: dict[str, Any]) -> None:
    assert len(found("names_have_one_style", given, given)) == 1


def test_a_null_or_an_absent_member_has_no_type() -> None:
    assert not found("types_are_stable", {"a": 1}, {"a": None}, {}, {"a": 2.5})


def test_a_type_that_changes_is_told_once() -> None:
    assert found("types_are_stable", {"a": "1"}, {"a": 2}, {"a": 3}) == ["a number, 2"]


def test_names_that_come_together_mean_different_things() -> None:
    assert not found("one_name_for_one_meaning", {"openDate": 1, "openTime": 1}, {"openTime": 1})


def test_names_that_take_turns_mean_the_same() -> None:
    turns = found("one_name_for_one_meaning", {"lastUpdateDate": 1}, {"lastUpdateDatetime": 1})
    assert turns == ['"lastUpdateDatetime" in other rows']


@pytest.mark.parametrize(("value", "count"), [("ture", 1), ("False", 1), ("Y", 0), (True, 0), ("truth", 0)])
def test_words_that_spell_a_boolean_are_found(value: Any, count: int) -> None:
    assert len(found("booleans_are_booleans", {"open": value})) == count


def test_a_member_that_comes_twice_is_found() -> None:
    twice = b'{"data":[{"id":"1","name":"A","name":"B"}]}'
    assert [f.at for f in findings("shape.member_names_are_unique", twice)] == ["/data/0/name"]


def test_thousands_of_members_are_judged_in_seconds() -> None:
    began = time.process_time()
    wide = {f"memberNumber{n}": n for n in range(5000)}
    for check in ("names_are_spelt_right", "names_have_one_style", "one_name_for_one_meaning",
                  "types_are_stable"):  # fmt: skip
        found(check, wide, wide)
    assert time.process_time() - began < 20
