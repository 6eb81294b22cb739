"""Links to the bank's own pages, where a product is applied for."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.applications import Applications

PERSONAL = re.compile(r"(?i)^(.*name|customer.*|account.*|phone|mobile|e?mail|hkid|address|birth.*|token)$")
ELSEWHERE = "https://attacker.example/"
PARAMETERS = ("next", "url", "redirect", "returnUrl", "redirect_uri", "goto")


@check(requests=3)
def link_is_secure(applications: Applications, operation: Operation) -> Findings:
    """Leads to https."""
    url, answer = applications.link(operation.id)
    scheme = urlsplit(url).scheme.lower()
    if scheme != "https":
        yield Finding("a link with https", f"scheme {scheme or 'none'}", "link", answer.exchange)


@check(requests=3)
def link_is_the_banks(applications: Applications, operation: Operation) -> Findings:
    """Leads to a host of the bank."""
    url, answer = applications.link(operation.id)
    if urlsplit(url).scheme == "https" and not applications.access.tsp.knows(url):
        host = (urlsplit(url).hostname or "none")[:100]
        yield Finding(
            "a host that the bank's file names, under base_url or hosts", host, "link", answer.exchange
        )


@check(requests=3)
def link_is_impersonal(applications: Applications, operation: Operation) -> Findings:
    """Has nobody's data in its query."""
    url, answer = applications.link(operation.id)
    telling = [name for name, _ in parse_qsl(urlsplit(url).query) if PERSONAL.match(name)]
    if telling:
        yield Finding(
            "a query without personal data", f"parameters {', '.join(telling[:5])}", "link", answer.exchange
        )


@check(requests=4)
def link_leads_nowhere_else(applications: Applications, operation: Operation) -> Findings:
    """Follows no parameter of the page's address to another host."""
    url, _ = applications.link(operation.id)
    tsp = applications.access.tsp
    if not tsp.knows(url) or urlsplit(url).scheme != "https":
        return
    mark = "&" if urlsplit(url).query else "?"
    pairs = urlencode([(name, ELSEWHERE) for name in PARAMETERS])
    answer = tsp.send(Request("GET", f"{url}{mark}{pairs}", (("Accept", "text/html"),)))
    location = answer.header("Location") or ""
    if 300 <= answer.status < 400 and location.startswith(ELSEWHERE.rstrip("/")):
        yield Finding("a page, or a redirect within the bank", location[:100], "Location", answer.exchange)
