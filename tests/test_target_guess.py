"""A first bank file from the bank's own API description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.target import load_target
from conformance.target_draft import draft
from conformance.target_guess import words

TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def listed(row: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": row}}


def described(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "A", "version": "1"}, "paths": paths, **more}


def get(schema: dict[str, Any], *parameters: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": "rows", "content": {"application/json": {"schema": schema}}}
    return {"get": {"parameters": list(parameters), "responses": {"200": answer}}}


def query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", **schema}}


def drafted(folder: Path, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The functions of a file that is drafted from a description and read as any bank file is."""
    monkeypatch.setenv("BANK_KEY", "k-1")
    monkeypatch.setenv("BANK_ID", "id-1")
    monkeypatch.setenv("BANK_SECRET", "s-1")
    (folder / "api.json").write_text(json.dumps(document))
    file = folder / "bank.yaml"
    file.write_text(draft("https://bank.example", folder / "api.json", "", file), encoding="utf-8")
    target = load_target(file)
    return {"authentication": target.authentication, "language": target.language, **target.functions}


RATES = listed({"ccy": TEXT, "bankBuyRate": NUMBER, "BankSellRate": TEXT, "base_currency": TEXT})


def test_rows_and_fields_are_found_under_the_names_that_banks_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped = {"type": "object", "properties": {"meta": {"type": "object"}, "rates": RATES}}
    rate = drafted(tmp_path, described({"/fx/rates": get(wrapped)}), monkeypatch)["other.fx-rate"]
    assert rate.rows == ["$.rates[*]"]
    assert rate.fields == {
        "currency": "$.ccy",
        "base": "$.base_currency",
        "buy": {"from": "$.bankBuyRate", "as": "decimal"},
        "sell": {"from": "$.BankSellRate", "as": "decimal"},
    }


def test_lists_that_wrap_lists_become_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atms = listed({"ATMName": TEXT, "Latitude": TEXT, "Longitude": TEXT, "Address": TEXT})
    brands = listed({"BrandName": TEXT, "ATM": atms})
    document = described(
        {"/atms": get({"type": "object", "properties": {"data": listed({"Brand": brands})}})}
    )
    atm = drafted(tmp_path, document, monkeypatch)["other.atm"]
    assert atm.rows == ["$.data[*]", "$.Brand[*]", "$.ATM[*]"]
    assert atm.fields["name"] == "$.ATMName"
    assert atm.fields["latitude"] == {"from": "$.Latitude", "as": "decimal"}


def test_credentials_language_and_pages_are_read_from_the_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged = {"type": "object", "properties": {"items": RATES, "page": {"properties": {"next": TEXT}}}}
    parameters = (query("lang", enum=["en", "zh-HK", "zh-CN"]), query("cursor"), query("limit"))
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    document = described({"/exchange-rates": get(paged, *parameters)}, components=schemes)
    read = drafted(tmp_path, document, monkeypatch)
    assert read["authentication"].header == "X-Key"
    assert read["language"].query == "lang"
    assert read["language"].values == {"en": "en", "tc": "zh-HK", "sc": "zh-CN"}
    paging = read["other.fx-rate"].paging
    assert (paging.kind, paging.parameter, paging.next, paging.size_parameter) == (
        "cursor", "cursor", "$.page.next", "limit",
    )  # fmt: skip


