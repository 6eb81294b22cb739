"""Servers that do things in other ways that the standards admit: none of them is blamed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest

from conformance.bank.policy import Policy
from conformance.bank.rewriting import Sent, rewritten
from conformance.model import Verdict
from tests.checks.authorize.judged import found, judged, open_cases
from tests.oauth.reference import policy_of

WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown scopes are left out": ("open", {"unknown_scope": "dropped"}),
    "the TSP may leave the redirect URI out": ("oauth2", {"redirect_uri_required": False}),
    "refresh tokens are rotated": ("openid", {"refresh_rotation": True}),
    "no refresh token is given": ("openid", {"refresh_token_issued": False}),
    "the granted scope is not told": ("open", {"token_scope_told": False}),
    "access tokens are JWTs": ("open", {"access_token_format": "jwt"}),
    "the server wants its nonce in proofs": ("open", {"dpop_nonce_required": True}),
    "redirects have status 302, against which FAPI 2.0 alone advises": ("openid", {"redirect_status": 302}),
    "lists are taken for audiences": ("openid", {"assertion_aud_array_allowed": True}),
    "signed responses can be asked for": ("open", {"jarm": "offered"}),
    "a bad client is told so with 400": ("open", {"invalid_client_status": 400}),
    "ID tokens have no acr, and none can be asked for": (
        "openid",
        {"id_token_acr": False, "metadata_replaces": (("claims_parameter_supported", False),)},
    ),
    "ID tokens are signed with ES256": ("openid", {"id_token_alg": "ES256"}),
    "there is no registration": ("open", {"registration": False}),
    "the state may be left out but is not long": ("openid", {"state_limit": 600}),
    "the login page lets ten passwords be tried": ("open", {"login_attempts": 10}),
}


@pytest.mark.parametrize("way", WAYS)
def test_another_way_is_not_blamed(way: str) -> None:
    base, members = WAYS[way]
    policy = policy_of(base)
    for name, value in members.items():
        policy = policy.evolve(f"authorization.{name}", value)
    results = judged(policy)
    assert not found(results)
    assert not open_cases(results)


def _form(environ: WSGIEnvironment) -> dict[str, str]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return dict(parse_qsl(body.decode("latin-1")))


def burning(app: WSGIApplication) -> WSGIApplication:
    """Gives a code up after the first try that fails, as a server may."""
    burnt: set[str] = set()

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/oauth/token":
            return app(environ, start_response)
        code = _form(environ).get("code", "")

        def changed(sent: Sent, _: WSGIEnvironment) -> Sent:
            if code in burnt:
                refused = b'{"error": "invalid_grant"}'
                return replace(sent, status=400).with_body(refused)
            if code and sent.status != 200:
                burnt.add(code)
            return sent

        return rewritten(app, changed)(environ, start_response)

    return wrapped


def test_a_server_that_gives_a_code_up_after_a_wrong_try_is_judged_all_the_same() -> None:
    results = judged(policy_of("openid"), wrap=burning, checks=("token.*",))
    assert not found(results)
    assert not open_cases(results)


def test_a_defect_is_found_even_where_codes_are_given_up() -> None:
    policy = policy_of("openid").evolve("authorization.pkce_verifier_checked", False)
    results = judged(policy, wrap=burning, checks=("token.*",))
    assert set(found(results)) == {"token.wrong_verifier_refused"}


def posting(app: WSGIApplication) -> WSGIApplication:
    """Sends the customer back by a form that posts itself (form_post), as a server may."""

    def changed(sent: Sent, _: WSGIEnvironment) -> Sent:
        place = sent.header("Location")
        if not place.startswith("https://tsp-"):
            return sent
        uri, query = place.split("?", 1)
        fields = "".join(f'<input type=hidden name="{k}" value="{v}">' for k, v in parse_qsl(query))
        body = f'<body onload="document.forms[0].submit()"><form method=post action="{uri}">{fields}</form>'
        page = replace(sent, status=200).with_header("Location", "").with_header("Content-Type", "text/html")
        page = page.with_header("Content-Security-Policy", "frame-ancestors 'none'")
        return page.with_body(body.encode())

    return rewritten(app, changed)


def test_a_response_by_form_post_is_a_response() -> None:
    results = judged(policy_of("openid"), wrap=posting)
    assert not found(results)
    assert not open_cases(results)


def renamed(app: WSGIApplication) -> WSGIApplication:
    """Lays the pages out differently: other words, fields in tables, a banner form first."""

    def changed(sent: Sent, _: WSGIEnvironment) -> Sent:
        if "text/html" not in sent.header("Content-Type"):
            return sent
        text = sent.body.decode()
        text = re.sub(
            r"<main>", "<main><form action='/search'><input name=q><button>Find</button></form>", text
        )
        return sent.with_body(text.replace("Log in</button>", "<span>Log</span> in</button>").encode())

    return rewritten(app, changed)


def test_other_markup_is_read() -> None:
    results = judged(policy_of("open"), wrap=renamed)
    assert not found(results)
    assert not open_cases(results)


def test_a_bank_that_lets_pushed_requests_bring_their_redirect_uri_says_so_and_is_not_judged() -> None:
    policy = policy_of("open").evolve("authorization.redirect_uri_match", "any")
    check = ("authorize.redirect_uri_exact",)
    assert found(judged(policy, checks=check))

    def change(data: dict[str, Any]) -> None:
        data["capabilities"].append("pushed-redirect-uris")

    (result,) = (r for r in judged(policy, checks=check, change=change) if r.case.check == check[0])
    assert result.verdict is Verdict.NOT_APPLICABLE


def test_one_tsp_and_one_customer_leave_cases_open_with_that_reason() -> None:
    def change(data: dict[str, Any]) -> None:
        data["authorization"]["second_tsp"] = None

    results = judged(policy_of("openid"), change=change)
    assert not found(results)
    reasons = set(open_cases(results).values())
    assert reasons == {"only one TSP is configured; give authorization.second_tsp in bank.yaml"}


def test_a_wrong_client_key_is_one_reason_for_every_dependent_case_and_no_finding() -> None:
    def change(data: dict[str, Any]) -> None:
        data["authorization"]["client_key_id"] = "another"

    results = judged(policy_of("openid"), change=change)
    assert not found(results)
    reasons = set(open_cases(results).values())
    assert len(reasons) <= 6, reasons
    assert all("invalid_client" in reason for reason in reasons), reasons
    assert len(open_cases(results)) > 80


def test_without_authorization_every_case_says_so() -> None:
    def change(data: dict[str, Any]) -> None:
        data["authorization"] = None

    results = judged(policy_of("open"), change=change)
    assert not found(results)
    assert set(open_cases(results).values()) == {
        "bank.yaml has no authorization section, so no customer can let the TSP in"
    }


def assertions_unknown(app: WSGIApplication) -> WSGIApplication:
    """A server that knows no client assertions: an unknown parameter, which it ignores (RFC 6749, 3.2)."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/oauth/") and environ["REQUEST_METHOD"] == "POST":
            form = {k: v for k, v in _form(environ).items() if not k.startswith("client_assertion")}
            body = urlencode(form).encode()
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return app(environ, start_response)

    return wrapped


