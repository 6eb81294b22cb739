"""A faulty proxy before the bank: changes requests on their way in and answers on their way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

Amend = Callable[[Request, Response], "Response | None"]
Intercept = Callable[[Request], "Response | None"]


def answering(app: WSGIApplication, amend: Amend) -> WSGIApplication:
    """Give the app with every answer passed through `amend(request, response)`.

    The response may be changed in place, or another one given back.
    """

    def proxied(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = Response.from_app(app, environ, buffered=True)
        changed = amend(Request(environ, populate_request=False), response)
        return (changed or response)(environ, start_response)

    return proxied


def intercepting(app: WSGIApplication, intercept: Intercept) -> WSGIApplication:
    """Give the app behind `intercept(request)`, which may answer itself or change `request.environ`."""

    def proxied(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        own = intercept(Request(environ, populate_request=False))
        return app(environ, start_response) if own is None else own(environ, start_response)

    return proxied


def fetch(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """Give the app's complete answer to an environment."""
    return Response.from_app(app, environ, buffered=True)


def raw_path(request: Request) -> str:
    """The path as it came, percent-encoding kept; what servers and the in-memory wire call RAW_URI."""
    raw: str = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path
    return raw.partition("?")[0]
