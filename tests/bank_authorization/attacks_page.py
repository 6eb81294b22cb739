"""Attacks on the customers' pages and on the authorization response."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

from tests.bank_authorization.attack import Attack, form_shown
from tests.bank_authorization.provider import Provider, decoded, parameters
from tests.bank_authorization.world import World

FAPI1 = "fapi1_advanced_jarm"
PART = "authorization"


def _login(w: World, **query: Any) -> TestResponse:
    page = w.one.start(w.one.request(scope="openid"), **query)
    assert form_shown(page), page.text
    return page


def _consent_shown(page: TestResponse) -> bool:
    return page.status_code == 200 and 'name="decision"' in page.text


def _guessed(w: World) -> bool:
    page = _login(w)
    for _ in range(8):
        w.one.log_in(page, password="wrong")
    return _consent_shown(w.one.log_in(page))


def _alert(page: TestResponse) -> str:
    found = re.search(r'role="alert">([^<]*)<', page.text)
    return found[1] if found else ""


def _told_apart(w: World) -> bool:
    page = _login(w)
    unknown, wrong = w.one.log_in(page, username="nobody"), w.one.log_in(page, password="wrong")
    return _alert(unknown) != _alert(wrong)


def _stolen_page(w: World) -> bool:
    page = _login(w)
    w.one.browser = Client(w.bank)
    return _consent_shown(w.one.log_in(page))


def _cookie(answered: TestResponse) -> str:
    return answered.headers.get("Set-Cookie", "")


def _kept_cookie(w: World) -> bool:
    page = _login(w)
    person = w.bank.authorization_fixture.customers[0]
    after = w.one.submit(page, username=person.username, password=person.password, action="login")
    return _cookie(page) == _cookie(after)


def _all_shared(w: World) -> bool:
    picked = w.customer_accounts(0)[:1]
    told = w.one.tokens(accounts=picked)
    answered: int = w.one.call("/accounts", told["access_token"]).get_json()["meta"]["total"]
    return answered > 1


def _callback(w: World, decision: str = "approve", **over: Any) -> TestResponse:
    return w.one.approve(w.one.start(w.one.request(**{"scope": "openid", **over})), decision=decision)


def _answer(test: Callable[[dict[str, str]], bool], decision: str = "approve") -> Callable[[World], bool]:
    return lambda w: test(parameters(_callback(w, decision)))


def _page(test: Callable[[TestResponse], bool]) -> Callable[[World], bool]:
    return lambda w: test(_login(w))


def _signed(test: Callable[[dict[str, Any], Provider], bool]) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        query = parameters(_callback(w))
        return test(decoded(query["response"]), w.one)

    return run


def _unsigned(w: World) -> bool:
    return parameters(_callback(w))["response"].endswith(".")


def _outer(name: str) -> Callable[[World], bool]:
    return lambda w: f"{name}=" in urlsplit(_callback(w).headers["Location"]).query


def _framed(page: TestResponse) -> bool:
    return "frame-ancestors" not in page.headers["Content-Security-Policy"]


def _injected(w: World) -> bool:
    return "<b>x</b>" in _login(w, login_hint='"><b>x</b>').text


def _by_get(w: World) -> bool:
    page = _login(w)
    return 'method="get"' in page.text and _consent_shown(w.one.log_in(page))


def _skipped(w: World) -> bool:
    return "code" in parameters(w.one.log_in(_login(w)))


def _nameless(w: World) -> bool:
    return w.one.identity.name not in w.one.log_in(_login(w)).text


def _without_csrf(w: World) -> bool:
    page = w.one.log_in(_login(w))
    return "code" in parameters(w.one.submit(page, csrf=None, decision="approve"))


ATTACKS = (
    Attack(
        PART,
        "login_password_checked",
        False,
        lambda w: _consent_shown(w.one.log_in(_login(w), password="wrong")),
    ),
    Attack(PART, "login_attempts", 10**6, _guessed),
    Attack(PART, "login_reveals_user", True, _told_apart),
    Attack(PART, "login_csrf_checked", False, lambda w: _consent_shown(w.one.log_in(_login(w), csrf=None))),
    Attack(PART, "consent_csrf_checked", False, _without_csrf),
    Attack(PART, "consent_page_skipped", True, _skipped),
    Attack(PART, "consent_details_shown", False, _nameless),
    Attack(PART, "interaction_cookie_checked", False, _stolen_page),
    Attack(PART, "cookie_flags", "", _page(lambda page: "HttpOnly" not in _cookie(page))),
    Attack(PART, "session_renewed_at_login", False, _kept_cookie),
    Attack(PART, "denial_is_honoured", False, _answer(lambda given: "code" in given, "deny")),
    Attack(PART, "picked_accounts_honoured", False, _all_shared),
    Attack(PART, "redirect_status", 307, lambda w: _callback(w).status_code == 307),
    Attack(PART, "redirect_status", 302, lambda w: _callback(w).status_code == 302),
    Attack(PART, "page_framing", "allowed", _page(_framed)),
    Attack(
        PART,
        "page_referrer_policy",
        "unsafe-url",
        _page(lambda page: page.headers["Referrer-Policy"] != "no-referrer"),
    ),
    Attack(
        PART, "page_cache_control", "public", _page(lambda page: page.headers["Cache-Control"] != "no-store")
    ),
    Attack(PART, "page_cors", True, _page(lambda page: "Access-Control-Allow-Origin" in page.headers)),
    Attack(PART, "page_script", True, _page(lambda page: "<script" in page.text)),
    Attack(PART, "page_third_party", True, _page(lambda page: "https://" in page.text)),
    Attack(PART, "page_escapes", False, _injected),
    Attack(PART, "password_in_query", True, _by_get),
    Attack(PART, "iss_in_response", "absent", _answer(lambda given: "iss" not in given)),
    Attack(PART, "iss_in_response", "wrong", _answer(lambda given: "other" in given["iss"])),
    Attack(PART, "iss_in_error_response", "absent", _answer(lambda given: "iss" not in given, "deny")),
    Attack(PART, "code_in_fragment", True, lambda w: "#" in _callback(w).headers["Location"]),
    Attack(
        PART, "denial_error", "server_error", _answer(lambda given: given["error"] != "access_denied", "deny")
    ),
    Attack(
        PART,
        "error_description_has_control",
        True,
        lambda w: "%0D%0A" in _callback(w, "deny").headers["Location"],
    ),
    Attack(PART, "jarm", "offered", lambda w: "code" in parameters(_callback(w, response_mode=None)), FAPI1),
    Attack(PART, "jarm_alg", "none", _unsigned, FAPI1),
    Attack(PART, "jarm_iss", "wrong", _signed(lambda told, _: "other" in told["iss"]), FAPI1),
    Attack(
        PART, "jarm_aud", "wrong", _signed(lambda told, one: told["aud"] != one.identity.client_id), FAPI1
    ),
    Attack(PART, "jarm_lifetime", 0, _signed(lambda told, _: "exp" not in told), FAPI1),
    Attack(PART, "jarm_lifetime", 86400, _signed(lambda told, one: told["exp"] > one.now() + 600), FAPI1),
    Attack(PART, "jarm_plain_parameters", True, _outer("code"), FAPI1),
    Attack(PART, "jarm_plain_iss", True, _outer("iss"), FAPI1),
)
