"""Defects of error answers: their type, shape and truth, and what they give away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.access import SECRET
from conformance.bank.proxy import answering, intercepting


def _errors(
    app: WSGIApplication, change: Callable[[Request, Response, dict[str, Any]], Any]
) -> WSGIApplication:
    """Pass the parsed body of every error through `change`, whose result replaces it."""

    def amend(request: Request, response: Response) -> None:
        body = response.get_data()
        if response.status_code >= 400 and body.startswith(b"{"):
            response.set_data(json.dumps(change(request, response, json.loads(body))))

    return answering(app, amend)


@mutant("error.media_type")
def error_is_xml(policy: Policy) -> Policy:
    """Errors are XML, as a gateway's own often are."""
    return policy.evolve("http.error_shape", "xml")


@mutant("error.media_type")
def error_is_a_page(policy: Policy) -> Policy:
    """Errors are HTML pages."""
    return policy.evolve("http.error_shape", "html")


@mutant("error.media_type")
def error_declared_as_text(policy: Policy) -> Policy:
    """Errors are JSON, declared as text/plain."""
    return policy.evolve("http.error_media_type", "text/plain")


@mutant("error.media_type")
def error_is_text_declared_as_json(app: WSGIApplication) -> WSGIApplication:
    """Errors are declared as JSON and hold plain words."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code >= 400:
            response.set_data("Bad request, see the manual")

    return answering(app, amend)


@mutant("error.media_type", "headers.pages_not_framed")
def error_page_can_be_framed(app: WSGIApplication) -> WSGIApplication:
    """Errors are HTML pages that any site may frame."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code >= 400:
            response.set_data("<!doctype html><title>Error</title><h1>Error</h1>")
            response.headers["Content-Type"] = "text/html"
            del response.headers["Content-Security-Policy"]

    return answering(app, amend)


@mutant("error.shape")
def unknown_path_has_the_gateways_error(app: WSGIApplication) -> WSGIApplication:
    """The gateway answers unknown paths in a shape of its own."""

    def change(_: Request, response: Response, body: dict[str, Any]) -> Any:
        own = {"httpCode": "404", "httpMessage": "Not Found", "moreInformation": "No such API"}
        return own if response.status_code == 404 else body

    return _errors(app, change)


@mutant("error.shape")
def wrong_method_has_a_message_only(app: WSGIApplication) -> WSGIApplication:
    """The error of a wrong method is {"ErrorMsg": …}."""

    def change(_: Request, response: Response, body: dict[str, Any]) -> Any:
        return {"ErrorMsg": "Method not allowed"} if response.status_code == 405 else body

    return _errors(app, change)


@mutant("error.status_agrees")
def error_tells_another_status(app: WSGIApplication) -> WSGIApplication:
    """Error bodies hold an httpCode that is not the status."""

    def change(_: Request, response: Response, body: dict[str, Any]) -> Any:
        return {**body, "httpCode": "500" if response.status_code < 500 else "400"}

    return _errors(app, change)


@mutant("error.status_agrees")
def one_error_tells_another_status(app: WSGIApplication) -> WSGIApplication:
    """The 405 says inside its error object that its status is 404."""

    def change(_: Request, response: Response, body: dict[str, Any]) -> Any:
        told = 404 if response.status_code == 405 else response.status_code
        return {"error": {**body["error"], "status": told}}

    return _errors(app, change)


