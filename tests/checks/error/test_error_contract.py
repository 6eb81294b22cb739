"""The checks of errors take every honest error, and know what gives something away."""

from __future__ import annotations

import time

import pytest
from werkzeug.wrappers import Request, Response

from conformance.checks.error.trace import traces
from tests.checks.other_bank import gated, judge, rates, serving

HONEST = [
    ("", ""),
    (
        '{"httpCode":"404","httpMessage":"Not Found","moreInformation":"No resources match requested URI"}',
        "json",
    ),
    ('{"Code":"404 NotFound","Message":"Not found","Errors":[{"ErrorCode":"X","Path":"/data/0"}]}', "json"),
    ('{"type":"invalid","code":"invalidRequest","details":"Invalid request"}', "json"),
    (
        '{"type":"about:blank","title":"Not Found","status":404,"instance":"/rates/v1/nothing"}',
        "problem+json",
    ),
    ('{"ErrorMsg":"not found"}', "json"),
    (
        '{"fault":{"faultstring":"Unable to identify proxy","detail":{"errorcode":"routing.NotFound"}}}',
        "json",
    ),
    ('[{"error":"not_found"}]', "json"),
]


@pytest.mark.parametrize(("body", "kind"), HONEST)
def test_an_honest_error_body_in_any_shape_is_not_blamed(body: str, kind: str) -> None:
    def otherwise(_: Request) -> Response:
        return Response(body, status=404, content_type=f"application/{kind}" if kind else None)

    assert not judge(serving(lambda _: rates(), otherwise), ["error.*"]).found


def test_a_message_in_the_language_that_it_is_labelled_with_is_not_blamed() -> None:
    def otherwise(_: Request) -> Response:
        body = '{"code":"E404","message":"找不到所要求的資料"}'.encode()
        return Response(body, 404, {"Content-Language": "zh-HK"}, content_type="application/json")

    assert not judge(serving(lambda _: rates(), otherwise), ["error.content_language"]).found


def test_a_declared_shape_is_asked_of_every_error() -> None:
    def otherwise(request: Request) -> Response:
        body = '{"Code":"1","Message":"No"}' if request.method == "GET" else '{"ErrorMsg":"No"}'
        return Response(body, status=404, content_type="application/json")

    found = judge(
        serving(lambda _: rates(), otherwise),
        ["error.shape"],
        errors={"code": "$.Code", "message": "$.Message"},
    ).found
    assert [line.partition(":")[0] for line in found["error.shape"]] == ["error for an unknown method"] * 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("java.lang.NullPointerException at com.bank.Rates.find(Rates.java:88)", "stack trace"),
        ("   at Bank.Api.Rates.Find(String id) in C:\\src\\Rates.cs:line 12", "stack trace"),
        ("TypeError: x at Object.<anonymous> (/srv/api/index.js:10:3)", "stack trace"),
        ("ORA-01722: invalid number", "database query or fault"),
        ("You have an error in your SQL syntax near ''", "database query or fault"),
        ("<center>nginx/1.18.0</center>", "product version"),
        ("Microsoft-IIS/10 error", "product version"),
        ("cannot open /opt/ibm/datapower/local/rates.xsl", "path of a file system"),
        ("D:\\inetpub\\wwwroot\\api\\web.config", "path of a file system"),
        ("upstream 172.20.3.4:8080 did not answer", "internal address"),
        ("no route to gw01.prod.bank.internal", "internal address"),
    ],
)
def test_what_escapes_from_behind_the_api_is_known(text: str, kind: str) -> None:
    assert kind in {trace.kind for trace in traces(text, ())}


@pytest.mark.parametrize(
    "text",
    [
        "Please select a product from the list",
        "Select one currency from HKD, USD where it is offered",
        "The value 10.5 is not in 0.5..10.0; version v1.0 of the API",
        "Expected Express delivery 24/7, call 2822 8228",
        "see https://developer.bank.example/var/docs/errors/404.html",
        "use /open-banking/v1.0/personal-credit-cards",
        "Unknown exception type; the application data/time is 2026-01-01",
        "Your address 203.0.113.9 is not registered",
        "reference 8.8.10.1020.30.40",
        "an error occurred at the server (see manual)",
    ],
)
def test_ordinary_words_give_nothing_away(text: str) -> None:
    assert not list(traces(text, ()))


def test_the_address_that_was_asked_is_no_secret() -> None:
    assert not list(traces("no such path on 127.0.0.1:8443", {"127.0.0.1"}))


@pytest.mark.parametrize("text", ["at " * 20000, "a." * 30000, "select " * 9000, "/usr" * 16000, "(" * 60000])
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.thread_time()
    list(traces(text[:65536], ()))
    assert time.thread_time() - started < 2.0


def test_a_secret_that_comes_back_is_found_in_gated_banks_of_any_header_name() -> None:
    def read(request: Request) -> Response:
        key = request.headers.get("X-Key")
        if key == "right-key-of-the-tsp":
            return rates()
        return Response(f'{{"message":"bad key {key}"}}', status=401, content_type="application/json")

    assert judge(serving(read), ["error.no_secret_echo"], **gated(X_Key="right-key-of-the-tsp")).found
