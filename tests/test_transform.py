# ruff: noqa: E501, RUF001
"""Values as banks write them, each read in one way or not at all."""

from __future__ import annotations

import contextlib
import time
from decimal import Decimal
from typing import Any

import pytest

from conformance.errors import ConfigurationError
from conformance.transform import ABSENT, Unreadable, chain


def read(described: Any, value: Any, node: Any = None) -> Any:
    """The value after the transforms, none of which is given a list here."""
    for apply, _ in chain(described):
        value = apply(value, node)
    return value


@pytest.mark.parametrize(
    ("described", "written", "value"),
    [
        ("decimal", "1,800", "1800"),
        ("decimal", "HKD 1,800", "1800"),
        ("decimal", "HK$150,000", "150000"),
        ("decimal", "HK$150,000.50", "150000.50"),
        ("decimal", "港幣150,000元", "150000"),
        ("decimal", "150,000港元", "150000"),
        ("decimal", "15萬元", "150000"),
        ("decimal", "1.5万", "15000"),
        ("decimal", "3.5%", "3.5"),
        ("decimal", "3.5% p.a.", "3.5"),
        ("decimal", "年利率 3.5%", "3.5"),
        ("decimal", "0.8750", "0.8750"),
        ("decimal", "-2.25", "-2.25"),
        ("decimal", "-0", "0"),
        ("decimal", "007.5", "7.5"),
        ("decimal", 7, "7"),
        ("decimal", Decimal("7.10"), "7.10"),
        ("decimal", Decimal("1E+3"), "1000"),
        ("absolute", "-12.50", "12.50"),
        ("absolute", "12.50", "12.50"),
        ("direction", "-0.01", "debit"),
        ("direction", 0, "credit"),
        ("percent", "35.70%", "35.70"),
        ("percent", Decimal("3.5"), "3.5"),
        ("integer", "18", 18),
        ("integer", "18.0", 18),
        ("integer", Decimal("18.0"), 18),
        ("amount", "HKD 150,000 p.a.", {"amount": "150000", "currency": "HKD"}),
        ("amount", "US$1,000", {"amount": "1000", "currency": "USD"}),
        ("amount", "人民幣 1,000 元", {"amount": "1000", "currency": "CNY"}),
        ("amount", {"amount": 50000, "currency": "HKD"}, {"amount": "50000", "currency": "HKD"}),
        ({"amount": "HKD"}, "1,800", {"amount": "1800", "currency": "HKD"}),
        ({"amount": {"currency": "HKD"}}, 1800, {"amount": "1800", "currency": "HKD"}),
        ({"amount": "HKD"}, "USD 5", {"amount": "5", "currency": "USD"}),
        ("currency", "HKD", "HKD"),
        ("currency", "CNH", "CNH"),
        ("currency", "XQX", "XQX"),
        ("currency", "港元", "HKD"),
        ("currency", "離岸人民幣", "CNH"),
        ("currency", "in US$ only", "USD"),
        ({"add": 1}, "499999", "500000"),
        ({"times": 100}, Decimal("0.0315"), "3.1500"),
        ({"times": 0.01}, "312.5", "3.125"),
        ({"times": "-1"}, "2", "-2"),
        ("time", "0900", "09:00"),
        ({"hours": "mon"}, "0900-1730", [{"days": ["mon"], "open": "09:00", "close": "17:30"}]),
        ({"split": {"by": "/", "take": 1}}, "USD/HKD", "HKD"),
        ({"split": {"by": "/", "take": -1}}, "USD/HKD", "HKD"),
        ("csv", "HKD, USD,CNH, ", ["HKD", "USD", "CNH"]),
        ({"slice": [3, 6]}, "USDHKD", "HKD"),
        ({"pick": {"ACTIVE": "active"}}, " Active ", "active"),
        ({"pick": {"1": "mon", "*": "other"}}, 1, "mon"),
        ({"pick": {"1": "mon", "*": "other"}}, "9", "other"),
        ({"pick": {"true": "open"}}, True, "open"),
        ("strip", " Online ", "Online"),
        ("list", "x", ["x"]),
        ("text", " a<br> ", " a<br> "),
        ("text", 17, "17"),
        ("text", Decimal("1.50"), "1.50"),
        ("boolean", "Y", True),
        ("boolean", "no", False),
        ("boolean", " true ", True),
        ("boolean", 0, False),
        ("boolean", True, True),
        ("phone", "(852) 2160 8888", "+852 2160 8888"),
        ("phone", "28868868", "+852 2886 8868"),
        ("phone", 28868868, "+852 2886 8868"),
        ("phone", "+44 20 7946 0000", "+442079460000"),
        ("url", " https://bank.example/a?b=c ", "https://bank.example/a?b=c"),
        ({"strptime": "%Y/%m/%d %H:%M:%S"}, "2024/05/02 09:30:00", "2024-05-02T09:30:00+08:00"),
        ({"strptime": "%Y%m%d%H%M%S"}, 20240502093000, "2024-05-02T09:30:00+08:00"),
        ({"strptime": {"format": "%Y%m%d", "zone": "UTC"}}, "20240502", "2024-05-02T00:00:00+00:00"),
        ({"strptime": {"format": "%d/%m/%Y %H:%M", "zone": "-05:30"}}, "02/05/2024 09:30", "2024-05-02T09:30:00-05:30"),
        ("instant", "2024-05-02T09:30:00Z", "2024-05-02T09:30:00Z"),
        ({"instant": "Asia/Hong_Kong"}, "2024-05-02 09:30:00", "2024-05-02T09:30:00+08:00"),
        ({"instant": "Asia/Hong_Kong"}, "2024-05-02T09:30:00Z", "2024-05-02T09:30:00Z"),
        ("date", "2024-05-02", "2024-05-02"),
        ({"date": "%Y年%m月%d日"}, "2024年05月02日", "2024-05-02"),
        ("time", "9:00 AM", "09:00"),
        ("time", "12:15 a.m.", "00:15"),
        ("time", "12pm", "12:00"),
        ("time", "17:30:00", "17:30"),
        ("time", "24:00", "24:00"),
        ("days", "Mon-Fri", ["mon", "tue", "wed", "thu", "fri"]),
        ("days", "Sat to Mon", ["sat", "sun", "mon"]),
        ("days", "Sunday & public holidays", ["sun", "public_holiday"]),
        ("days", "星期一至五", ["mon", "tue", "wed", "thu", "fri"]),
        ("days", "週六、日", ["sat", "sun"]),
        ({"hours": "mon-fri"}, "9:00 - 17:00",
         [{"days": ["mon", "tue", "wed", "thu", "fri"], "open": "09:00", "close": "17:00"}]),
        ("hours", "Mon 09:00-17:00; Sat 9am–1pm; Sun closed.",
         [{"days": ["mon"], "open": "09:00", "close": "17:00"}, {"days": ["sat"], "open": "09:00", "close": "13:00"},
          {"days": ["sun"], "closed": True}]),
        ("hours", "24 hours", [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                                "open": "00:00", "close": "24:00"}]),
        ("hours", "星期六：09:00至13:00", [{"days": ["sat"], "open": "09:00", "close": "13:00"}]),
        ("tenor", "3M", "P3M"),
        ("tenor", "3 months", "P3M"),
        ("tenor", "12個月", "P12M"),
        ("tenor", "一個月期", "P1M"),
        ("tenor", "1-year", "P1Y"),
        ("tenor", "7 days", "P7D"),
        ("tenor", "2星期", "P2W"),
        ("tenor", "P1Y6M", "P1Y6M"),
        ("na", "N/A", ABSENT),
        ("na", " - ", ABSENT),
        ("na", "", ABSENT),
        ("na", "HKD", "HKD"),
        ({"na": ["none"]}, "None", ABSENT),
        ({"na": ["none"]}, "N/A", "N/A"),
        (["strip", {"split": {"by": "/", "take": 0}}, "currency"], " USD/HKD ", "USD"),
    ],
)  # fmt: skip
def test_is_read(described: Any, written: Any, value: Any) -> None:
    assert read(described, written) == value


