# ruff: noqa: E501, RUF001
"""From a bank's own shape to canonical rows, each value with its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from conformance.adapter import Row, RowMapping, Rows
from conformance.model import Language, Resource
from tests.mapped import FX, mapping, values


def test_earlier_nodes_of_the_walk_stay_in_reach() -> None:
    read = mapping("""
      rows: ["$.data[*].Brand[*]", "$.ExchangeRateType[*]", "$.ExchangeRate[*]"]
      fields: {currency: $.CurrencyCode, base: {constant: HKD}, buy: {from: $.BankBuyRate, as: decimal},
               rate_type: {up: 1, from: $.ExchangeRateTypeName}, brand: {up: 2, from: $.BrandName},
               first_brand: {up: 3, from: "$.data[0].Brand[0].BrandName"}}
    """).read(FX)
    assert values(read) == [
        {"currency": c, "base": "HKD", "buy": b, "rate_type": t, "brand": "Harbour", "first_brand": "Harbour"}
        for c, b, t in (
            ("USD", "7.7510", "Banknotes"),
            ("JPY", "0.049100", "Banknotes"),
            ("USD", "7.78", "TT"),
        )
    ]
    assert (read.problems, read.slips) == ((), ())
    last = read.rows[-1]
    base = "/data/0/Brand/0/ExchangeRateType/1"
    assert last.pointer == f"{base}/ExchangeRate/0"
    assert last.place("buy") == f"{base}/ExchangeRate/0/BankBuyRate"
    assert last.place("rate_type") == f"{base}/ExchangeRateTypeName"
    assert last.place("brand") == "/data/0/Brand/0/BrandName"
    assert last.place("base") == last.pointer
    assert last.place("nothing.here") == last.pointer


def test_canonical_rows_are_themselves() -> None:
    document = {"data": [{"id": "a", "tiers": [{"min": "0", "rate": "0.10"}, {"rate": 1}], "note": None}]}
    rows = RowMapping.canonical().read(document)
    (row,) = rows
    assert row.value == document["data"][0]
    assert row.place("tiers.1.rate") == "/data/0/tiers/1/rate"
    assert row.place("tiers.7.rate") == "/data/0/tiers"
    first, second = row.items("tiers")
    assert first.decimal("rate") == Decimal("0.10")
    assert second.place("rate") == "/data/0/tiers/1/rate"
    assert second.place("/rate") == "/data/0/tiers/1/rate"
    assert row.has("note")
    assert not row.has("brand")
    assert len(rows) == 1
    assert Rows.joined([rows, rows]).rows == (row, row)


def test_typed_values_are_exact_or_none() -> None:
    row = Row(
        {
            "rate": "0.100", "number": 7, "float": Decimal("1.10"), "wide": "１２", "flag": True,
            "at": "2024-05-02T09:30:00.1234567+08:00", "zoneless": "2024-05-02T09:30:00", "on": "2024-02-29",
            "off": "2023-02-29", "names": ["a"],
        }
    )  # fmt: skip
    assert str(row.decimal("rate")) == "0.100"
    assert row.decimal("number") == 7
    assert row.decimal("float") == Decimal("1.10")
    assert row.decimal("wide") is None
    assert row.decimal("flag") is None
    assert row.decimal("none") is None
    at = row.instant("at")
    assert at is not None
    assert at.astimezone(UTC) == datetime(2024, 5, 2, 1, 30, 0, 123456, tzinfo=UTC)
    assert row.instant("zoneless") is None
    assert row.day("on") == date(2024, 2, 29)
    assert row.day("off") is None
    assert row.text("rate") == "0.100"
    assert row.text("number") is None
    assert row.values("names") == ("a",)
    assert row.values("rate") == ()


def test_a_row_is_known_by_the_first_key_that_it_fills() -> None:
    resource = Resource("deposit_product", {}, key=(("id",), ("brand", "name")))
    assert Row({"id": "1", "brand": "B", "name": "N"}).key(resource) == ("1",)
    assert Row({"id": "", "brand": "B", "name": "N"}).key(resource) == ("B", "N")
    assert Row({"brand": ["B"], "name": {"en": "N"}}).key(resource) == (("B",), (("en", "N"),))
    assert Row({"brand": "B"}).key(resource) is None


def test_nested_lists_objects_and_joined_lists_keep_their_places() -> None:
    document = {
        "products": [
            {
                "Name": "Saver",
                "Terms": {"Age": "18"},
                "Tiers": [{"Low": "0", "Rate": "0.1%"}, {"Low": "500,000", "Rate": "0.2%"}],
                "Mon": "9:00 - 17:00",
                "Sat": "9:00 - 13:00",
                "FeeHKD": "1,800",
                "FeeRMB": "N/A",
                "Extra": [{"Fee": "a"}],
            }
        ]
    }
    rows = mapping("""
      rows: ["$.products[*]"]
      fields:
        name: $.Name
        eligibility: {fields: {min_age: {from: $.Terms.Age, as: integer}}}
        tiers:
          rows: ["$.Tiers[*]"]
          fields: {min: {from: $.Low, as: decimal}, rate: {from: $.Rate, as: percent}, product: {up: 1, from: $.Name}}
        opening_hours: [{from: $.Mon, as: {hours: mon-fri}}, {from: $.Sat, as: {hours: sat}}]
        fees:
          - {fields: {name: {constant: Annual fee}, amount: {from: $.FeeHKD, as: [na, decimal]}}}
          - {fields: {name: {constant: Annual fee}, amount: {from: $.FeeRMB, as: [na, decimal]}}}
          - {rows: ["$.Extra[*]"], fields: {name: $.Fee}}
    """).read(document)
    assert rows.problems == ()
    (row,) = rows
    assert row.value == {
        "name": "Saver",
        "eligibility": {"min_age": 18},
        "tiers": [
            {"min": "0", "rate": "0.1", "product": "Saver"},
            {"min": "500000", "rate": "0.2", "product": "Saver"},
        ],
        "opening_hours": [
            {"days": ["mon", "tue", "wed", "thu", "fri"], "open": "09:00", "close": "17:00"},
            {"days": ["sat"], "open": "09:00", "close": "13:00"},
        ],
        "fees": [{"name": "Annual fee", "amount": "1800"}, {"name": "a"}],
    }
    assert row.place("eligibility.min_age") == "/products/0/Terms/Age"
    assert row.place("tiers.1.rate") == "/products/0/Tiers/1/Rate"
    assert row.place("tiers.1") == "/products/0/Tiers/1"
    assert row.place("opening_hours.1.open") == "/products/0/Sat"
    assert row.place("fees.0.amount") == "/products/0/FeeHKD"
    assert row.place("fees.1.name") == "/products/0/Extra/0/Fee"
    tier = row.items("tiers")[1]
    assert tier.pointer == "/products/0/Tiers/1"
    assert tier.place("min") == "/products/0/Tiers/1/Low"
    assert tier.place("product") == "/products/0/Name"
    assert row.items("fees")[1].place("name") == "/products/0/Extra/0/Fee"
    assert row.items("opening_hours")[0].place("close") == "/products/0/Mon"


def test_lists_are_transformed_element_by_element() -> None:
    document = [
        {"codes": "HKD, 美元, dollars", "channels": [" Online ", None, "ATM"], "a": [{"b": 1}, {"b": 2}]}
    ]
    rows = mapping("""
      rows: ["$[*]"]
      fields:
        currencies: {from: $.codes, as: [csv, currency]}
        channels: {from: $.channels, as: strip}
        all: "$.a[*].b"
        one: {from: "$.a[*].b", first: true}
        scheme: {from: "$.channels[2]", as: list}
    """).read(document)
    assert values(rows) == [
        {
            "currencies": ["HKD", "USD"],
            "channels": ["Online", "ATM"],
            "all": [1, 2],
            "one": 1,
            "scheme": ["ATM"],
        }
    ]
    (problem,) = rows.problems
    assert (problem.expected, problem.actual, problem.at) == (
        "a currency, for currencies",
        '"dollars"',
        "/0/codes",
    )
    row = rows.rows[0]
    assert row.place("channels.1") == "/0/channels/2"
    assert row.place("currencies.1") == "/0/codes"
    assert row.place("all.1") == "/0/a/1/b"


def test_the_first_path_that_has_a_value_counts_and_a_default_comes_last() -> None:
    read = mapping("""
      rows: ["$.data[*]"]
      fields:
        name: {from: [$.title, "$['summary-title']"], as: na}
        unit: {from: $.unit, default: "1"}
    """).read(
        {"data": [{"title": "N/A", "summary-title": "S"}, {"title": "T", "unit": "100"}, {"title": None}]}
    )
    assert values(read) == [{"name": "S", "unit": "1"}, {"name": "T", "unit": "100"}, {"unit": "1"}]
    assert read.rows[0].place("name") == "/data/0/summary-title"


def test_the_name_of_a_member_is_a_value_too() -> None:
    read = mapping("""
      rows: ["$.groups[*]", "$.accounts[*].*"]
      fields:
        kind: {key: true, as: {pick: {savingsAccountSummary: savings, checkingAccountSummary: current}}}
        group: {up: 1, from: $.group}
        id: $.accountId
    """).read(
        {
            "groups": [
                {
                    "group": "G",
                    "accounts": [
                        {"savingsAccountSummary": {"accountId": "1"}},
                        {"xSummary": {"accountId": "2"}},
                    ],
                }
            ]
        }
    )
    assert values(read) == [{"kind": "savings", "group": "G", "id": "1"}, {"group": "G", "id": "2"}]
    assert [(p.actual, p.at) for p in read.problems] == [('"xSummary"', "/groups/0/accounts/1/xSummary")]


def test_rows_of_several_languages_are_told_apart_by_their_column() -> None:
    read = mapping("""
      rows: ["$.products[*]", "$.rates[*]"]
      fields: {name: {up: 1, from: $.name}, rate: $.rate}
      language: {column: $.language, values: {en: en_US, tc: [zh_TW, zh_HK], sc: zh_CN}}
    """)
    document = {
        "products": [
            {"language": "en_US", "name": "Deposit", "rates": [{"rate": "1"}, {"rate": "2"}]},
            {"language": "zh_HK", "name": "存款", "rates": [{"rate": "1"}]},
            {"language": "EN", "name": "?", "rates": [{"rate": "1"}]},
            {"name": "?", "rates": [{"rate": "1"}]},
        ]
    }
    assert [row.value["rate"] for row in read.read(document, Language.ENGLISH)] == ["1", "2"]
    assert [row.value["name"] for row in read.read(document, Language.TRADITIONAL)] == ["存款"]
    assert len(read.read(document, Language.SIMPLIFIED)) == 0
    assert [row.language for row in read.read(document)] == ["en", "en", "tc"]
    found = read.read(document, Language.ENGLISH).problems
    assert [(p.actual, p.at) for p in found] == [
        ('"EN"', "/products/2/language"),
        ("none", "/products/3/rates/0"),
    ]


def test_a_language_asked_for_by_header_is_that_of_every_row() -> None:
    (row,) = RowMapping.canonical().read({"data": [{}]}, Language.SIMPLIFIED)
    assert row.language is Language.SIMPLIFIED


def test_rows_may_be_values_that_are_members_of_one_object() -> None:
    told = {"id": "a1", "ledger": "12.50", "available": "-3", "note": None}
    read = mapping("""
      rows: ["$.data", "$['ledger', 'available', 'note']"]
      fields: {type: {key: true}, amount: {from: $, as: absolute}, account_id: {up: 1, from: $.id},
               credit_debit: {from: $, as: direction}}
    """).read({"data": told})
    assert [(r["type"], r["amount"], r["credit_debit"], r["account_id"]) for r in values(read)] == [
        ("ledger", "12.50", "credit", "a1"),
        ("available", "3", "debit", "a1"),
    ]
    assert read.rows[1].place("amount") == "/data/available"
    assert not read.problems
