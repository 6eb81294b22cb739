"""One page of a list, with its meta and its link to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from conformance.bank.http import Refusal
from conformance.bank.products.parameters import Query
from conformance.bank.products.policy import ProductPolicy, Row

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Links = dict[str, str]


def page(policy: ProductPolicy, rows: Sequence[Row], query: Query) -> list[Row]:
    """Cut one page out of all rows; a page after the last is empty."""
    size = _size(policy, query)
    number = _number(policy, rows, query, size)
    if policy.page_two_repeats and number == 2:
        number = 1
    start = (number - 1) * size
    if policy.pages_overlap and number > 1:
        start -= 1
    end = start + size
    if policy.pages_skip and end < len(rows):
        end -= 1
    return list(rows[start:end])


def meta(policy: ProductPolicy, total: int, shown: int, query: Query) -> dict[str, int]:
    """Give total (of all pages), page and page_size."""
    return {
        "total": shown if policy.total_is_page_count else total + policy.total_wrong,
        "page": 1 if policy.page_echo_wrong else query.page,
        "page_size": policy.default_page_size if policy.page_size_echo_wrong else query.page_size,
    }


def links(bank: Bank, request: Request, total: int, query: Query) -> Links:
    """Give the link to the next page, a path relative to the host; nothing on the last page."""
    policy = bank.policy.products
    size = _size(policy, query)
    number = query.page + 1 if policy.pages_from_zero else query.page
    if policy.next_link == "absent" or (number * size >= total and policy.next_link != "endless"):
        return {}
    following = query.page if policy.next_link == "repeats" else query.page + 1
    filters = () if policy.next_link == "drops-filter" else query.filters
    target = f"{request.path}?{urlencode([*filters, ('page', following), ('page_size', query.page_size)])}"
    host = {
        "other-host": "https://internal.bank.example:8443",
        "request-host": f"https://{request.host}",
        "forwarded-host": f"https://{request.headers.get('X-Forwarded-Host', request.host)}",
    }.get(policy.next_link, "")
    return {"next": host + target}


def _size(policy: ProductPolicy, query: Query) -> int:
    size = policy.default_page_size if policy.ignores_page_size else query.page_size
    return min(size, policy.page_size_capped or size)


def _number(policy: ProductPolicy, rows: Sequence[Row], query: Query, size: int) -> int:
    number = query.page + 1 if policy.pages_from_zero else max(1, query.page)
    if policy.ignores_page:
        return 1
    last = max(1, -(-len(rows) // size))
    if number <= last or policy.beyond_last == "empty":
        return number
    if policy.beyond_last == "refused":
        raise Refusal(404, "not_found", "There is no such page.")
    if policy.beyond_last == "fails":
        raise Refusal(500, "internal_error", "The bank has a fault.")
    return last