def test_a_server_s_path_that_the_base_url_lacks_stands_before_the_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = described({"/fx": get(RATES)}, servers=[{"url": "https://bank.example/open/v1"}])
    assert drafted(tmp_path, document, monkeypatch)["other.fx-rate"].request.path == "/open/v1/fx"


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"$ref": "#/components/schemas/Loop"},
        {"$ref": "other.yaml#/Rates"},
        {"type": "array", "items": {"type": "string"}},
        listed({"nothing": TEXT, "known": NUMBER, 'quo"ted\nname': TEXT}),
    ],
)
def test_a_description_that_tells_little_still_gives_a_file_that_can_be_read(
    schema: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = {"Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}], "properties": {"a": TEXT}}}
    paths = {"/fx": get(schema), "/atms": get(listed({"name": TEXT}))}
    read = drafted(tmp_path, described(paths, components={"schemas": loop}), monkeypatch)
    assert "other.fx-rate" not in read
    assert read["other.atm"].fields["name"] == "$.name"


@pytest.mark.parametrize("name", ["BankBuyRate", "bank_buy_rate", "bank-buy-rate", "bankBuyRate"])
def test_a_name_is_the_same_words_in_every_style(name: str) -> None:
    assert words(name) == "bank buy rate"


def test_pages_by_rows_and_totals_are_read_from_parameters_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paging = {"type": "object", "properties": {"totalCount": {"type": "integer"}}}
    answer = {"type": "object", "properties": {"paging": paging, "rates": RATES}}
    document = described({"/fx": get(answer, query("offset"), query("limit"))})
    rate = drafted(tmp_path, document, monkeypatch)["other.fx-rate"]
    told = rate.paging.model_dump()
    assert (told["kind"], told["parameter"], told["size_parameter"]) == ("offset", "offset", "limit")
    assert told["total"] == "$.paging.totalCount"


def test_a_language_in_the_path_is_a_placeholder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"name": "lang", "in": "path", "required": True, "schema": {**TEXT, "enum": ["en", "tc", "sc"]}}
    found = drafted(tmp_path, described({"/{lang}/fx.json": get(RATES, place)}), monkeypatch)
    assert found["other.fx-rate"].request.path == "/{lang}/fx.json"
    assert found["language"].placeholder == "lang"


def test_languages_side_by_side_become_one_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"type": "object", "properties": {"lat": NUMBER, "lng": NUMBER}}
    row = {
        "branchNo": TEXT,
        "nameEN": TEXT,
        "nameTC": TEXT,
        "nameSC": TEXT,
        "addressEN": TEXT,
        "addressTC": TEXT,
    }
    document = described({"/branches": get(listed({**row, "addressSC": TEXT, "place": place}))})
    branch = drafted(tmp_path, document, monkeypatch)["other.branch"]
    assert branch.language.values == {"en": "EN", "tc": "TC", "sc": "SC"}
    assert branch.fields["name"] == "$.name{lang}"
    assert branch.fields["address"] == "$.address{lang}"
    assert branch.fields["latitude"] == {"from": "$.place.lat", "as": "decimal"}


def test_pages_that_begin_at_nought_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = {"type": "integer", "minimum": 0}
    pages = [query("page", **number), query("size", type="integer", maximum=50)]
    rate = drafted(tmp_path, described({"/fx": get(RATES, *pages)}), monkeypatch)["other.fx-rate"]
    assert (rate.paging.first, rate.paging.size_parameter, rate.paging.largest) == (0, "size", 50)


def test_one_list_of_all_products_is_asked_for_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = listed({"code": {"type": "integer"}, "title": TEXT, "currency": TEXT})
    asked = [query("productType", enum=["TimeDeposit", "Mortgage"]), query("v", enum=["3"])]
    asked[1]["required"] = True
    found = drafted(tmp_path, described({"/products": get(products, *asked)}), monkeypatch)
    deposit, loan = found["deposits.time-deposit-product"], found["loans.mortgage-product"]
    assert deposit.request.query == {"v": "3", "productType": "TimeDeposit"}
    assert loan.request.query == {"v": "3", "productType": "Mortgage"}
    assert deposit.fields["id"] == {"from": "$.code", "as": "text"}


def test_a_map_a_pair_of_keys_and_what_is_said_once_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = {"type": "object", "properties": {"bid": NUMBER, "ask": NUMBER}}
    board = {"base": TEXT, "rates": {"type": "object", "additionalProperties": rate}}
    keys = {name: {"type": "apiKey", "in": "header", "name": name} for name in ("X-Id", "X-Secret")}
    document = described(
        {"/fx": get({"type": "object", "properties": board})},
        components={"securitySchemes": keys},
        security=[{"X-Id": [], "X-Secret": []}],
    )
    found = drafted(tmp_path, document, monkeypatch)
    assert found["authentication"].kind == "header-pair"
    assert found["other.fx-rate"].rows == ["$.rates.*"]
    assert found["other.fx-rate"].fields == {
        "currency": {"key": True, "up": 0},
        "base": {"up": 1, "from": "$.base"},
        "buy": {"from": "$.bid", "as": "decimal"},
        "sell": {"from": "$.ask", "as": "decimal"},
    }


def test_attributes_points_and_objects_of_languages_are_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"type": "object", "properties": {"en": TEXT, "zhHant": TEXT, "zhHans": TEXT}}
    inner = {"type": "object", "properties": {"district": TEXT}}
    point = {"type": "object", "properties": {"coordinates": {"type": "array", "items": NUMBER}}}
    places = listed({"id": TEXT, "name": told, "attributes": inner, "geometry": point})
    branch = drafted(tmp_path, described({"/branches": get(places)}), monkeypatch)["other.branch"]
    assert branch.language.values == {"en": "en", "tc": "zhHant", "sc": "zhHans"}
    assert branch.fields["name"] == "$.name.{lang}"
    assert branch.fields["district"] == "$.attributes.district"
    assert branch.fields["latitude"] == {"from": "$.geometry.coordinates[1]", "as": "decimal"}
