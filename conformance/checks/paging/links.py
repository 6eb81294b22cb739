"""What a page says of itself, where a bank speaks the canonical API: its number, its size, its successor."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from conformance.answer import Answer
from conformance.checks.paging.pages import PARTS, Pager
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=1)
def page_describes_itself(tsp: Tsp, reading: Reading) -> Findings:
    """States on a page the number and the size that were asked for."""
    pager = _canonical(tsp, reading)
    if not pager.begins_at_first():
        return
    number, size = pager.paging.first + 1, pager.size()
    answer = pager.page(number, size).answer
    document = reading.document_of(answer)
    for name, asked in (("page", number), ("page_size", size)):
        said = document.first(f"$.meta.{name}")
        if isinstance(said, int) and said != asked:
            yield Finding(f"meta.{name} as asked", f"{said}, not {asked}", f"/meta/{name}", answer.exchange)


@check(requests=4)
def next_links_lead_through_the_list(tsp: Tsp, reading: Reading) -> Findings:
    """Leads from the first page to each following one, and from the last to none, by links.next."""
    pager = _canonical(tsp, reading)
    if not pager.sound():
        return
    expected = [page.answer for page in pager.walk() if page.keys]
    came = [key for answer in expected for key in pager.keys(answer)]
    if Counter(came) != Counter(pager.whole()) or len(expected) > PARTS:
        return  # told where pages are put together
    answer = pager.page(None, pager.size()).answer
    for following in (*expected[1:], None):
        link = reading.document_of(answer).first("$.links.next")
        problem = _problem(answer, link, following)
        if problem is None and following is not None:
            request = tsp.request(reading.operation, credentials=False)
            answer = tsp.send(tsp.authorized(replace(request, url=urljoin(answer.request.url, str(link)))))
            if answer.status != 200 or pager.keys(answer) != pager.keys(following):
                problem = f"other rows, status {answer.status}"
        if problem is not None:
            yield Finding("links.next to the page that follows", problem, "/links/next", answer.exchange)
            return


def _canonical(tsp: Tsp, reading: Reading) -> Pager:
    if not reading.operation.canonical:
        raise NotApplicable("the bank does not speak the canonical API, which describes each page")
    return Pager.of(tsp, reading)


def _problem(answer: Answer, link: object, following: Answer | None) -> str | None:
    """What is wrong with a link before it is followed; None when nothing is."""
    if following is None:
        return "a link on the last page" if link else None
    if not isinstance(link, str) or not link:
        return "no link, and rows that follow"
    here, there = urlsplit(answer.request.url), urlsplit(urljoin(answer.request.url, link))
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        return f"a link to another host, {there.netloc[:60]}"
    return None
