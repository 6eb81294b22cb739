"""Whether a dataset answers, and the envelope that it answers in."""

from __future__ import annotations

from conformance.document import NotJson, kind, parse, shown
from conformance.errors import Inconclusive
from conformance.feed import SUCCESS, Feed, envelope
from conformance.model import Finding
from conformance.registry import Findings, check


@check()
def reachable(feed: Feed) -> Findings:
    """Answers 200 for every dataset of the catalogue; an outage proves nothing."""
    answer = feed.answer()
    if answer.status >= 500:
        raise Inconclusive(f"the dataset is unavailable: {answer.status}")
    if answer.status != 200:
        yield Finding("status 200", f"status {answer.status}", feed.dataset.name, answer.exchange)


@check()
def json_sent(feed: Feed) -> Findings:
    """Answers with JSON, and says so in the media type."""
    answer = feed.answer()
    if answer.status != 200:
        raise Inconclusive(f"the dataset answered {answer.status}, which is said once")
    try:
        parse(answer.body)
    except NotJson as error:
        yield Finding("JSON of RFC 8259", error.reason, "body", answer.exchange)
        return
    if not answer.is_json:
        yield Finding("the media type application/json", answer.media_type or "none", "header Content-Type",
                      answer.exchange)  # fmt: skip


@check()
def enveloped(feed: Feed) -> Findings:
    """Puts every answer into an envelope with header and result."""
    answer = feed.answer()
    found = envelope(answer)
    if answer.status != 200 or found is None:
        raise Inconclusive("the answer cannot be read, which is said once")
    for name in ("header", "result"):
        if not isinstance(found.get(name), dict):
            yield Finding(f"an object {name}", kind(found.get(name)) if name in found else "none", f"/{name}",
                          answer.exchange)  # fmt: skip


@check()
def header_tells_success(feed: Feed) -> Findings:
    """Tells success in the header: success true, err_code 0000, err_msg a text."""
    answer = feed.answer()
    found = envelope(answer) or {}
    header = found.get("header")
    if answer.status != 200 or not isinstance(header, dict):
        raise Inconclusive("the answer has no header, which is said once")
    for name, right, wanted in (
        ("success", header.get("success") is True, "true"),
        ("err_code", header.get("err_code") == SUCCESS, f'"{SUCCESS}"'),
        ("err_msg", isinstance(header.get("err_msg"), str), "a text"),
    ):
        if not right:
            yield Finding(wanted, shown(header.get(name)), f"/header/{name}", answer.exchange)


@check()
def records_listed(feed: Feed) -> Findings:
    """Lists its records as objects, at least one."""
    page = feed.page()
    listed = page.result.get("records")
    if not isinstance(listed, list) or not listed:
        yield Finding("a list of records", shown(listed), "/result/records", page.answer.exchange)
    elif len(page.records) < len(listed):
        odd = next(i for i, one in enumerate(listed) if not isinstance(one, dict))
        yield Finding("an object", kind(listed[odd]), f"/result/records/{odd}", page.answer.exchange)


@check()
def datasize_true(feed: Feed) -> Findings:
    """Tells in datasize the number of records in this answer."""
    page = feed.page()
    told, listed = page.result.get("datasize"), page.result.get("records")
    count = len(listed) if isinstance(listed, list) else 0
    if isinstance(told, bool) or told != count:
        yield Finding(f"datasize {count}", shown(told), "/result/datasize", page.answer.exchange)
