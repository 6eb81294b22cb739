"""Defects of cross-origin resource sharing."""

from __future__ import annotations

from collections.abc import Callable
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, intercepting

ALLOWED = "Access-Control-Allow-Origin"


@mutant("cors.no_credentials_for_strangers")
def any_origin_with_credentials(policy: Policy) -> Policy:
    """Whatever origin asks may read with the user's credentials."""
    return policy.evolve("http.cors", "reflects-with-credentials")


@mutant("cors.no_credentials_for_strangers")
def asterisk_with_credentials(policy: Policy) -> Policy:
    """Every origin may read, and credentials are said to be allowed."""
    return policy.evolve("http.cors", "any-with-credentials")


@mutant("cors.no_credentials_for_strangers")
def origins_that_end_alike(app: WSGIApplication) -> WSGIApplication:
    """Every origin whose name ends like the bank's domain may read with the user's credentials."""
    return _trusting(app, lambda origin, own: origin.endswith(".".join(own.split(".")[-2:])))


@mutant("cors.no_credentials_for_strangers")
def origins_that_begin_alike(app: WSGIApplication) -> WSGIApplication:
    """Every origin that begins with the bank's own may read with the user's credentials."""
    return _trusting(app, lambda origin, own: origin.startswith(f"https://{own}"))


def _trusting(app: WSGIApplication, trusted: Callable[[str, str], bool]) -> WSGIApplication:
    def amend(request: Request, response: Response) -> None:
        origin = request.headers.get("Origin")
        if origin and trusted(origin, request.environ["SERVER_NAME"]):
            response.headers[ALLOWED] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
            response.headers.add("Vary", "Origin")

    return answering(app, amend)


@mutant("cors.null_origin_not_trusted")
def null_origin_trusted(policy: Policy) -> Policy:
    """The origin null may read."""
    return policy.evolve("http.cors", "null")


@mutant("cors.one_origin_allowed")
def origins_in_a_list(app: WSGIApplication) -> WSGIApplication:
    """Two origins are allowed in one header."""

    def amend(request: Request, response: Response) -> None:
        if "Origin" in request.headers:
            response.headers[ALLOWED] = "https://www.bank.example, https://m.bank.example"

    return answering(app, amend)


@mutant("cors.one_origin_allowed")
def origins_in_two_headers(app: WSGIApplication) -> WSGIApplication:
    """Gateway and application both allow origins."""

    def amend(request: Request, response: Response) -> None:
        if "Origin" in request.headers:
            response.headers.add(ALLOWED, "*")
            response.headers.add(ALLOWED, "*")

    return answering(app, amend)


@mutant("cors.vary_names_origin")
def vary_lacks_origin(app: WSGIApplication) -> WSGIApplication:
    """The origin of the request is allowed, and Vary does not say so."""

    def amend(request: Request, response: Response) -> None:
        if origin := request.headers.get("Origin"):
            response.headers[ALLOWED] = origin

    return answering(app, amend)


@mutant("cors.preflight_sane")
def preflight_crashes(app: WSGIApplication) -> WSGIApplication:
    """A preflight request is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response.status_code = 500

    return answering(app, amend)


@mutant("cors.preflight_sane")
def preflight_allows_what_is_asked(app: WSGIApplication) -> WSGIApplication:
    """A preflight request is allowed whatever method it asks for."""

    def intercept(request: Request) -> Response | None:
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None:
            return None
        return Response(status=204, headers={ALLOWED: "*", "Access-Control-Allow-Methods": asked})

    return intercepting(app, intercept)
