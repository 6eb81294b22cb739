"""How the reference bank answers: languages, filters, refusals, conditional requests and headers."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from conformance.bank.app import Bank
from conformance.bank.policy import Policy
from tests.bank.description import content, described


@pytest.fixture
def client() -> Client:
    return Client(Bank())


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("fr", "en"),
        ("zh", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("ZH-tw", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("en-HK", "en"),
        ("fr, zh-CN;q=0.8, en;q=0.5", "zh-Hans"),
        ("en;q=0.2, zh-HK;q=0.9", "zh-Hant"),
        ("zh-HK;q=0, en", "en"),
        ("*;q=1, zh-HK;q=0.5", "en"),
        ("zh_CN", "zh-Hans"),
        (";;;,q=zh", "en"),
    ],
)
def test_the_language_is_the_one_that_the_client_prefers(client: Client, header: str, language: str) -> None:
    response = client.get("/branches", headers={"Accept-Language": header})
    assert response.headers["Content-Language"] == language
    assert response.headers["Vary"] == "Accept-Language"


def test_filters_find_their_rows(client: Client) -> None:
    tongue = {"Accept-Language": "zh-HK"}
    assert [row["id"] for row in content(client.get("/branches?id=branch-central"))["data"]] == [
        "branch-central"
    ]
    assert [row["id"] for row in content(client.get("/branches?name=CENTRAL"))["data"]] == ["branch-central"]
    assert content(client.get("/branches?name=中環", headers=tongue))["meta"]["total"] == 1
    assert {row["currency"] for row in content(client.get("/fx-rates?currency=JPY"))["data"]} == {"JPY"}
    nothing = client.get("/fx-rates?currency=XXX")
    assert nothing.json == {"data": [], "meta": {"total": 0, "page": 1, "page_size": 50}, "links": {}}


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=",
        "page=1.0",
        "page=10001",
        "page=%EF%BC%91",
        "page_size=0",
        "page_size=101",
        "page=1&page=1",
        "id=",
        "id=%00",
        "name=",
        f"name={'x' * 101}",
        "currency=HKD",
        "unknown=1",
        "=1",
    ],
)
def test_a_wrong_query_is_refused(client: Client, query: str) -> None:
    response = client.get(f"/branches?{query}")
    assert response.status_code == 400
    described(response, "/branches")
    assert content(response)["error"]["code"] == "bad_request"


def test_a_page_after_the_last_is_empty(client: Client) -> None:
    response = client.get("/branches?page=10000")
    described(response, "/branches")
    assert response.json == {"data": [], "meta": {"total": 30, "page": 10000, "page_size": 50}, "links": {}}


def test_an_answer_that_the_client_holds_is_not_sent_again(client: Client) -> None:
    tag = client.get("/atms").headers["ETag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        response = client.get("/atms", headers={"If-None-Match": known})
        assert response.status_code == 304
        assert response.headers["ETag"] == tag
        described(response, "/atms")
    assert client.get("/atms", headers={"If-None-Match": '"other"'}).status_code == 200
    other = client.get("/atms", headers={"If-None-Match": tag, "Accept-Language": "zh-HK"})
    assert other.status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_with_the_right_ones(client: Client, method: str) -> None:
    response = client.open("/branches", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    described(response, "/branches")


def test_head_is_get_without_a_body_and_options_names_the_methods(client: Client) -> None:
    get, head = client.get("/branches"), client.head("/branches")
    assert head.data == b""
    for name in ("Content-Length", "ETag", "Content-Type", "Content-Language", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    options = client.options("/branches")
    assert (options.status_code, options.data) == (204, b"")
    assert options.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/", "/branch", "/branches/", "//branches", "/branches/a/b", "/BRANCHES"])
def test_an_unknown_path_is_refused(client: Client, path: str) -> None:
    response = client.open(path)
    assert response.status_code == 404
    assert content(response)["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.1", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/xml", 406),
        ("application/json;q=0", 406),
    ],
)
def test_accept_is_obeyed(client: Client, accept: str, status: int) -> None:
    response = client.get("/branches", headers={"Accept": accept})
    assert response.status_code == status
    described(response, "/branches")


@pytest.mark.parametrize("path", ["/branches", "/nowhere", "/branches?page=0"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    first, second = client.get(path), client.get(path)
    assert first.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert not {"Server", "X-Powered-By", "Set-Cookie", "Access-Control-Allow-Origin"} & set(
        first.headers.keys()
    )


def test_a_registering_bank_serves_registered_clients_only() -> None:
    client = Client(Bank(Policy().evolve("products.access", "header-pair")))
    right = {"ClientID": "reference-tsp", "ClientSecret": "reference-tsp-secret"}
    for path in ("/branches", "/branches/branch-central"):
        assert client.get(path, headers=right).status_code == 200
        for wrong in ({}, {"ClientSecret": ""}, {"ClientSecret": "reference-tsp"}, {"ClientID": "other"}):
            response = client.get(path, headers={**right, **wrong} if wrong else {})
            assert response.status_code == 401
            described(response, path.replace("branch-central", "{id}"))


def test_a_fault_of_the_bank_is_a_500_that_tells_nothing() -> None:
    def broken(_: dict[str, Any], __: str) -> dict[str, Any]:
        raise RuntimeError("the inner truth")

    response = Client(Bank(Policy().edit_rows("other.atm", broken))).get("/atms")
    assert response.status_code == 500
    assert response.json == {"error": {"code": "internal_error", "message": "The bank has a fault."}}
