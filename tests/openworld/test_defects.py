"""Defects of other makes of bank, each told once, in words that lead to it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from tests.openworld.banks import Small, blamed, found, judged

PRODUCTS = [
    ("HKD Savings Account", "港元儲蓄戶口", "0.125"),
    ("USD Savings Account", "美元儲蓄戶口", "0.5"),
]
NESTED = {
    "request": {"path": "/savings"},
    "rows": ["$.data[*].Brand[*]", "$.Savings[*]"],
    "fields": {
        "name": "$.Name",
        "kind": {"constant": "savings"},
        "currencies": {"constant": ["HKD"]},
        "tiers": [{"fields": {"rate": "$.Rate"}}],
    },
}


def _brand(rows: list[dict[str, Any]], name: str = "Savings") -> dict[str, Any]:
    return {"Brand": [{"BrandName": "Harbour", name: rows}]}


def _rows(chinese: bool = False) -> list[dict[str, Any]]:
    return [{"Name": tc if chinese else en, "Rate": rate} for en, tc, rate in PRODUCTS]


def _savings(document: Any) -> dict[str, list[str]]:
    app = Small({"/savings": lambda _: document})
    results = judged(app, {"deposits.savings-account-product": NESTED}, only=lambda c: "AVL" in c.requirement)
    return blamed(results)


def test_the_nested_shape_is_right() -> None:
    assert not _savings({"data": [_brand(_rows())]})
    assert not _savings({"data": [{"Brand": []}]})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"data": _brand(_rows())}, "a list"),
        ({"data": None}, "a list"),
        ({"data": [{"Brnad": []}]}, '"Brnad"'),
        ({"data": [_brand(_rows(), "Savigns")]}, '"Savigns"'),
    ],
)
def test_an_envelope_that_hides_every_row_is_a_nonconformity(document: Any, said: str) -> None:
    told = _savings(document)
    assert list(told) == ["availability.rows_found fail", "availability.list_not_empty inconclusive"]
    assert said in told["availability.rows_found fail"][0]


def test_other_numbers_in_chinese_are_found_where_no_row_has_an_id() -> None:
    def savings(request: Request) -> Any:
        chinese = "zh" in request.headers.get("Accept-Language", "")
        rows = _rows(chinese)
        if chinese:
            rows[0]["Rate"] = "9.5"
        return {"data": [_brand(rows[::-1] if chinese else rows)]}

    language = {"header": "Accept-Language", "values": {"en": "en-HK", "tc": "zh-HK"}}
    app = Small({"/savings": savings})
    results = judged(app, {"deposits.savings-account-product": NESTED}, language=language)
    told = found(results)["language.languages_have_the_same_numbers"]
    assert [said.split(" at ")[0] for said in told] == ["the same value in en and tc; 0.125 and 9.5"]


def test_a_required_name_of_spaces_is_missing() -> None:
    rows = _rows()
    rows[1]["Name"] = "   "
    app = Small({"/savings": lambda _: {"data": [_brand(rows)]}})
    told = found(judged(app, {"deposits.savings-account-product": NESTED}))
    assert [said for said in told["product.required_fields"] if said.endswith("/Savings/1/Name")]


RATES = [{"currency": "USD", "base": "HKD", "buy": "7.7820", "sell": "7.8310"}]


def test_a_body_that_is_not_in_its_coding_is_found_once() -> None:
    def lies(_: Request) -> Response:
        body = json.dumps({"data": RATES}).encode()
        return Response(body, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    results = judged(Small({"/fx-rates": lies}), {"other.fx-rate": "offered"})
    assert [n for n in blamed(results) if n.endswith("fail")] == ["availability.can_be_parsed fail"]


def test_a_body_in_its_coding_is_read() -> None:
    def packed(_: Request) -> Response:
        body = gzip.compress(json.dumps({"data": RATES}).encode())
        return Response(body, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    assert not blamed(judged(Small({"/fx-rates": packed}), {"other.fx-rate": "offered"}))


@pytest.mark.parametrize(
    "body",
    [
        '<l7:policyResult status="Assertion Falsified" xmlns:l7="http://www.layer7tech.com/ws/policy"/>',
        '<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><s:Fault/></s:Body></s:Envelope>',
    ],
)
def test_an_error_in_xml_under_200_is_no_success(body: str) -> None:
    app = Small({"/fx-rates": lambda _: Response(body, content_type="text/xml")})
    told = blamed(judged(app, {"other.fx-rate": "offered"}))
    assert "an error in XML" in told["http.no_page_as_success fail"][0]


def test_data_in_xml_is_observed() -> None:
    app = Small({"/fx-rates": lambda _: Response("<rates/>", content_type="application/xml")})
    results = judged(app, {"other.fx-rate": "offered"})
    assert "http.media_type" in found(results)
    assert not [name for name in blamed(results) if name.endswith("fail")]


KEY = {"kind": "header-key", "header": "X-Key", "value": "env:OPENWORLD_KEY"}


def test_an_error_under_200_at_another_spelling_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENWORLD_KEY", "k-0123456789abcdef")

    def bank(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        if request.path != "/fx-rates":
            answer = Response('{"message": "not found"}', content_type="application/json")
        elif request.headers.get("X-Key") != "k-0123456789abcdef":
            answer = Response("", 401)
        else:
            answer = Response(json.dumps({"data": RATES}), content_type="application/json")
        return answer(environ, start_response)

    results = judged(bank, {"other.fx-rate": "offered"}, authentication=KEY)
    assert not [name for name in found(results) if name.startswith("path.")]


def test_a_page_of_maintenance_is_not_called_data_without_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENWORLD_KEY", "k-0123456789abcdef")
    page = Response("<html><body>Closed</body></html>", content_type="text/html")
    results = judged(Small({"/fx-rates": lambda _: page}), {"other.fx-rate": "offered"}, authentication=KEY)
    assert [n for n in blamed(results) if n.endswith("fail")] == ["http.no_page_as_success fail"]


@pytest.mark.parametrize(
    ("price", "name"), [("-7.78", "fx.prices_not_negative"), ("0", "fx.prices_are_positive")]
)
def test_a_rate_below_zero_is_told_from_one_of_zero(price: str, name: str) -> None:
    rows = [{**RATES[0], "buy": price}]
    told = found(judged(Small({"/fx-rates": lambda _: {"data": rows}}), {"other.fx-rate": "offered"}))
    assert {check for check in told if "price" in check} == {name}


LINKED = {
    "request": {"path": "/fx"},
    "rows": ["$.rates[*]"],
    "fields": {"currency": "$.currency", "base": "$.base", "buy": "$.buy", "sell": "$.sell"},
    "paging": {"kind": "links", "next": "$.next"},
}


@pytest.mark.parametrize(("last", "ends"), [(None, True), ("/fx?page=1", False), ("/fx?page=2", False)])
def test_links_that_lead_back_are_found(last: str | None, ends: bool) -> None:
    pages = [
        {"rates": RATES, "next": "/fx?page=2"},
        {"rates": [{**RATES[0], "currency": "EUR", "buy": "8.90", "sell": "9.04"}], "next": last},
    ]
    app = Small({"/fx": lambda request: pages[request.args.get("page", 1, type=int) - 1]})
    results = judged(app, {"other.fx-rate": LINKED}, only=lambda c: c.check.startswith("paging."))
    assert ("paging.pages_do_not_repeat" in found(results)) is not ends
    assert [name for name in blamed(results) if not name.endswith("fail")] == []


def test_a_bank_without_rows_by_identifier_is_not_asked_for_unknown_ones() -> None:
    cards = [{"id": "C1", "name": "Harbour Card", "type": "classic"}]
    app = Small({"/products/credit-cards": lambda _: {"data": cards}})
    results = judged(app, {"loans.credit-card-product": "offered"})
    assert not blamed(results)
