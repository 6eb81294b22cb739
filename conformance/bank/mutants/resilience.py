"""Defects that show when requests come fast or break off."""

from __future__ import annotations

from collections import Counter
from wsgiref.types import WSGIApplication

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import intercepting


def _is_short(request: Request) -> bool:
    """Whether the body is shorter than announced."""
    try:
        return len(request.get_data()) < (request.content_length or 0)
    except ClientDisconnected:
        return True


@mutant("resilience.served_in_time")
def slow_under_pressure(policy: Policy) -> Policy:
    """Above half of the limit answers take four seconds."""
    return policy.evolve("limits.strain", "slow")


@mutant("resilience.no_fault_within_limit")
def faults_under_pressure(policy: Policy) -> Policy:
    """Above half of the limit every fourth request is answered 500."""
    return policy.evolve("limits.strain", "faults")


@mutant("resilience.connection_kept")
def connection_closed(policy: Policy) -> Policy:
    """Every answer closes its connection."""
    return policy.evolve("http.extra_headers", (("Connection", "close"),))


@mutant("resilience.broken_upload_survived")
def broken_upload_poisons(app: WSGIApplication) -> WSGIApplication:
    """After an upload that broke off, the next three reads of products are answered 502."""
    left: Counter[str] = Counter()

    def intercept(request: Request) -> Response | None:
        if request.method == "POST" and _is_short(request):
            left["bad"] = 3
        elif request.method == "GET" and request.path.startswith("/products/") and left["bad"]:
            left["bad"] -= 1
            return Response(status=502)
        return None

    return intercepting(app, intercept)
