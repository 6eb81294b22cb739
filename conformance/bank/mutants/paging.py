"""Defects of pages and filters."""

from __future__ import annotations

import itertools
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.policy import Row
from conformance.bank.proxy import answering, intercepting


@mutant("paging.total_is_true")
def total_too_high(policy: Policy) -> Policy:
    """The total is three more than there are rows."""
    return policy.evolve("products.total_wrong", 3)


@mutant("paging.total_is_true")
def total_too_low(policy: Policy) -> Policy:
    """The total is one less than there are rows."""
    return policy.evolve("products.total_wrong", -1)


@mutant("paging.total_is_true")
def total_of_the_page(policy: Policy) -> Policy:
    """The total counts the rows of the page, not those of the list."""
    return policy.evolve("products.total_is_page_count", True)


@mutant("paging.pages_are_complete")
def pages_skip_rows(policy: Policy) -> Policy:
    """The last row of each page but the last is on no page."""
    return policy.evolve("products.pages_skip", True)


@mutant("paging.pages_do_not_repeat")
def page_two_repeats_page_one(policy: Policy) -> Policy:
    """The second page repeats the first."""
    return policy.evolve("products.page_two_repeats", True)


@mutant("paging.pages_do_not_repeat")
def page_number_ignored(policy: Policy) -> Policy:
    """Every page is the first."""
    return policy.evolve("products.ignores_page", True)


@mutant("paging.pages_do_not_repeat")
def pages_overlap(policy: Policy) -> Policy:
    """Each page begins with the last row of the one before."""
    return policy.evolve("products.pages_overlap", True)


@mutant("paging.numbering_begins_as_declared")
def pages_from_zero(app: WSGIApplication) -> WSGIApplication:
    """The first page has the number 0, so that page 1 is the second."""

    def renumber(request: Request) -> None:
        pairs = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)
        moved = [(k, str(int(v) + 1) if k == "page" and v.isdigit() else v) for k, v in pairs]
        request.environ["QUERY_STRING"] = urlencode(moved)

    return intercepting(app, renumber)


@mutant("paging.order_holds")
def order_changes(policy: Policy) -> Policy:
    """The list begins one row later on every request."""
    requests = itertools.count()

    def turned(rows: list[Row], _: str) -> list[Row]:
        by = next(requests) % max(1, len(rows))
        return [*rows[by:], *rows[:by]]

    return policy.edit_list("*", turned)


@mutant("paging.smallest_size_is_honoured")
def page_size_ignored(policy: Policy) -> Policy:
    """Every page has the size that the bank prefers."""
    return policy.evolve("products.ignores_page_size", True)


@mutant("paging.largest_size_is_honoured")
def page_size_capped(policy: Policy) -> Policy:
    """Pages never hold more than twenty rows, whatever size is asked for."""
    return policy.evolve("products.page_size_capped", 20)


@mutant("paging.largest_size_is_honoured")
def largest_size_refused(policy: Policy) -> Policy:
    """The largest size that the bank publishes is refused."""
    return policy.evolve("products.page_size_limit", 99)


@mutant("paging.sizes_out_of_range_are_refused")
def page_size_zero_fails(app: WSGIApplication) -> WSGIApplication:
    """A page of no rows is a division by zero."""

    def amend(request: Request, response: Response) -> Response | None:
        if request.args.get("page_size") != "0":
            return None
        body = '{"error":{"code":"internal_error","message":"The bank has a fault."}}'
        return Response(body, 500, response.headers, content_type="application/json")

    return answering(app, amend)


@mutant("paging.page_after_last_is_empty")
def page_after_last_repeats(policy: Policy) -> Policy:
    """After the last page the last page comes again."""
    return policy.evolve("products.beyond_last", "repeats")


@mutant("paging.page_after_last_is_empty")
def page_after_last_fails(policy: Policy) -> Policy:
    """A page after the last answers 500."""
    return policy.evolve("products.beyond_last", "fails")


@mutant("paging.filters_narrow")
def filter_ignored(policy: Policy) -> Policy:
    """Filters leave every row."""
    return policy.evolve("products.filter_ignored", True)


@mutant("paging.filters_narrow")
def filter_total_wrong(policy: Policy) -> Policy:
    """The total of a filtered list counts all rows."""
    return policy.evolve("products.filter_total_wrong", True)


@mutant("paging.page_describes_itself")
def page_says_one(policy: Policy) -> Policy:
    """Every page says that it is page 1."""
    return policy.evolve("products.page_echo_wrong", True)


@mutant("paging.page_describes_itself")
def page_says_default_size(policy: Policy) -> Policy:
    """Every page says that it has the default size."""
    return policy.evolve("products.page_size_echo_wrong", True)


@mutant("paging.next_links_lead_through_the_list")
def next_link_absent(policy: Policy) -> Policy:
    """No page links to the next."""
    return policy.evolve("products.next_link", "absent")


@mutant("paging.next_links_lead_through_the_list")
def next_link_endless(policy: Policy) -> Policy:
    """The last page links to a next one."""
    return policy.evolve("products.next_link", "endless")


@mutant("paging.next_links_lead_through_the_list")
def next_link_to_itself(policy: Policy) -> Policy:
    """Every page links to itself as the next."""
    return policy.evolve("products.next_link", "repeats")


@mutant("paging.next_links_lead_through_the_list")
def next_link_to_other_host(policy: Policy) -> Policy:
    """The next page is on an internal host."""
    return policy.evolve("products.next_link", "other-host")