@pytest.mark.parametrize(
    ("described", "written"),
    [
        ("decimal", "１２３"),
        ("decimal", "٣"),
        ("decimal", "1,80"),
        ("decimal", "1,8000"),
        ("decimal", "HKD 10,000 - 50,000"),
        ("decimal", "from 3.5%"),
        ("decimal", "3.5厘"),
        ("decimal", "$100"),
        ("decimal", "1e3"),
        ("decimal", "N/A"),
        ("decimal", ""),
        ("decimal", True),
        ("decimal", {"amount": 1}),
        ("decimal", Decimal("1E+999999")),
        ("decimal", 10**300),
        ("percent", "HKD 3"),
        ("integer", "1.5"),
        ("amount", "1,800"),
        ("amount", "HKD 5 USD"),
        ("amount", {"amount": "5"}),
        ("amount", "$5"),
        ("currency", "HKD or USD"),
        ("currency", "$"),
        ("currency", 344),
        ({"split": {"by": "/", "take": 1}}, "USDHKD"),
        ({"slice": [3, 6]}, "USDH"),
        ({"pick": {"A": "a"}}, "B"),
        ({"pick": {"A": "a"}}, None),
        ("boolean", "ture"),
        ("boolean", 2),
        ("boolean", ""),
        ("boolean", []),
        ("text", {"a": 1}),
        ("text", True),
        ("phone", "2222 222"),
        ("phone", "call us"),
        ("phone", "２８８６８８６８"),
        ("url", "www.bank.example"),
        ("url", "ftp://bank.example/"),
        ("url", "https://"),
        ("url", "https://[bank"),
        ({"strptime": "%Y%m%d"}, "２０２４０５０２"),
        ({"strptime": "%Y%m%d"}, "20240231"),
        ({"strptime": "%Y%m%d"}, None),
        ("instant", "2024-05-02T09:30:00"),
        ("instant", "2024-02-30T09:30:00Z"),
        ("date", "20240502"),
        ("date", "2024-02-30"),
        ("time", "9"),
        ("time", "13:00 PM"),
        ("time", "25:00"),
        ("time", "９:００"),
        ("days", "someday"),
        ("days", "weekdays-sun"),
        ("hours", "9:00 - 17:00"),
        ("hours", "by appointment"),
        ("tenor", "soon"),
        ("tenor", "3 fortnights"),
        ("tenor", "P"),
        ("tenor", 3),
    ],
)
def test_what_has_no_one_reading_is_not_read(described: Any, written: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        read(described, written)
    assert refused.value.expected


def test_minor_units_are_those_of_the_currency() -> None:
    assert read("minor", 780025) == "7800.25"
    assert read("minor", 780025, {"currency": "HKD"}) == "7800.25"
    assert read("minor", 780025, {"CurrencyCode": "JPY"}) == "780025"
    assert read("minor", 780025, {"ccy": "KWD"}) == "780.025"
    assert read("minor", 780025, {"currency": "?"}) == "7800.25"
    assert read({"minor": "$.paid.in"}, 780025, {"paid": {"in": "JPY"}, "currency": "HKD"}) == "780025"
    assert read({"minor": "JPY"}, 780025, {"currency": "HKD"}) == "780025"
    with pytest.raises(ConfigurationError):
        chain({"minor": "yen"})


def test_a_rate_per_hundred_is_divided_exactly() -> None:
    assert read({"per": "$.unit"}, Decimal("4.98"), {"unit": 100}) == "0.0498"
    assert read({"per": "$.unit"}, "5.1200", {"unit": "100"}) == "0.0512"
    assert read({"per": "$.unit"}, "5.12", {}) == "5.12"
    for unit in (0, -1, 3, "x", "", True):
        with pytest.raises(Unreadable):
            read({"per": "$.unit"}, Decimal("1"), {"unit": unit})


def test_the_direction_beside_an_amount_gives_it_its_sign() -> None:
    assert read({"signed": "$.side"}, "5.12", {"side": "DBIT"}) == "-5.12"
    assert read({"signed": "$.side"}, "-5.12", {"side": "Debit"}) == "-5.12"
    assert read({"signed": "$.side"}, "5.12", {"side": "CRDT"}) == "5.12"
    assert read({"signed": "$.side"}, "5.12", {}) == "5.12"
    with pytest.raises(Unreadable, match="a direction"):
        read({"signed": "$.side"}, "5.12", {"side": "out"})


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ("decmal", "did you mean decimal"),
        ("zzz", "there are absolute, add, amount"),
        ({"decimal": 1}, "write only decimal"),
        ("slice", "needs a setting"),
        ({"slice": [3, 1]}, "first character"),
        ({"strptime": "%Q"}, "%Q"),
        ({"strptime": "%Y %Y"}, "comes twice"),
        ({"strptime": "today"}, "fields such as %Y"),
        ({"strptime": {"format": "%Y", "zone": "Mars/Base"}}, "unknown time zone"),
        ({"strptime": {"form": "%Y"}}, "unknown setting 'form'"),
        ({"amount": "$"}, "no currency code"),
        ({"per": "unit"}, "begins with"),
        ({"add": "x"}, "no number"),
        ({"times": "x"}, "basis points"),
        ({"pick": []}, "what each value means"),
        ({"hours": "someday"}, "no days"),
        ({"split": ""}, "split"),
        ({"a": 1, "b": 2}, "one name with its setting"),
        (7, "no transform"),
    ],
)
def test_a_transform_that_cannot_be_is_refused_with_a_remedy(described: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        chain(described)


@pytest.mark.parametrize(
    "text",
    [
        "1" + " " * 100_000 + "x",
        " " * 1000,
        "9:00 " + "," * 990,
        "1" * 100_000,
        "," * 100_000,
        "mon-" * 240,
        "HKD " * 240,
    ],
    ids=range(7),
)
def test_no_text_takes_long_to_refuse(text: str) -> None:
    for name in ("decimal", "percent", "amount", "currency", "integer", "hours", "days", "time", "tenor", "phone",
                 "url", "boolean", "instant", "date", {"strptime": "%Y/%m/%d"}, {"hours": "mon"}):  # fmt: skip
        started = time.thread_time()
        with contextlib.suppress(Unreadable):
            read(name, text)
        assert time.thread_time() - started < 0.25, name
