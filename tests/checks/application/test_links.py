"""Links to where products are applied for: right ones of many kinds, and what is wrong with others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.wrappers import Request, Response

from conformance.model import Verdict
from tests.checks.application.shapes import Shape, judged, said, target

START = "https://bank.example/start/loan"
ELSEWHERE = "https://attacker.example/"
Page = Callable[[Request], Response]


def fired(link: str = START, page: Page | None = None, hosts: tuple[str, ...] = ()) -> list[str]:
    bank = Shape(link=link) if page is None else Shape(link=link, page=page)
    told = target(allow=[], capabilities=["application-link"], hosts=list(hosts))
    results = judged(bank, told)
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    return sorted({line.split(":")[0].removeprefix("application.") for line in said(results)})


@pytest.mark.parametrize(
    "link",
    [
        START,
        "HTTPS://BANK.EXAMPLE/start/loan",
        f"{START}?productName=loan&utm_campaign_name=spring&account_type=savings&lang=zh-HK",
        f"{START}?ref=8f14e45fceea167a5a36dedd4bea2543&token=opaque-hand-over",
        f"{START}?customer_segment=premier&ratename=fixed#name-of-the-product",
        "https://bank.example:443/start/loan",
        f"{START}?q=%",
    ],
)
def test_a_right_link_is_right(link: str) -> None:
    assert fired(link) == []


def test_a_host_that_the_file_names_is_the_banks() -> None:
    assert fired("https://apply.bank.example/start/loan", hosts=("apply.bank.example",)) == []


@pytest.mark.parametrize(
    ("link", "check"),
    [
        ("http://bank.example/start/loan", "link_is_secure"),
        ("javascript:alert(1)", "link_is_secure"),
        ("/start/loan", "link_is_secure"),
        ("https://[::1", "link_is_secure"),
        ("https://bank.example.evil.example/", "link_is_the_banks"),
        ("https://bank.example@evil.example/", "link_is_the_banks"),
        ("https://evil.example#https://bank.example/", "link_is_the_banks"),
        (f"{START}?name=CHAN", "link_is_impersonal"),
        (f"{START}?customerName=CHAN", "link_is_impersonal"),
        (f"{START}?mobile_no=61234567", "link_is_impersonal"),
        (f"{START}?x=chan%40mail.example", "link_is_impersonal"),
        (f"{START}?x=A123456(7)", "link_is_impersonal"),
        (f"{START}/%2B852%2061234567", "link_is_impersonal"),
        (f"{START}#hkid=A1", "link_is_impersonal"),
    ],
)
def test_each_fault_of_a_link_is_found_by_one_check(link: str, check: str) -> None:
    assert fired(link) == [check]


def _redirects(name: str, form: Callable[[str], Response]) -> Page:
    def page(request: Request) -> Response:
        where = request.args.get(name, "")
        return form(where) if where else Response("<p>Start", content_type="text/html")

    return page


def _meta(where: str) -> Response:
    return Response(f"<META content='0;URL={where}' HTTP-EQUIV=refresh>", content_type="text/html")


@pytest.mark.parametrize(
    "form",
    [
        lambda where: Response("", 302, headers={"Location": where}),
        lambda where: Response("", 200, headers={"Refresh": f"0; url={where}"}),
        _meta,
    ],
    ids=["location", "refresh", "meta"],
)
@pytest.mark.parametrize("name", ["next", "redirect_uri", "goto"])
def test_a_page_that_leads_to_where_a_parameter_says_is_found(
    name: str, form: Callable[[str], Response]
) -> None:
    assert fired(page=_redirects(name, form)) == ["link_leads_nowhere_else"]


def test_a_page_that_compares_the_scheme_alone_is_found() -> None:
    def page(request: Request) -> Response:
        where = request.args.get("url", "")
        sends = bool(where) and not where.startswith("http")
        return Response("", 302, headers={"Location": where}) if sends else Response("<p>Start")

    assert fired(page=page) == ["link_leads_nowhere_else"]


@pytest.mark.parametrize(
    "page",
    [
        lambda r: Response("", 302, headers={"Location": "/login?next=" + r.args.get("next", "")}),
        lambda _: Response("", 302, headers={"Location": f"https://bank.example/{ELSEWHERE}"}),
        lambda r: Response(f"<p>{r.args.get('next', '')}", content_type="text/html"),
        lambda r: Response("", 400) if r.args else Response("<p>Start"),
        lambda _: Response("", 403),
        lambda _: Response("<meta http-equiv=refresh content='5'>", content_type="text/html"),
    ],
    ids=[
        "within-the-bank",
        "path-that-looks-like-it",
        "shown-as-text",
        "refused",
        "robots-refused",
        "reload",
    ],
)
def test_a_page_that_stays_within_the_bank_is_right(page: Page) -> None:
    assert fired(page=page) == []


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_link_to_a_page_that_is_not_there_is_found(status: int) -> None:
    assert "link_opens" in fired(page=lambda _: Response("", status))
