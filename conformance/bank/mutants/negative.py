"""Requests that the API description forbids and the bank accepts."""

from __future__ import annotations

import re
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import intercepting


def _dropping(app: WSGIApplication, name: str, pattern: str) -> WSGIApplication:
    """The bank behind a proxy that drops a parameter whose value matches."""

    def intercept(request: Request) -> None:
        if re.search(pattern, request.args.get(name, ""), re.DOTALL):
            pairs = request.environ["QUERY_STRING"].split("&")
            request.environ["QUERY_STRING"] = "&".join(p for p in pairs if not p.startswith(f"{name}="))

    return intercepting(app, intercept)


@mutant("negative.bounds_are_checked")
def page_zero_is_a_page(policy: Policy) -> Policy:
    """Page 0 is answered with the first page."""
    return policy.evolve("products.page_zero_accepted", True)


@mutant("negative.bounds_are_checked")
def size_past_the_limit_is_cut(policy: Policy) -> Policy:
    """A page size past the limit is answered with the limit."""
    return policy.evolve("products.oversize_accepted", True)


@mutant("negative.types_are_checked")
def page_of_letters_is_the_first(app: WSGIApplication) -> WSGIApplication:
    """A page that is no number is answered with the first."""
    return _dropping(app, "page", "^[a-z]")


@mutant("negative.types_are_checked")
def half_sizes_are_dropped(app: WSGIApplication) -> WSGIApplication:
    """A page size that is no whole number is dropped."""
    return _dropping(app, "page_size", r"\.")


@mutant("negative.lengths_are_checked")
def long_names_are_dropped(app: WSGIApplication) -> WSGIApplication:
    """A name filter past the longest length is dropped."""
    return _dropping(app, "name", "^.{101}")


@mutant("negative.patterns_are_checked")
def ids_with_a_line_break_are_dropped(app: WSGIApplication) -> WSGIApplication:
    """An id filter that ends in a line break is dropped."""
    return _dropping(app, "id", "%0A$|\n$")


@mutant("negative.undescribed_methods_are_refused")
def rows_can_be_put(app: WSGIApplication) -> WSGIApplication:
    """PUT on a single row is answered with 200."""

    def intercept(request: Request) -> Response | None:
        if request.method == "PUT" and request.path.count("/") == 3:
            return Response("{}", 200, content_type="application/json")
        return None

    return intercepting(app, intercept)
