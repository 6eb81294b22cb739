"""The description and the resources of Phase III are true of the bank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from conformance.bank.accounts import holdings
from conformance.bank.accounts.data import DIGITS
from conformance.bank.accounts.functions import ALTERATIONS, PERMISSIONS, RETRIEVALS
from conformance.bank.accounts.service import AccountService
from tests.bank_authorization.world import World, world

PHASE3 = Path(__file__).parents[2] / "profiles" / "phase3"
PROFILE = yaml.safe_load((PHASE3 / "profile.yaml").read_text(encoding="utf-8"))
RESOURCES = yaml.safe_load((PHASE3 / "resources.yaml").read_text(encoding="utf-8"))["resources"]
API = yaml.safe_load((PHASE3 / "openapi.yaml").read_text(encoding="utf-8"))
REGISTRY: Registry[Any] = Registry().with_resource("urn:api", Resource.from_contents(API, DRAFT202012))
FUNCTIONS = {function["id"]: function for function in PROFILE["functions"]}
OPERATIONS = [(path, method) for path, operations in API["paths"].items() for method in operations]


def judged(response: TestResponse, path: str, method: str) -> None:
    """Validate status, headers and body against openapi.yaml."""
    found = API["paths"][path][method]["responses"][str(response.status_code)]
    name = found["$ref"].rpartition("/")[2]
    described = API["components"]["responses"][name]
    for header, reference in described.get("headers", {}).items():
        rule = API["components"]["headers"][reference["$ref"].rpartition("/")[2]]
        Draft202012Validator(rule["schema"]).validate(response.headers.get(header))
    if "content" not in described:
        assert response.data == b""
        return
    assert response.content_type == "application/json"
    schema = {"$ref": f"urn:api#/components/responses/{name}/content/application~1json/schema"}
    checker = FormatChecker()
    Draft202012Validator(schema, registry=REGISTRY, format_checker=checker).validate(response.get_json())


class Caller:
    """Calls any operation of the description with the right token and ids of customer one."""

    def __init__(self, permissions: list[str] | None = None) -> None:
        self.world = world()
        self.consent = self.world.one.consent(permissions)
        self.token = self.world.one.tokens(consent_id=self.consent)["access_token"]

    def place(self, path: str, unknown: bool = False) -> str:
        bank = self.world.bank
        ids = {"account_id": self.world.customer_accounts(0)[0], "consent_id": self.consent}
        for kind in ("card", "loan", "registration", "action"):
            ids[f"{kind}_id"] = holdings.identifier(bank, "customer-1", kind)
        ids["policy_id"] = holdings.identifier(bank, "customer-1", "life-policy")
        return re.sub(r"{(\w+)}", lambda found: "0" * 32 if unknown else ids[found[1]], path)

    def call(
        self, path: str, method: str, *, unknown: bool = False, query: str = "", **options: Any
    ) -> TestResponse:
        operation = API["paths"][path][method]
        scope = operation["security"][0]["oauth"][0]
        token = self.world.one.machine_token() if scope == "consents" else self.token
        if "requestBody" in operation and "json" not in options:
            shown = operation["requestBody"]["content"]["application/json"]["example"]
            ends = datetime.fromtimestamp(self.world.bank.now() + 30 * 86400, UTC).isoformat()
            options["json"] = {**shown, "expires_at": ends} if "expires_at" in shown else shown
        return self.world.one.call(
            self.place(path, unknown) + query, options.pop("token", token), method.upper(), **options
        )


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_operation_answers_as_described(caller: Caller, path: str, method: str) -> None:
    if method == "delete":
        fresh = Caller()
        judged(fresh.call(path, method), path, method)
        return
    answered = caller.call(path, method)
    assert answered.status_code < 300, answered.text
    judged(answered, path, method)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_operation_refuses_as_described(caller: Caller, path: str, method: str) -> None:
    refused = {
        401: caller.call(path, method, token=None),
        406: caller.call(path, method, headers={"Accept": "text/csv"}),
    }
    if "{" in path:
        refused[404] = caller.call(path, method, unknown=True)
    paged = {"$ref": "#/components/parameters/Page"} in API["paths"][path][method]["parameters"]
    bad = [caller.call(path, method, query="?colour=red")]
    bad += [caller.call(path, method, query="?page=0")] if paged else []
    bad += [caller.call(path, method, json={})] if "requestBody" in API["paths"][path][method] else []
    for status, answered in [*refused.items(), *((400, each) for each in bad)]:
        assert answered.status_code == status
        judged(answered, path, method)


def test_without_its_permission_no_customer_operation_opens() -> None:
    poor = Caller(["WriteHolding"])
    for path, method in OPERATIONS:
        operation = API["paths"][path][method]
        if "permission" in operation["description"] and "WriteHolding" not in operation["description"]:
            answered = poor.call(path, method)
            assert answered.status_code == 403, path
            judged(answered, path, method)


def test_the_description_names_the_paths_that_the_bank_serves() -> None:
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", route.rule), method.lower())
        for route in AccountService().routes()
        for method in route.methods
    }
    assert served == set(OPERATIONS)


def test_the_schemas_of_the_description_are_those_of_the_resources() -> None:
    for name, resource in RESOURCES.items():
        title = "".join(part.capitalize() for part in name.split("_"))
        described = {k: v for k, v in API["components"]["schemas"][title].items() if k != "example"}
        assert described == resource["schema"], name


def test_the_table_of_functions_is_that_of_the_profile() -> None:
    for entry in (*RETRIEVALS, *ALTERATIONS):
        function = FUNCTIONS[entry.id]
        assert re.sub(r"<(\w+)>", r"{\1}", entry.path) == function["path"]
        assert entry.permission == function["permission"]
        assert function.get("writes", False) == (entry in ALTERATIONS)
    named = {function["permission"] for function in PROFILE["functions"] if "permission" in function}
    assert named == set(PERMISSIONS)
    assert {function["resource"] for function in PROFILE["functions"]} == set(RESOURCES)


def rows(w: World, path: str, token: str) -> Iterator[dict[str, Any]]:
    following: str | None = path
    while following:
        answered = w.one.call(following, token).get_json()
        yield from answered["data"]
        following = answered["links"].get("next")


@pytest.mark.parametrize("seed", range(3))
def test_balances_run_and_amounts_fit_their_currency(seed: int) -> None:
    w = world()
    w.bank.seed = seed
    token = w.one.tokens()["access_token"]
    longest = 0
    for account_id in w.customer_accounts(0):
        found = list(rows(w, f"/accounts/{account_id}/transactions?page_size=33", token))
        longest = max(longest, len(found))
        for newer, older in pairwise(found):
            sign = 1 if newer["credit_debit"] == "credit" else -1
            assert Decimal(newer["balance"]) == Decimal(older["balance"]) + sign * Decimal(newer["amount"])
            assert newer["booked_at"] >= older["booked_at"]
        for row in found:
            assert len(row["amount"].partition(".")[2]) == DIGITS[row["currency"]]
        balances = list(rows(w, f"/accounts/{account_id}/balances", token))
        assert {row["amount"] for row in balances} == {found[0]["balance"]}
    assert longest >= 120


def test_pages_stay_whole_while_transactions_are_booked() -> None:
    w = world(lambda policy: policy.evolve("accounts.books_between_pages", True))
    token = w.one.tokens()["access_token"]
    path = f"/accounts/{w.customer_accounts(0)[0]}/transactions?page_size=20"
    first = [row["id"] for row in rows(w, path, token)]
    assert len(first) == len(set(first)) == 150
    again = [row["id"] for row in rows(w, path, token)]
    assert len(again) > 150


def test_edits_of_the_policy_reach_account_rows() -> None:
    def change(row: dict[str, Any], _: str) -> dict[str, Any]:
        return {**row, "currency": "XXX"}

    w = world(
        lambda policy: policy.edit_rows("accounts.status", change).edit_list("accounts.*", lambda r, _: r[:1])
    )
    answered = w.one.call("/accounts", w.one.tokens()["access_token"]).get_json()
    assert [row["currency"] for row in answered["data"]] == ["XXX"]
    assert answered["meta"]["total"] == 1


def test_a_deregistered_registration_is_gone() -> None:
    caller = Caller()
    one, token = caller.world.one, caller.token
    made = one.call("/ebpp/registrations", token, "POST", json={"merchant": "CLP"}).get_json()["data"]["id"]
    path = f"/ebpp/registrations/{made}/deregistration"
    assert one.call(path, token, "POST").status_code == 201
    assert one.call(path, token, "POST").status_code == 404
