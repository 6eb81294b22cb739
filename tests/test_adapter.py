# ruff: noqa: E501, RUF001
"""From a bank's own shape to canonical rows, each value with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance import yamlfile
from conformance.adapter import Row, RowMapping, Rows
from conformance.document import parse, resolve
from conformance.errors import ConfigurationError
from conformance.model import Language, Resource

settings.register_profile("adapter", database=None, deadline=None, max_examples=150)
settings.load_profile("adapter")

FX = {
    "data": [
        {
            "Brand": [
                {
                    "BrandName": "Harbour",
                    "ExchangeRateType": [
                        {
                            "ExchangeRateTypeName": "Banknotes",
                            "ExchangeRate": [
                                {"CurrencyCode": "USD", "BankBuyRate": "7.7510"},
                                {"CurrencyCode": "JPY", "BankBuyRate": "0.049100"},
                            ],
                        },
                        {
                            "ExchangeRateTypeName": "TT",
                            "ExchangeRate": [{"CurrencyCode": "USD", "BankBuyRate": "7.78"}],
                        },
                    ],
                }
            ]
        }
    ]
}
"""A walk of three steps."""


def mapping(text: str) -> RowMapping:
    """A mapping written in YAML, as in a target file."""
    parts = yamlfile.parse(text, "bank.yaml").value
    return RowMapping.parse(parts["rows"], parts.get("fields"), parts.get("language"))


def values(rows: Rows) -> list[Mapping[str, Any]]:
    return [row.value for row in rows]


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


@pytest.mark.parametrize(
    ("document", "expected", "actual", "at"),
    [
        ([{"language": "en"}], 'an object with "products"', "a list of 1", ""),
        ({"prodcuts": []}, 'an object with "products"', '"prodcuts" in its place', ""),
        ({}, 'an object with "products"', "an empty object", ""),
        ({"products": None}, "a list", "null", "/products"),
        ({"products": {"a": {"name": 1}}}, "a list", 'an object with "a"', "/products"),
        ({"products": "none"}, "a list", '"none"', "/products"),
        ({"products": ["x"]}, "an object", '"x"', "/products/0"),
        (
            {"products": [{"name": "x", "rate": "high"}]},
            "a percentage, for rate",
            '"high"',
            "/products/0/rate",
        ),
        (
            {"products": [{"title": "x"}]},
            "at least one of name, rate",
            'an object with "title"',
            "/products/0",
        ),
        (None, 'an object with "products"', "null", ""),
        (7, 'an object with "products"', "7", ""),
    ],
)
def test_what_cannot_be_read_is_a_finding_with_its_place(
    document: Any, expected: str, actual: str, at: str
) -> None:
    rows = mapping("rows: ['$.products[*]']\nfields: {name: $.name, rate: {from: $.rate, as: percent}}").read(
        document
    )
    (problem,) = rows.problems
    assert (problem.expected, problem.actual, problem.at) == (expected, actual, at)


def test_an_empty_list_is_no_problem() -> None:
    assert mapping("rows: ['$.products[*]']\nfields: {name: $.name}").read({"products": []}) == Rows(())


def test_an_inner_list_may_be_missing_or_null() -> None:
    read = mapping("rows: ['$.brands[*]', '$.cards[*]']\nfields: {name: $.name}")
    assert read.read({"brands": [{}, {"cards": None}, {"cards": []}, {"cards": {}}]}) == Rows(())
    assert [p.at for p in read.read({"brands": [{"cards": {"name": "x"}}]}).problems] == ["/brands/0/cards"]


def test_a_member_that_is_nearly_the_one_asked_for_is_a_slip() -> None:
    read = mapping("""
      rows: ["$.data.transaction[*]"]
      fields: {indicator: $.creditDebitIndicator, id: $.id, min: $.TierValueMinimum, line1: $.addressLine1,
               updated: {from: [$.lastUpdateDate, $.lastUpdateDateTime]}}
    """).read(
        {
            "data": {
                "transaction": [
                    {"creditDebitIndictor": "Debit", "id": "1", "TierValueMaximum": "1", "addressLine2": "x",
                     "lastUpdateDatetime": "x"},
                ]
            }
        }
    )  # fmt: skip
    assert [(s.expected, s.actual, s.at) for s in read.slips] == [
        (
            "a member named creditDebitIndicator",
            '"creditDebitIndictor"',
            "/data/transaction/0/creditDebitIndictor",
        ),
        (
            "a member named lastUpdateDateTime",
            '"lastUpdateDatetime"',
            "/data/transaction/0/lastUpdateDatetime",
        ),
    ]
    assert read.problems == ()


def test_a_bank_that_breaks_every_row_is_told_so_often_enough() -> None:
    rows = mapping("rows: ['$.data[*]']\nfields: {rate: {from: $.rate, as: decimal}, id: $.id}").read(
        {"data": [{"rate": "x", "id": i} for i in range(5000)]}
    )
    assert len(rows) == 5000
    assert len(rows.problems) == 101
    assert rows.problems[-1].actual == "more than 100 that are not"


def test_a_path_that_yaml_cannot_read_without_quotes_is_refused_with_the_remedy() -> None:
    with pytest.raises(ConfigurationError, match=r"JSONPaths .* in quotes"):
        mapping("rows: [$.data[*].Brand[*], $.ExchangeRateType[*]]")
    assert (
        len(
            mapping("rows:\n  - $.data[*].Brand[*]\n  - $.ExchangeRateType[*]\n  - $.ExchangeRate[*]").read(
                FX
            )
        )
        == 3
    )


def test_every_mistake_in_a_mapping_is_named_with_its_key_and_a_remedy() -> None:
    with pytest.raises(ConfigurationError) as refused:
        RowMapping.parse(
            ["$.a[*]"],
            {
                "Buy": "$.x",
                "sell": "HKD",
                "unit": {"from": "b"},
                "base": {"frm": "$"},
                "rate": {"from": "$.x", "as": "decmal"},
                "name": {"from": "$.x", "upp": 1},
                "tiers": {"rows": ["$.x[*]"], "fields": {"min": {"from": "$.a", "up": 3}}},
                "kind": {"key": "x"},
                "fees": [{"from": "$.x["}],
                "note": 7,
                "empty": {"from": []},
            },
            {"column": "$.x", "values": {"fr": "x"}},
            at="functions.other.fx-rate",
        )
    said = "\n".join(refused.value.problems)
    for text in (
        "functions.other.fx-rate.fields.Buy: a canonical name",
        "fields.sell: 'HKD' is no JSONPath; write {constant: HKD}",
        "fields.unit.from: 'b' is no JSONPath; it begins with $",
        "fields.base: frm says nothing by itself; did you mean from?",
        "fields.rate.as: unknown transform 'decmal'; did you mean decimal?",
        "fields.name.upp: unknown beside from; did you mean up?",
        "fields.tiers.fields.min.up: expected a whole number from 0 to 2",
        "fields.kind.key: write {key: true}",
        "fields.fees.0.from: $.x[: unexpected end",
        "fields.note: expected a JSONPath or a mapping",
        "fields.empty.from: expected a JSONPath or a list",
        "language.values.fr: unknown language; there are en, tc and sc",
    ):
        assert text in said
    for rows in ([], "", None, 7, [7], ["a.b"], ["$.a | $.b"]):
        with pytest.raises(ConfigurationError, match="rows"):
            RowMapping.parse(rows)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["N/A", "HKD 1,800", "3.5%", "USD/HKD", "en-US", "2024/05/02 09:30:00", "9:00 - 17:00"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["data", "Brand", "rates", "name", "rate", "lang", "unit", "x"]), inner, max_size=5),
    max_leaves=30,
)  # fmt: skip

GREEDY = mapping("""
  rows: ["$.data[*]", "$..Brand"]
  fields:
    name: {from: [$.name, $.data.name], as: [strip, na, text]}
    whole: $
    rate: {from: $.rate, as: [na, decimal, {per: $.unit}, {add: 1}]}
    amount: {from: $.rate, as: amount}
    currencies: {from: $.name, as: [csv, currency]}
    pair: {from: $.name, as: {split: {by: "/", take: 1}}}
    cut: {from: $.name, as: {slice: [1, 3]}}
    flag: {from: $.x, as: boolean}
    count: {from: $.x, as: integer}
    day: {from: $.x, as: {date: "%Y/%m/%d %H:%M:%S"}}
    at: {from: $.x, as: {strptime: "%Y/%m/%d %H:%M:%S"}}
    instant: {from: $.x, as: {instant: Asia/Hong_Kong}}
    hours: [{from: $.x, as: {hours: daily}}, {from: $.name, as: hours}, {from: $.x}]
    tenor: {from: $.x, as: tenor}
    phone: {from: $.x, as: phone}
    url: {from: $.x, as: url}
    kind: {key: true, up: 1, as: text}
    deep: {from: "$..x"}
    filtered: {from: "$.rates[?@.rate > 1].name", first: true}
    tiers: {rows: ["$.rates[*]"], fields: {rate: {from: $.rate, as: percent}, name: {up: 1, from: $.name}}}
    inner: {fields: {one: $.x, two: {rows: ["$.data.*"], fields: {x: $.x}}}}