@mutant("error.content_language")
def english_error_labelled_chinese(app: WSGIApplication) -> WSGIApplication:
    """English error messages are labelled as Chinese."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code >= 400:
            response.headers["Content-Language"] = "zh-Hant"

    return answering(app, amend)


@mutant("error.no_disclosure")
def error_shows_stack(policy: Policy) -> Policy:
    """Errors hold a stack trace."""
    return policy.evolve("http.error_discloses", "stack")


@mutant("error.no_disclosure")
def error_shows_query(policy: Policy) -> Policy:
    """Errors hold a database query."""
    return policy.evolve("http.error_discloses", "sql")


@mutant("error.no_disclosure")
def error_shows_version(policy: Policy) -> Policy:
    """Errors name the version of the server."""
    return policy.evolve("http.error_discloses", "version")


@mutant("error.no_disclosure")
def error_shows_file_path(policy: Policy) -> Policy:
    """Errors name a file of the server."""
    return policy.evolve("http.error_discloses", "path")


@mutant("error.no_disclosure")
def error_shows_connection(policy: Policy) -> Policy:
    """Errors hold the address and password of a database."""
    return policy.evolve("http.error_discloses", "secret")


@mutant("error.no_disclosure")
def error_shows_internal_host(app: WSGIApplication) -> WSGIApplication:
    """The error of an unknown path names the host behind the gateway."""

    def change(_: Request, response: Response, body: dict[str, Any]) -> Any:
        if response.status_code == 404:
            body["error"]["message"] += " (products-v2.open-api.svc.cluster.local)"
        return body

    return _errors(app, change)


@mutant("error.size_refusals_disclose_nothing")
def large_header_shows_the_gateway(app: WSGIApplication) -> WSGIApplication:
    """The gateway refuses a large header with a page of its own, which names its version."""

    def intercept(request: Request) -> Response | None:
        if len(request.headers.get("X-Padding", "")) > 16384:
            page = "<html><h1>Request Header Fields Too Large</h1><hr>nginx/1.22.1</html>"
            return Response(page, 431, content_type="text/html")
        return None

    return intercepting(app, intercept)


@mutant("error.size_refusals_disclose_nothing")
def long_address_shows_the_gateway(app: WSGIApplication) -> WSGIApplication:
    """The gateway refuses a long address, and names its version in Server as it does nowhere else."""

    def intercept(request: Request) -> Response | None:
        if len(request.query_string) > 16384:
            return Response("{}", 414, {"Server": "Apache/2.4.57 (Debian)"}, content_type="application/json")
        return None

    return intercepting(app, intercept)


@mutant("error.no_markup_echo")
def markup_comes_back(app: WSGIApplication) -> WSGIApplication:
    """A path with markup is answered with a page that repeats it."""

    def amend(request: Request, _: Response) -> Response | None:
        if "<" in request.path:
            page = f"<!doctype html><title>404</title>No {request.path} here"
            return Response(page, status=404, mimetype="text/html")
        return None

    return answering(app, amend)


@mutant("error.no_secret_echo")
def credentials_come_back(app: WSGIApplication) -> WSGIApplication:
    """The error of an unknown path repeats the Authorization header."""

    def change(request: Request, _: Response, body: dict[str, Any]) -> Any:
        body["error"]["message"] += f" {request.headers.get('Authorization', '')}"
        return body

    return _errors(app, change)


@mutant("error.no_secret_echo")
def credentials_come_back_in_a_header(app: WSGIApplication) -> WSGIApplication:
    """Every answer repeats the API key in a header for debugging."""

    def amend(request: Request, response: Response) -> None:
        if key := request.headers.get("X-API-Key"):
            response.headers["X-Debug-Key"] = key

    return answering(app, amend)


@mutant("error.no_secret_echo", base="gated")
def refusal_repeats_the_secret(policy: Policy) -> Policy:
    """The refusal of a client repeats the secret that it sent."""
    return policy.evolve("products.refusal_echoes_secret", True)


@mutant("error.no_secret_echo", base="gated")
def known_credentials_come_back(app: WSGIApplication) -> WSGIApplication:
    """The error of an unknown path repeats the secret of a client that is let in."""

    def change(request: Request, response: Response, body: dict[str, Any]) -> Any:
        if response.status_code == 404:
            body["error"]["message"] += f" {request.headers.get(SECRET, '')}"
        return body

    return _errors(app, change)
