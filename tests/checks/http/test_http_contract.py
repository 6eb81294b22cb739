"""The checks of status, type, method and query are silent on what conforming banks do."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request, Response

from conformance import probe
from conformance.checks.http.agreement import http_status
from conformance.errors import Dropped
from conformance.model import Verdict
from tests.checks.other_bank import PATH, RATES, judge, rates, serving

ALL = ["http.*", "method.*", "host.*", "reliability.*", "compression.*", "limits.*", "transport.*"]


def plain(_: Request) -> Response:
    return rates()


def refusing(status: int, body: str = "", **headers: str) -> Response:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status=status, headers=fields, content_type="application/json")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_a_gateway_that_refuses_all_it_does_not_know_in_its_own_way_is_not_blamed(status: int) -> None:
    def otherwise(_: Request) -> Response:
        return refusing(status, Allow="GET")

    def read(request: Request) -> Response:
        secure = request.scheme == "https"
        return rates() if secure else refusing(426)

    assert not judge(serving(read, otherwise), ALL).found


def test_a_gateway_that_ignores_accept_and_parameters_and_has_no_head_is_not_blamed() -> None:
    def otherwise(request: Request) -> Response:
        return refusing(405, Allow="GET") if request.path == PATH else refusing(404)

    def read(request: Request) -> Response:
        return (
            rates() if request.scheme == "https" else Response(status=301, headers={"Location": "https://x/"})
        )

    assert not judge(serving(read, otherwise), ALL).found


def test_a_closed_port_for_plain_http_passes() -> None:
    def read(request: Request) -> Response:
        return rates() if request.scheme == "https" else refusing(403)

    judged = judge(serving(read), ["transport.*"])
    assert judged.verdicts("transport.plain_http_refused") == {Verdict.PASS}


def test_a_post_read_is_judged_and_head_does_not_apply_to_it() -> None:
    @Request.application
    def bank(request: Request) -> Response:
        known = (request.method, request.path) == ("POST", PATH) and request.get_json() == {"ccy": "USD"}
        return rates() if known else refusing(405 if request.path == PATH else 404, Allow="POST")

    functions = {
        "other.fx-rate": {
            "request": {"method": "POST", "path": PATH, "json": {"ccy": "USD"}},
            "rows": ["$[*]"],
            "fields": {"currency": "$.code", "buy": "$.buy", "sell": "$.sell", "base": "$.base"},
        }
    }
    judged = judge(bank, ["http.*", "method.*", "host.*"], functions=functions)
    assert not judged.found
    assert judged.verdicts("http.head_agrees") == {Verdict.NOT_APPLICABLE}
    assert judged.verdicts("http.unknown_path_refused") == {Verdict.PASS}


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json;charset=UTF-8", "application/vnd.x+json"]
)
def test_json_by_any_of_its_names_is_json(kind: str) -> None:
    def read(_: Request) -> Response:
        return Response(RATES, content_type=kind)

    assert not judge(serving(read), ["http.media_type", "http.charset"]).found


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"ACTIVE","rates":[]}',
        b'{"status":"200","rates":[]}',
        b'{"error":null,"errors":[],"data":[]}',
        b'{"errorMessage":"","data":[]}',
        b'{"code":"404","data":[]}',
        b"[]",
        b"17",
    ],
)
def test_members_that_tell_of_no_error_are_no_error(body: bytes) -> None:
    def read(_: Request) -> Response:
        return Response(body, content_type="application/json")

    assert not judge(serving(read), ["http.success_carries_no_error"]).found


@pytest.mark.parametrize("value", [True, None, "2000", "\uff12\uff10\uff10", 99, 600, -1, "abc", [], {}, 4.5])
def test_what_is_no_status_is_not_read_as_one(value: object) -> None:
    assert http_status(value) is None


@pytest.mark.parametrize("body", [b"<HTML><body>", b"  <!doctype HTML>", b"<!-- x -->\n<!DOCTYPE html>"])
def test_a_page_is_known_whatever_it_is_declared_as(body: bytes) -> None:
    def read(_: Request) -> Response:
        return Response(body, content_type="application/json")

    assert judge(serving(read), ["http.no_page_as_success"]).found


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"{" * 5000, b'"\\ud800"', b"<" * 4096])
def test_hostile_bodies_give_a_verdict_and_no_error(body: bytes) -> None:
    def read(_: Request) -> Response:
        return Response(body, content_type="application/json")

    def otherwise(_: Request) -> Response:
        return Response(body, status=404, content_type="application/json")

    judge(serving(read, otherwise), ["http.*", "error.*", "headers.*", "caching.*", "cors.*", "host.*"])


def test_a_function_that_fails_is_left_to_the_check_of_availability() -> None:
    def read(_: Request) -> Response:
        return refusing(500)

    judged = judge(serving(read), ["http.*", "headers.no*", "caching.*", "compression.*", "method.*"])
    assert not judged.found
    assert {r.verdict for r in judged.results} <= {Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE}


def test_a_refused_control_leaves_the_refusals_unproven() -> None:
    seen = 0

    def read(_: Request) -> Response:
        nonlocal seen
        seen += 1
        return rates() if seen == 1 else refusing(401)

    judged = judge(serving(read), ["http.unknown_path_refused"])
    assert judged.verdicts("http.unknown_path_refused") == {Verdict.INCONCLUSIVE}


def test_refusals_that_come_and_go_are_counted() -> None:
    seen = 0

    def read(_: Request) -> Response:
        nonlocal seen
        seen += 1
        return refusing(401) if seen % 5 == 0 else rates()

    judged = judge(serving(read), ["reliability.*"])
    assert judged.found == {
        "reliability.repeats_agree": ["repeated request: status 401 application/json: 2 of 10"]
    }


def test_a_server_that_hangs_up_on_an_unknown_method_refuses_it() -> None:
    @Request.application
    def hangs_up(request: Request) -> Response:
        if request.method == probe.UNKNOWN_METHOD:
            raise Dropped("closed")
        return rates() if request.path == PATH else Response(status=404)

    checks = ["http.unknown_method_refused", "http.allow_lists_methods", "method.override_ignored"]
    judged = judge(hangs_up, checks)
    assert not judged.found
    assert judged.verdicts("http.unknown_method_refused") == {Verdict.PASS}
    assert judged.verdicts("http.allow_lists_methods") == {Verdict.NOT_APPLICABLE}
    assert judged.verdicts("method.override_ignored") == {Verdict.PASS}
