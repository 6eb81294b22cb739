"""What a TSP finds at the address of the developer portal."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance import page
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.registry import Findings, check
from conformance.target import Target
from conformance.tsp import Tsp

ENGAGE = page.words(
    "regist", "sign[ -]?up", "apply", "application form", "contact", "onboard", "enquir", "get started",
    "join us", "mailto:", "tel:", "註冊", "登記", "申請", "聯絡", "查詢", "注册", "登记", "申请",
    "联络", "联系",
)  # fmt: skip
DOCUMENTS = page.words(
    "openapi", "swagger", "api reference", "api documentation", "api specification", "data dictionary",
    "api docs", "數據字典", "数据字典", "技術文件", "技术文件", "規格", "规格",
)  # fmt: skip


@check()
def reachable(tsp: Tsp, target: Target) -> Findings:
    """Answers at the address of the developer portal, over https."""
    url = _address(target)
    if urlsplit(url).scheme != "https":
        yield Finding("an https address of the portal", url, "publication.portal")
    answer = page.fetch(tsp, url)
    if answer.status != 200:
        yield Finding("status 200 at the developer portal", f"status {answer.status}", url, answer.exchange)


@check()
def says_how_to_engage(tsp: Tsp, target: Target) -> Findings:
    """Tells a TSP on the developer portal how to register with the bank or whom to contact."""
    shown = _portal(tsp, target).readable()
    if not shown.says(ENGAGE):
        yield Finding("how to register, apply or get in contact", "no such words or links", shown.url,
                      shown.exchange)  # fmt: skip


@check()
def leads_to_the_dictionary(tsp: Tsp, target: Target) -> Findings:
    """Leads from the developer portal to the data dictionary."""
    shown = _portal(tsp, target).readable()
    section = target.publication
    named = {urlsplit(place).path for place in section.dictionary} if section else set()
    links = [link for link in shown.links if link.startswith("http")]
    told = bool(DOCUMENTS.search(shown.text)) or any(DOCUMENTS.search(link) for link in links)
    if not told and not named & {urlsplit(link).path for link in links}:
        yield Finding("a link to the data dictionary", f"none among {len(shown.links)} links", shown.url,
                      shown.exchange)  # fmt: skip


def _address(target: Target) -> str:
    if target.publication is None or not target.publication.portal:
        raise Inconclusive("the bank's file names no developer portal: give publication.portal")
    return target.publication.portal


def _portal(tsp: Tsp, target: Target) -> page.Page:
    answer = page.fetch(tsp, _address(target))
    if answer.status != 200:
        raise Inconclusive(f"the developer portal answered {answer.status}, which is said once")
    return page.shown(tsp, answer)