""")
COLUMN = RowMapping.parse("$.data[*]", {"name": "$.name"}, {"column": "$.lang", "values": {"en": "en-US"}})


def test_a_string_that_looks_like_json_is_a_string() -> None:
    read = mapping("rows: ['$.data[*]']\nfields: {name: $.name, inner: {from: '$.name[*].x'}}")
    for text in ('[{"x": 1}]', "[", '{"data": [{"name": "x"}]}'):
        (row,) = read.read({"data": [{"name": text}]})
        assert row.value == {"name": text}
        assert len(read.read(text).problems) == 1


@given(JSON)
@example("[")
@example({"data": ["[", {"name": "[{}]", "rates": "[1]", "x": "{}"}]})
def test_no_document_raises_and_every_place_resolves(document: Any) -> None:
    for read in (GREEDY, COLUMN, RowMapping.canonical(), RowMapping.canonical("$..*")):
        rows = read.read(document)
        for row in rows:
            resolve(document, row.pointer)
            for canonical, source in row.places.items():
                resolve(row.value, canonical)
                found = resolve(document, source)
                if canonical in row.verbatim:
                    assert resolve(row.value, canonical) == found
            for name in row.value:
                resolve(document, row.place(name))
                for item in row.items(name):
                    resolve(document, item.pointer)
                    assert all(_resolves(document, item.place(inner)) for inner in item.value)
        for finding in (*rows.problems, *rows.slips):
            resolve(document, finding.at)


def _resolves(document: Any, place: str) -> bool:
    resolve(document, place)
    return True


@given(
    st.recursive(
        st.text() | st.integers() | st.booleans(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_every_member_of_a_canonical_row_is_where_its_place_says(row: Any) -> None:
    document = {"data": [{"row": row}]}
    (read,) = RowMapping.canonical().read(document)
    for path in _paths(row, "/row"):
        assert resolve(document, read.place(path)) == read.get(path)


def _paths(value: Any, at: str) -> Iterator[str]:
    yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, f"{at}/{index}")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_numbers_pass_through_without_a_digit_lost(number: Decimal) -> None:
    body = b'{"data": [{"n": %s, "s": %s}]}' % (
        str(number).encode(),
        json.dumps(format(number, ",f")).encode(),
    )
    read = RowMapping.parse("$.data[*]", {k: {"from": f"$.{k}", "as": "decimal"} for k in "ns"})
    (row,) = read.read(parse(body).value)
    for name in "ns":
        assert row.decimal(name) == number
        assert str(row.decimal(name)).lstrip("-") == format(abs(number), "f")
