# ruff: noqa: E501
"""No document of a bank makes the adapter fail, lose a digit or name a wrong place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.adapter import RowMapping
from conformance.document import parse, resolve
from tests.mapped import mapping

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


@settings(max_examples=150)
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


@settings(max_examples=150)
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


@settings(max_examples=150)
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
