"""Login pages: real ones of odd makes, and hostile ones."""

from __future__ import annotations

import os
import random
from collections.abc import Generator
from typing import Any

import pytest

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.html import read_page
from conformance.oauth.login import Browser, Landing, LoginStep, Shown, landed_at, scripted

URI = "https://tsp.example/callback"
BANK = "https://bank.example"


def answer(
    request: Request, status: int = 200, body: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    return Answer(request, status, headers, body.encode(), 0.0, 1)


def through(flow: Generator[Request, Answer, Any], *answers: tuple[int, str, dict[str, str]]) -> Any:
    """Runs a flow on prepared answers; gives its result and the requests that it made."""
    sent = []
    waiting = list(answers)
    try:
        request = next(flow)
        while True:
            sent.append(request)
            status, body, headers = waiting.pop(0)
            request = flow.send(answer(request, status, body, tuple(headers.items())))
    except StopIteration as done:
        return done.value, sent


def browser() -> Browser:
    return Browser(lambda url: url.startswith(BANK), (URI,))


LOGIN = """<form method=post action=/go><input type=hidden name=t value='1&amp;2'>
<label>Customer number <input name=u></label><label for=p>Password</label>
<input id=p type=password name=pw>
<select name=lang><option value=en>English<option value=tc selected>中文</select>
<input type=checkbox name=keep><button name=act value=next>Next <b>step</b></button>
<button type=button name=no>Help</button><input type=submit name=act value=Cancel></form>"""


def test_a_form_is_filled_by_label_and_sent_as_a_browser_would() -> None:
    step = LoginStep(fill={"customer number": "{username}", "Password": "{password}"}, press="next step")
    window = browser()
    begun, _ = through(window.open(f"{BANK}/login"), (200, LOGIN, {"Set-Cookie": "s=1; Path=/; Secure"}))
    landing, sent = through(
        scripted(window, begun, [step], {"username": "u1", "password": "p w"}),
        (303, "", {"Location": f"{URI}?code=c&state=s"}),
    )
    assert sent[0].url == f"{BANK}/go"
    assert sent[0].body == b"t=1%262&u=u1&pw=p+w&lang=tc&act=next"
    assert sent[0].header("Cookie") == "s=1"
    assert landing.parameters == {"code": "c", "state": "s"}


def test_boxes_are_ticked_and_options_chosen_by_what_they_show() -> None:
    page = read_page(BANK, LOGIN.encode())
    step = LoginStep(choose={"lang": "English"}, tick=("keep",), press="Cancel")
    form = step.form_on(page)
    assert form is not None
    assert step.pairs(form, {})[-2:] == [("keep", "on"), ("act", "Cancel")]
    assert ("lang", "en") in step.pairs(form, {})


def test_a_form_that_posts_itself_to_the_tsp_is_the_callback() -> None:
    body = f'<form method=post action="{URI}"><input type=hidden name=code value=c></form><script></script>'
    landing, _ = through(browser().open(f"{BANK}/a"), (200, body, {}))
    assert isinstance(landing, Landing)
    assert landing.posted
    assert landing.parameters == {"code": "c"}


def test_a_fragment_is_told_from_a_query() -> None:
    made = answer(Request("GET", BANK))
    assert landed_at(f"{URI}#code=1", made).fragment
    assert not landed_at(f"{URI}?code=1", made).fragment


def test_an_optional_step_is_passed_over() -> None:
    begun = Shown(
        read_page(BANK, b"<form method=post action=/x><button>OK</button></form>"),
        answer(Request("GET", BANK)),
    )
    steps = [LoginStep(press="Accept cookies", optional=True), LoginStep(press="OK")]
    landing, _ = through(scripted(browser(), begun, steps, {}), (302, "", {"Location": f"{URI}?code=1"}))
    assert landing.parameters["code"] == "1"


def test_a_foreign_host_ends_the_way_and_is_never_asked() -> None:
    landing, sent = through(
        browser().open(f"{BANK}/a"), (302, "", {"Location": "https://evil.example/?code=1"})
    )
    assert isinstance(landing, Landing)
    assert not landing.at(URI)
    assert len(sent) == 1


def test_redirects_without_end_are_given_up() -> None:
    endless = [(302, "", {"Location": f"{BANK}/a"})] * 30
    with pytest.raises(Inconclusive, match="redirected"):
        through(browser().open(f"{BANK}/a"), *endless)


def test_only_307_and_308_send_the_form_on() -> None:
    page = read_page(BANK, LOGIN.encode())
    for status, method in ((307, "POST"), (303, "GET"), (302, "GET")):
        window = browser()
        window.trail.append(answer(Request("GET", BANK)))
        _, sent = through(
            window.submit(page, page.forms[0], [("a", "b")]),
            (status, "", {"Location": "/next"}),
            (200, "", {}),
        )
        assert sent[1].method == method
        assert bool(sent[1].body) == (method == "POST")


@pytest.mark.parametrize(
    "place",
    [
        "http://[",
        "//",
        "javascript:alert(1)",
        "https://bank.example:99999999/",
        "\x00",
        "https://bank.example" + "a" * 9000,
    ],
)
def test_no_location_breaks_the_browser(place: str) -> None:
    flow = browser().open(f"{BANK}/a")
    landing, _ = through(flow, (302, "", {"Location": place}), (200, "", {}))
    assert landing is not None


HOSTILE = [
    b"<form>" * 5000,
    b"<input name=" + b"a" * 100_000,
    b"<form action='http://['><input name=x><button>",
    b"<base href='//[::'><form action=x><select><option><option selected></form>",
    b"<textarea><form></textarea></form></select></label></button>",
    b"<![CDATA[<!--<!DOCTYPE <?php &#x110000; &#0; &notanentity;",
    b"\xff\xfe<\x00f\x00o\x00r\x00m\x00>",
    ("<label>" * 3000 + "<form><input name=x>").encode(),
    b"<form><input type=" + b"\xf0\x9f\x98\x80" * 2000 + b" name=x></form>",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_no_page_breaks_the_reader(body: bytes) -> None:
    page = read_page(f"{BANK}/x", body)
    assert len(page.forms) <= 20
    assert len(page.offered()) <= 600


def test_noise_never_breaks_the_reader() -> None:
    source = random.Random(7)
    pieces = [
        b"<form ",
        b">",
        b"</form>",
        b"<input name=a ",
        b"<button>",
        b"'",
        b'"',
        b"<!--",
        b"&",
        b"<label for=",
        b"<select>",
    ]
    for _ in range(300):
        read_page(BANK, b"".join(source.choice(pieces) for _ in range(60)) + os.urandom(8))


def test_cookies_are_kept_to_their_host_and_path() -> None:
    window = browser()
    through(window.open(f"{BANK}/a/b"), (200, "", {"Set-Cookie": "one=1; Path=/a; HttpOnly"}))
    _, sent = through(window.open(f"{BANK}/a/c"), (200, "", {}))
    assert sent[0].header("Cookie") == "one=1"
    _, sent = through(window.open(f"{BANK}/ab"), (200, "", {}))
    assert sent[0].header("Cookie") is None
    window.stays = lambda _: True
    _, sent = through(window.open("https://other.example/a"), (200, "", {}))
    assert sent[0].header("Cookie") is None


def test_a_step_can_follow_a_link_by_its_text() -> None:
    page = "<h1>Consent</h1><a href=/help>Help</a> <a href='no?x=1&amp;y=2'>[ <b>Cancel</b> ]</a>"
    window = browser()
    begun, _ = through(window.open(f"{BANK}/login/"), (200, page, {"Set-Cookie": "s=1; Path=/"}))
    landing, sent = through(
        scripted(window, begun, [LoginStep.read({"follow": "cancel"})], {}),
        (303, "", {"Location": f"{URI}?error=access_denied"}),
    )
    assert landing.error == "access_denied"
    assert (sent[0].method, sent[0].url) == ("GET", f"{BANK}/login/no?x=1&y=2")
    assert sent[0].header("Cookie") == "s=1"


def test_a_link_that_is_not_there_is_told_with_those_that_are() -> None:
    window = browser()
    begun, _ = through(window.open(f"{BANK}/login"), (200, "<a href=/x>Decline</a>", {}))
    with pytest.raises(Inconclusive, match=r"no link 'Cancel'; the page offers links 'Decline'"):
        through(scripted(window, begun, [LoginStep(follow="Cancel")], {}))


def test_a_step_that_follows_a_link_does_nothing_else() -> None:
    with pytest.raises(Inconclusive, match="does nothing else"):
        LoginStep.read({"follow": "Cancel", "press": "OK"})
