"""How an instruction is put into a bank's own words: templates, amounts, and the names of members."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.transform import chain
from conformance.writing.amounts import Amounts, dated, written
from conformance.writing.template import made, names_of

BODY = {"sum": {"value": "{amount}", "ccy": "{currency}"}, "payTo": {"id": "{creditor.identification}"}}


@pytest.mark.parametrize(
    ("amounts", "amount", "told"),
    [
        ("text", "0.10", "0.10"),
        ("number", "0.10", 0.1),
        ("number", "12.00", 12),
        ("minor", "0.10", 10),
        ("minor", "0.105", 10.5),
        ("minor", "-0.10", -10),
        ("minor", "1.0e-1", "1.0e-1"),
        ("minor", "\uff10.\uff11", "\uff10.\uff11"),
        ("number", "9" * 31, "9" * 31),
        ("minor", "", ""),
    ],
)
def test_amounts_are_written_as_the_bank_writes_them(amounts: Amounts, amount: str, told: Any) -> None:
    assert written({"amount": amount, "currency": "HKD"}, amounts)["amount"] == told


def test_a_currency_without_minor_units_has_none() -> None:
    assert written({"amount": "100", "currency": "JPY"}, "minor")["amount"] == 100


def test_minor_units_are_read_back() -> None:
    ((apply, _),) = chain("minor")
    assert apply(10, None) == "0.1"
    assert apply("12345", None) == "123.45"


def test_what_is_absent_takes_what_holds_it_with_it() -> None:
    facts = {"amount": "0.10", "currency": "HKD", "creditor.identification": None}
    assert made(BODY, facts) == {"sum": {"value": "0.10", "ccy": "HKD"}}


def test_an_object_that_is_given_empty_stays() -> None:
    assert made({"options": {}, "instruction": "{instruction}"}, {"instruction": {}}) == {
        "options": {},
        "instruction": {},
    }


@pytest.mark.parametrize(
    ("member", "names"),
    [
        ("amount", ("amount", "sum", "value")),
        ("currency", ("currency", "sum", "ccy")),
        ("creditor", ("creditor", "payTo", "id")),
        ("reference", ("reference",)),
    ],
)
def test_a_member_goes_by_the_banks_names_for_it(member: str, names: tuple[str, ...]) -> None:
    assert names_of(member, BODY) == names
    assert names_of(member, None) == (member,)


def test_the_name_of_a_member_may_be_the_kind_of_its_value() -> None:
    template = {"payTo": {"{creditor.scheme}": "{creditor.identification}"}, "sum": "{amount}"}
    facts = {"creditor.scheme": "msisdn", "creditor.identification": "+852-61234567", "amount": "0.10"}
    assert made(template, facts) == {"payTo": {"msisdn": "+852-61234567"}, "sum": "0.10"}
    absent = {**facts, "creditor.scheme": None, "creditor.identification": None}
    assert made(template, absent) == {"sum": "0.10"}


def test_days_are_written_as_the_bank_writes_them() -> None:
    told = dated({"execution_date": "2026-12-28", "reference": "2026-12-28"}, "%Y%m%d", ("execution_date",))
    assert told == {"execution_date": "20261228", "reference": "2026-12-28"}
    assert dated({"execution_date": "soon"}, "%Y%m%d", ("execution_date",)) == {"execution_date": "soon"}
    assert dated({}, "%d/%m/%Y", ("execution_date",)) == {}
