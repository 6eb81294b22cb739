"""Public repositories of APIs, where a TSP looks for banks."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance import page
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.registry import Findings, check
from conformance.target import Target
from conformance.tsp import Tsp


@check()
def listed(tsp: Tsp, target: Target) -> Findings:
    """Is listed in the public repositories that the bank names, by its name or by its addresses."""
    section = target.publication
    if section is None or not section.repositories:
        raise Inconclusive("the bank's file names no public repository: give publication.repositories")
    hosts = {urlsplit(url).hostname or "" for url in (target.base_url, section.portal) if url}
    names = {name for name in (target.name, section.name_in_locators) if name}
    for url in section.repositories:
        answer = page.fetch(tsp, url)
        if answer.status != 200:
            yield Finding(
                "status 200 at the public repository", f"status {answer.status}", url, answer.exchange
            )
            continue
        text = answer.text().casefold()
        own = urlsplit(url).hostname or ""
        sought = names | {host for host in hosts if host != own}
        if any(one.casefold() in text for one in sought):
            continue
        page.shown(tsp, answer).readable()
        yield Finding(
            f"{target.name} in the list", "neither its name nor its addresses", url, answer.exchange
        )