def test_an_assertion_beside_the_certificate_may_be_ignored() -> None:
    results = judged(policy_of("fapi2-mutual"), wrap=assertions_unknown, checks=("client.*",))
    assert not found(results)
    assert "client.registered_method_only" in {r.case.check for r in results if r.verdict is Verdict.PASS}


def secrets_unknown(app: WSGIApplication) -> WSGIApplication:
    """A server that takes no client secrets in forms, and so ignores one."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/oauth/") and environ["REQUEST_METHOD"] == "POST":
            form = {k: v for k, v in _form(environ).items() if k != "client_secret"}
            body = urlencode(form).encode()
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return app(environ, start_response)

    return wrapped


def test_a_secret_in_the_form_may_be_ignored() -> None:
    results = judged(policy_of("open"), wrap=secrets_unknown, checks=("client.one_method_only",))
    assert not found(results)
    assert not open_cases(results)


FIRST_PAGE = b"""<!doctype html><title>Who are you?</title>
<form method="post" action="/first"><input type="hidden" name="next" value="%s">
<label>Customer <input name="customer"></label><button>Go on</button></form>"""


def login_first(app: WSGIApplication) -> WSGIApplication:
    """Asks who the customer is before it looks at what is asked for, as many frameworks do."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/first":
            place = _form(environ)["next"]
            place = place if place.startswith("/oauth/authorize?") else "/"
            start_response("303 See Other", [("Location", place), ("Set-Cookie", f"first=1; {KEPT}")])
            return [b""]
        if environ["PATH_INFO"] == "/oauth/authorize" and "first=1" not in environ.get("HTTP_COOKIE", ""):
            place = escape(f"/oauth/authorize?{environ.get('QUERY_STRING', '')}")
            headers = [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Cache-Control", "no-store"),
                ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
                ("Referrer-Policy", "no-referrer"),
            ]
            start_response("200 OK", headers)
            return [FIRST_PAGE % place.encode()]
        return app(environ, start_response)

    return wrapped


KEPT = "Path=/; Secure; HttpOnly; SameSite=Lax"


