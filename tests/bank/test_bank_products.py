"""The product data of the reference bank: as described, whole in every language and page, and sensible."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import Client

from conformance.bank.app import Bank
from conformance.bank.products.catalogue import FUNCTIONS, FX, LANGUAGES, source
from tests.bank.description import (
    API,
    PROFILE,
    RESOURCE_OF,
    RESOURCES,
    TAGS,
    content,
    described,
    pages,
    rows,
    valid,
)

HAN = re.compile(r"[\u4e00-\u9fff]")
LISTS = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.id)


@pytest.fixture
def client() -> Client:
    return Client(Bank())


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value that is no object or array, with its dotted path without array places."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    else:
        yield path, value


def test_functions_and_paths_are_those_of_the_profile() -> None:
    assert [(function.id, function.path) for function in FUNCTIONS] == [
        (function["id"], function["path"]) for function in PROFILE["functions"]
    ]
    assert {path.removesuffix("/{id}") for path in API["paths"]} == {function.path for function in FUNCTIONS}


def test_the_description_has_the_schemas_of_the_resources() -> None:
    def described_for_all(schema: Any) -> Any:
        """Write out the format decimal, which only this project knows."""
        if isinstance(schema, list):
            return [described_for_all(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        named = {name: described_for_all(each) for name, each in schema.items()}
        if named.get("format") == "decimal":
            del named["format"]
            named["pattern"] = r"^-?[0-9]+(\.[0-9]+)?$"
        return named

    for name, resource in RESOURCES.items():
        camel = "".join(part.capitalize() for part in name.split("_"))
        assert API["components"]["schemas"][camel] == described_for_all(resource["schema"])


def test_resource_paths_lead_to_fields_of_the_schema() -> None:
    for resource in RESOURCES.values():
        Draft202012Validator.check_schema(resource["schema"])
        for path in (
            *resource["text"],
            *resource["recommended"],
            *(name for key in resource["key"] for name in key),
        ):
            schema = resource["schema"]
            for name in path.split("."):
                schema = schema.get("items", schema)["properties"][name]
                assert schema["description"]


def test_every_example_of_the_description_is_valid() -> None:
    for name, response in API["components"]["responses"].items():
        if "content" in response:
            valid(name, response["content"]["application/json"]["example"])
    for header in API["components"]["headers"].values():
        Draft202012Validator(header["schema"]).validate(header["example"])


@LISTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language_is_as_described(client: Client, function: Any, language: str) -> None:
    for size in (1, 2, 7, 100):
        seen: list[str] = []
        for response in pages(client, function.path, TAGS[language], size):
            described(response, function.path)
            assert response.headers["Content-Language"] == TAGS[language]
            assert len(content(response)["data"]) <= size
            seen += [json.dumps(row, sort_keys=True) for row in content(response)["data"]]
            total = content(response)["meta"]["total"]
        assert len(seen) == len(set(seen)) == total >= 3
    schema = RESOURCES[RESOURCE_OF[function.id]]["schema"]
    for row in rows(client, function.path, TAGS[language]):
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(row)


@LISTS
def test_rows_by_id_equal_rows_of_the_list(client: Client, function: Any) -> None:
    if function is FX:
        pytest.skip("rates have no id")
    for row in rows(client, function.path):
        response = client.get(f"{function.path}/{row['id']}")
        described(response, f"{function.path}/{{id}}")
        assert response.json == {"data": row}
    described(client.get(f"{function.path}/no-such-row"), f"{function.path}/{{id}}")


@LISTS
def test_languages_share_everything_but_their_texts(client: Client, function: Any) -> None:
    texts = set(RESOURCES[RESOURCE_OF[function.id]]["text"])
    versions = {language: rows(client, function.path, TAGS[language]) for language in LANGUAGES}
    facts = {
        language: [[leaf for leaf in leaves(row) if leaf[0] not in texts] for row in found]
        for language, found in versions.items()
    }
    assert facts["en"] == facts["tc"] == facts["sc"]
    for english, traditional, simplified in zip(*versions.values(), strict=True):
        assert traditional["name"] != english["name"]
        assert HAN.search(traditional["name"])
        assert json.dumps(traditional) != json.dumps(simplified)
        for path, text in leaves(english):
            assert not (isinstance(text, str) and HAN.search(text)), path


@LISTS
def test_every_recommended_field_is_offered_somewhere(client: Client, function: Any) -> None:
    offered = {path for row in rows(client, function.path) for path, _ in leaves(row)}
    for path in RESOURCES[RESOURCE_OF[function.id]]["recommended"]:
        if path != "eligibility.min_income":
            assert any(each == path or each.startswith(f"{path}.") for each in offered), path


@pytest.mark.parametrize("seed", range(20))
def test_data_make_sense_whatever_the_seed(seed: int) -> None:
    client = Client(Bank(seed=seed))
    today = datetime.now().astimezone().date()
    for function in FUNCTIONS:
        found = rows(client, function.path)
        keys = [row.get("id") or (row["currency"], row["rate_type"]) for row in found]
        assert len(keys) == len(set(keys)) >= 3
        for row in found:
            if "last_updated" in row:
                assert datetime.fromisoformat(row["last_updated"]) < datetime.now().astimezone()
            if "effective_from" in row:
                assert date.fromisoformat(row["effective_from"]) < today
            if "effective_to" in row:
                assert date.fromisoformat(row["effective_to"]) > today
            for path, value in leaves(row):
                assert value not in (None, "", "N/A"), path
                if path.endswith("_url"):
                    assert value.startswith("https://bank.example/")
            if "min_amount" in row and "max_amount" in row:
                assert Decimal(row["min_amount"]["amount"]) < Decimal(row["max_amount"]["amount"])
            if "rate" in row and row["rate_type"] != "fixed":
                assert Decimal(row["rate"]) <= Decimal(row["apr"])
            assert_tiers_follow(row.get("tiers", []))


def assert_tiers_follow(tiers: list[dict[str, str]]) -> None:
    ends: dict[tuple[str, str], str | None] = {}
    for tier in tiers:
        place = (tier["currency"], tier.get("tenor", ""))
        assert place not in ends or tier["min"] == ends[place]
        assert "max" not in tier or Decimal(tier["min"]) < Decimal(tier["max"])
        assert 0 <= Decimal(tier["rate"]) <= 100
        ends[place] = tier.get("max")
    assert set(ends.values()) <= {None}


@pytest.mark.parametrize("seed", range(20))
def test_rates_are_fresh_and_the_bank_never_loses(seed: int) -> None:
    now = datetime.now().astimezone()
    found = rows(Client(Bank(seed=seed, clock=now.timestamp)), "/fx-rates")
    assert len({row["currency"] for row in found}) >= 12
    assert {"CNY", "USD", "JPY"} <= {row["currency"] for row in found}
    assert {row["unit"] for row in found if row["currency"] == "JPY"} == {"100"}
    spreads: dict[tuple[str, str], Decimal] = {}
    for row in found:
        spreads[row["currency"], row["rate_type"]] = Decimal(row["sell"]) - Decimal(row["buy"])
        age = now - datetime.fromisoformat(row["last_updated"])
        assert 0 <= age.total_seconds() < 900
    assert min(spreads.values()) > 0
    for (currency, kind), spread in spreads.items():
        assert kind == "note" or spread <= spreads.get((currency, "note"), spread)


def test_rates_are_set_anew_as_time_passes() -> None:
    now = [1_767_236_400.0]
    client = Client(Bank(clock=lambda: now[0]))
    before = rows(client, "/fx-rates")[0]["last_updated"]
    now[0] += 599
    assert rows(client, "/fx-rates")[0]["last_updated"] == before == "2026-01-01T10:58:00+08:00"
    now[0] += 1
    assert rows(client, "/fx-rates")[0]["last_updated"] == "2026-01-01T11:08:00+08:00"


def test_places_are_in_hong_kong_and_fill_several_pages(client: Client) -> None:
    for path, kind in (("/branches", "branch"), ("/atms", "atm")):
        found = rows(client, path)
        assert len(found) >= 25
        for row in found:
            assert row["kind"] == kind
            assert 22.13 < float(row["latitude"]) < 22.60
            assert 113.80 < float(row["longitude"]) < 114.50
            assert re.fullmatch(r"\+852 \d{4} \d{4}", row["phone"])
            for hours in row["opening_hours"]:
                assert hours.get("closed") or hours["open"] < hours["close"]


def test_the_data_files_hold_three_languages_for_every_text() -> None:
    def check(value: Any) -> None:
        if isinstance(value, dict):
            if set(value) & set(LANGUAGES):
                assert set(value) == set(LANGUAGES)
                assert all(value.values())
                assert HAN.search(value["tc"])
                assert HAN.search(value["sc"])
            for each in value.values():
                check(each)
        elif isinstance(value, list):
            for each in value:
                check(each)

    for file in {function.file for function in FUNCTIONS}:
        check(source(file))
