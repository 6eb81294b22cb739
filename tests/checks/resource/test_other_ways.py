"""Banks that do it otherwise and right: none of the checks of Phase III blames them."""

from __future__ import annotations

import json
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from werkzeug.wrappers import Request, Response

from conformance.bank.proxy import answering, intercepting
from conformance.model import Verdict
from tests.checks.protected_bank import everything, judged


def bare_refusals(app: WSGIApplication) -> WSGIApplication:
    """A gateway that sends its refusals without a body."""

    def amend(request: Request, response: Response) -> Response | None:
        if response.status_code >= 400 and not request.path.startswith("/oauth"):
            kept = {k: v for k, v in response.headers.items() if k.lower().startswith(("www", "dpop", "x-"))}
            return Response(status=response.status_code, headers=kept)
        return None

    return answering(app, amend)


def empty_lists(app: WSGIApplication) -> WSGIApplication:
    """A bank whose list of an object that is not the customer's is empty."""

    def amend(request: Request, response: Response) -> Response | None:
        if response.status_code == 404 and request.path.startswith(("/accounts/", "/cards/")):
            body = '{"data": [], "meta": {"total": 0, "page": 1, "page_size": 50}, "links": {}}'
            headers = {"Cache-Control": "no-store"}
            return Response(body, content_type="application/json", headers=headers)
        return None

    return answering(app, amend)


def forbidden_objects(app: WSGIApplication) -> WSGIApplication:
    """A bank that forbids every object that is not the customer's, known or not."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 404:
            response.status_code = 403

    return answering(app, amend)


def parameters_ignored(app: WSGIApplication) -> WSGIApplication:
    """A gateway that drops parameters which the bank does not know."""

    def intercept(request: Request) -> None:
        if not request.path.startswith(("/oauth", "/.well-known")):
            known = ("page", "page_size", "from", "to", "as_of")
            text = request.environ.get("QUERY_STRING", "")
            kept = [part for part in text.split("&") if part.split("=")[0] in known]
            request.environ["QUERY_STRING"] = "&".join(kept)

    return intercepting(app, intercept)


@pytest.mark.parametrize(
    "around", [bare_refusals, forbidden_objects, parameters_ignored], ids=lambda f: f.__name__
)
def test_other_ways_to_refuse_are_no_finding(around: Any) -> None:
    assert not judged(*everything(), around=around).found


def test_an_empty_list_of_an_unknown_object_is_told_once_and_is_nothing_else() -> None:
    found = judged(*everything(), around=empty_lists).found
    assert set(found) <= {"object.unknown_refused_in_order"}


@pytest.mark.parametrize(
    "policy",
    [
        {"accounts.books_between_pages": True},
        {"authorization.dpop_nonce_required": True},
        {"authorization.access_token_format": "jwt"},
        {"authorization.refresh_token_issued": False},
        {"authorization.token_scope_told": False},
        {"accounts.revocation_status": 200},
    ],
    ids=lambda policy: next(iter(policy)),
)
def test_other_decisions_are_no_finding(policy: dict[str, object]) -> None:
    assert not judged(*everything(), policy=policy).found


def test_a_bank_without_revocation_and_introspection_is_not_judged_by_them() -> None:
    omitted = ("revocation_endpoint", "introspection_endpoint", "registration_endpoint")
    found = judged(*everything(), policy={"authorization.metadata_omits": omitted})
    assert not found.found
    assert found.verdicts("revocation.access_token_stops") == {Verdict.NOT_APPLICABLE}
    assert found.verdicts("introspection.active_token_described") == {Verdict.NOT_APPLICABLE}


def one_customer(data: dict[str, Any]) -> None:
    data["authorization"]["customers"] = data["authorization"]["customers"][:1]


def one_tsp(data: dict[str, Any]) -> None:
    del data["authorization"]["second_tsp"]


def test_without_a_second_customer_what_needs_one_is_inconclusive_and_says_so() -> None:
    found = judged("object.foreign_refused", "consent.token_decides", file=one_customer)
    assert not found.found
    assert any("only one customer" in reason for reason in found.reasons(Verdict.INCONCLUSIVE))


def test_without_a_second_tsp_what_needs_one_is_inconclusive_and_says_so() -> None:
    found = judged("consent.not_shown_to_others", "refresh.client_compared", file=one_tsp)
    assert not found.found
    assert all("only one TSP" in reason for reason in found.reasons(Verdict.INCONCLUSIVE))


def test_a_wrong_password_leaves_all_inconclusive_and_blames_nobody() -> None:
    def file(data: dict[str, Any]) -> None:
        data["authorization"]["customers"][0]["username"] = "nobody"

    found = judged("resource.*", "consent.revocation_stops_access", file=file)
    assert not found.found
    assert Verdict.PASS not in found.verdicts("resource.holder_shown")


def test_a_bank_that_is_down_behind_its_login_is_inconclusive() -> None:
    def down(app: WSGIApplication) -> WSGIApplication:
        def intercept(request: Request) -> Response | None:
            return Response(status=502) if request.path.startswith("/accounts") else None

        return intercepting(app, intercept)

    found = judged("resource.altered_tokens_refused", "dpop.*", "account.*", around=down)
    assert not {check for check in found.found if not check.startswith("account.no_accounts")}


def late_ends(app: WSGIApplication) -> WSGIApplication:
    """A bank whose resources allow fifteen seconds of difference between clocks."""

    def amend(request: Request, response: Response) -> None:
        if request.path == "/oauth/token" and response.status_code == 200:
            members = json.loads(response.get_data())
            response.set_data(json.dumps({**members, "expires_in": members["expires_in"] - 15}))

    return answering(app, amend)


def test_a_small_leeway_at_the_end_of_a_token_is_no_finding() -> None:
    judgement = judged(
        "resource.expired_token_refused", policy={"authorization.token_lifetime": 40}, around=late_ends
    )
    assert not judgement.found
    assert judgement.verdicts("resource.expired_token_refused") == {Verdict.PASS}


def unknown_kind(app: WSGIApplication) -> WSGIApplication:
    """A resource that knows customers' tokens only, so that a TSP's own is invalid to it."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 403 and not request.path.startswith("/oauth"):
            response.status_code = 401
            response.headers["WWW-Authenticate"] = 'DPoP error="invalid_token", algs="ES256"'

    return answering(app, amend)


def test_a_token_of_a_kind_that_the_resource_does_not_know_may_be_called_invalid() -> None:
    def file(data: dict[str, Any]) -> None:
        data["functions"] = {"accounts.status": "offered"}

    judgement = judged("resource.insufficient_scope_status", around=unknown_kind, file=file)
    assert not judgement.found
    assert judgement.verdicts("resource.insufficient_scope_status") == {Verdict.PASS}


def test_userinfo_alone_is_no_second_resource() -> None:
    def file(data: dict[str, Any]) -> None:
        contact = {
            "request": {"path": "/oauth/userinfo"},
            "rows": ["$"],
            "fields": {"id": "$.sub", "name": {"constant": "A"}, "email": {"constant": "a@customer.example"}},
        }
        data["functions"] = {"other.customer-contact": contact}

    judgement = judged("resource.audience_compared", file=file)
    assert judgement.verdicts("resource.audience_compared") == {Verdict.NOT_APPLICABLE}
    assert any("UserInfo itself" in reason for reason in judgement.reasons(Verdict.NOT_APPLICABLE))