def _first_step(data: dict[str, Any]) -> None:
    settings = data["authorization"]["login"]["settings"]
    step = {"fill": {"Customer": "{username}"}, "press": "Go on"}
    for name in ("steps", "deny", "cancel"):
        settings[name] = [step, *settings[name]]


PLAIN = ("authorize.*", "token.*", "metadata.*")


@pytest.mark.parametrize("base", ["openid", "oauth2"])
def test_a_server_that_asks_for_the_login_first_is_judged_by_what_it_says_then(base: str) -> None:
    results = judged(policy_of(base), wrap=login_first, change=_first_step, checks=PLAIN)
    assert not found(results)
    assert not open_cases(results)


def test_what_such_a_server_lets_through_is_found() -> None:
    told = policy_of("openid").evolve("authorization.pkce_required", True)
    policy = told.evolve("authorization.pkce_required", False)
    results = judged(
        policy, told=told, wrap=login_first, change=_first_step, checks=("authorize.challenge_needed",)
    )
    assert set(found(results)) == {"authorize.challenge_needed"}


def test_a_cookie_against_forged_forms_may_be_read_by_scripts() -> None:
    def wrap(app: WSGIApplication) -> WSGIApplication:
        def changed(sent: Sent, _: WSGIEnvironment) -> Sent:
            cookie = ("Set-Cookie", "csrftoken=abcdefgh; Path=/; Secure; SameSite=Lax")
            return replace(sent, headers=(*sent.headers, cookie))

        return rewritten(app, changed)

    results = judged(policy_of("openid"), wrap=wrap, checks=("authorize.cookies_protected",))
    assert not found(results)


def test_the_order_of_a_list_in_the_metadata_means_nothing() -> None:
    def wrap(app: WSGIApplication) -> WSGIApplication:
        def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
            if not environ["PATH_INFO"].startswith("/.well-known/oauth-authorization-server"):
                return sent
            members = json.loads(sent.body)
            turned = {k: v[::-1] if isinstance(v, list) else v for k, v in members.items()}
            return sent.with_body(json.dumps(turned).encode())

        return rewritten(app, changed)

    results = judged(policy_of("openid"), wrap=wrap, checks=("metadata.documents_agree",))
    assert not found(results)
    assert [r.verdict for r in results if r.verdict is not Verdict.NOT_APPLICABLE] == [Verdict.PASS]


def test_tokens_are_sampled_by_the_newest_refresh_token_where_they_are_rotated() -> None:
    policy = policy_of("openid").evolve("authorization.refresh_rotation", True)
    refused = b'{"error": "unauthorized_client"}'

    def wrap(app: WSGIApplication) -> WSGIApplication:
        """Lets the TSP have no token in its own name but that for consents, which come first."""

        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            form = _form(environ) if environ["PATH_INFO"] == "/oauth/token" else {}
            if form.get("grant_type") == "client_credentials" and "consents" not in form.get("scope", ""):
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [refused]
            return app(environ, start_response)

        return wrapped

    def no_scope(data: dict[str, Any]) -> None:
        data["authorization"]["settings"]["machine_scope"] = ""

    results = judged(policy, wrap=wrap, checks=("token.unguessable",), change=no_scope)
    assert not found(results)
    assert not open_cases(results)


def _no_machines(policy: Policy) -> Policy:
    grants = ["authorization_code", "refresh_token"]
    omitted = ("pushed_authorization_request_endpoint",)
    told = policy.evolve("authorization.metadata_replaces", (("grant_types_supported", grants),))
    return told.evolve("authorization.metadata_omits", omitted)


def _no_consents(data: dict[str, Any]) -> None:
    del data["authorization"]["settings"]["consent"]
    data["authorization"]["scope"] = data["authorization"]["second_tsp"]["scope"] = "openid"


@pytest.mark.parametrize("rotation", [False, True])
def test_clients_are_told_apart_by_refresh_tokens_where_they_get_none_in_their_own_name(
    rotation: bool,
) -> None:
    policy = _no_machines(policy_of("openid")).evolve("authorization.refresh_rotation", rotation)
    results = judged(policy, checks=("client.*",), change=_no_consents)
    assert not found(results)
    assert not open_cases(results)
    assert "client.signature_verified" in {r.case.check for r in results if r.verdict is Verdict.PASS}


def test_a_client_that_is_let_in_wrongly_with_a_refresh_token_is_found() -> None:
    policy = _no_machines(policy_of("openid")).evolve("authorization.assertion_exp_checked", False)
    results = judged(policy, checks=("client.expired_refused",), change=_no_consents)
    assert set(found(results)) == {"client.expired_refused"}
