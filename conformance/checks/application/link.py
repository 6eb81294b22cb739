"""Links to the bank's own pages, where a product is applied for."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, unquote_plus, urlencode, urljoin, urlsplit

from conformance.address import url_parts
from conformance.answer import Answer
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import finding
from conformance.writing.applications import Applications

_PERSONAL = re.compile(
    r"(customer|applicant|first|last|full|family|given|sur|user)_?name|name|surname"
    r"|(mobile|phone|tel|telephone|contact)(_?(no|num|number))?|e?_?mail(_?address)?"
    r"|hkid(_?(no|number))?|(id|passport|identity)_?(no|number|card)|birth_?da(te|y)|da(te|y)_?of_?birth|dob"
    r"|(customer|cif)_?(id|no|number)|account_?(no|num|number)|(card)_?(no|num|number)|(home|mailing)?_?address"
)
_VALUES = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")),
    ("a Hong Kong identity card number", re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}\d{6}\([0-9A]\)")),
    ("a phone number", re.compile(r"(?<!\d)\+852[ -]?\d{4}[ -]?\d{4}(?!\d)")),
)
_REFRESH = re.compile(r"""<meta[^>]+http-equiv\s*=\s*["']?refresh["']?[^>]*>""", re.IGNORECASE)
_URL = re.compile(r"""url\s*=\s*["']?([^"'>\s;]+)""", re.IGNORECASE)
HOST = "attacker.example"
ELSEWHERE = (f"https://{HOST}/", f"//{HOST}/")
PARAMETERS = ("next", "url", "redirect", "returnUrl", "redirect_uri", "goto", "target", "continue")


@check(requests=3)
def link_is_secure(applications: Applications, operation: Operation) -> Findings:
    """Leads to https."""
    url, answer = applications.link(operation.id)
    parts = url_parts(url)
    if parts is None or parts.scheme.lower() != "https":
        told = f"scheme {parts.scheme or 'none'}" if parts else "no address"
        yield Finding("a link with https", told, "link", answer.exchange)


@check(requests=3)
def link_is_the_banks(applications: Applications, operation: Operation) -> Findings:
    """Leads to a host of the bank."""
    url, answer = applications.link(operation.id)
    parts = url_parts(url)
    if parts is not None and parts.scheme.lower() == "https" and not applications.access.tsp.knows(url):
        host = (parts.hostname or "none")[:100]
        yield Finding(
            "a host that the bank's file names, under base_url or hosts", host, "link", answer.exchange
        )


@check(requests=3)
def link_is_impersonal(applications: Applications, operation: Operation) -> Findings:
    """Has nobody's data in it."""
    url, answer = applications.link(operation.id)
    parts = url_parts(url)
    if parts is None:
        return
    pairs = parse_qsl(f"{parts.query}&{parts.fragment}")
    telling = [f"a parameter {name[:40]}" for name, _ in pairs if _PERSONAL.fullmatch(_snake(name))]
    plain = unquote_plus(f"{parts.path} {parts.query} {parts.fragment}")
    telling += [what for what, form in _VALUES if form.search(plain)]
    if telling:
        yield Finding("a link without personal data", ", ".join(telling[:5]), "link", answer.exchange)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


@check(requests=4)
def link_opens(applications: Applications, operation: Operation) -> Findings:
    """Leads to a page that is there."""
    url, _ = applications.link(operation.id)
    parts, tsp = url_parts(url), applications.access.tsp
    if parts is None or parts.scheme.lower() != "https" or not tsp.knows(url):
        return
    answer = tsp.once(Request("GET", url, (("Accept", "text/html"),)))
    if answer.status in (404, 410) or answer.status >= 500:
        yield finding("the page of the product", answer, "link")


@check(requests=5)
def link_leads_nowhere_else(applications: Applications, operation: Operation) -> Findings:
    """Follows no parameter of the page's address to another host."""
    url, _ = applications.link(operation.id)
    parts, tsp = url_parts(url), applications.access.tsp
    if parts is None or parts.scheme.lower() != "https" or not tsp.knows(url):
        return
    plain = url.partition("#")[0]
    for target in ELSEWHERE:
        pairs = urlencode([(name, target) for name in PARAMETERS])
        asked = f"{plain}{'&' if parts.query else '?'}{pairs}"
        answer = tsp.send(Request("GET", asked, (("Accept", "text/html"),)))
        where = next((told for told in _ahead(answer) if _leads(asked, told)), "")
        if where:
            yield Finding("a page, or a redirect within the bank", where[:100], "Location", answer.exchange)
            return


def _ahead(answer: Answer) -> list[str]:
    """Where an answer sends a browser by itself."""
    found = list(answer.values("Location")) if 300 <= answer.status < 400 else []
    refresh = [*answer.values("Refresh"), *(m[0] for m in _REFRESH.finditer(answer.text()[:100_000]))]
    return found + [unescape(m[1]) for text in refresh for m in _URL.finditer(unescape(text))]


def _leads(page: str, told: str) -> bool:
    try:
        return urlsplit(urljoin(page, told.strip().replace("\\", "/"))).hostname == HOST
    except ValueError:
        return False
