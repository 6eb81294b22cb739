"""Defects of status codes, media types, methods, queries and framing."""

from __future__ import annotations

import re
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, intercepting, raw_path

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
MORTGAGES = "/products/mortgages"


@mutant("http.media_type")
def json_declared_as_xml(policy: Policy) -> Policy:
    """JSON is declared as application/xml."""
    return policy.evolve("http.media_type", "application/xml")


@mutant("http.media_type")
def json_declared_as_text(policy: Policy) -> Policy:
    """JSON is declared as text/plain."""
    return policy.evolve("http.media_type", "text/plain; charset=utf-8")


@mutant("http.charset")
def json_declared_as_big5(policy: Policy) -> Policy:
    """JSON in UTF-8 is declared to be in Big5."""
    return policy.evolve("http.media_type", "application/json; charset=Big5")


@mutant("http.success_carries_no_error", "product.matches_own_description")
def status_in_body_contradicts(app: WSGIApplication) -> WSGIApplication:
    """The body of every list says httpCode 302 under status 200."""

    told = b'"httpCode":"302",'

    def amend(request: Request, response: Response) -> None:
        if request.method == "HEAD" and response.content_length:
            response.content_length += len(told)
        elif response.status_code == 200 and (body := response.get_data()).startswith(b"{"):
            response.set_data(b"{" + told + body[1:])

    return answering(app, amend)


@mutant("http.content_length")
def content_length_too_large(app: WSGIApplication) -> WSGIApplication:
    """Content-Length promises more than is sent."""

    def proxied(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        response = Response.from_app(app, environ, buffered=True)
        body = response.get_data()
        headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
        if environ["REQUEST_METHOD"] == "GET" and body:
            headers.append(("Content-Length", str(len(body) + 12)))
        start_response(response.status, headers)
        return [body]

    return proxied


@mutant("http.head_agrees")
def head_without_length(policy: Policy) -> Policy:
    """HEAD says that the data has no bytes."""
    return policy.evolve("http.head_length_wrong", True)


@mutant("http.head_agrees")
def head_crashes(policy: Policy) -> Policy:
    """HEAD is answered 500."""
    return policy.evolve("http.head_status", 500)


@mutant("http.head_agrees")
def head_is_a_page(app: WSGIApplication) -> WSGIApplication:
    """HEAD declares the data as HTML."""

    def amend(request: Request, response: Response) -> None:
        if request.method == "HEAD":
            response.headers["Content-Type"] = "text/html"

    return answering(app, amend)


@mutant("http.unknown_path_refused")
def unknown_path_is_success(policy: Policy) -> Policy:
    """A path that does not exist is answered 200 with an empty object."""
    return policy.evolve("http.unknown_path_status", 200)


@mutant("http.unknown_path_refused")
def unknown_path_crashes(policy: Policy) -> Policy:
    """A path that does not exist is answered 500."""
    return policy.evolve("http.unknown_path_status", 500)


@mutant("http.every_segment_matters")
def any_family_is_served(app: WSGIApplication) -> WSGIApplication:
    """The products are served whatever the first segment of the path says."""

    def intercept(request: Request) -> None:
        head, slash, tail = request.path.lstrip("/").partition("/")
        if slash and head not in {"products", "branches", "atms"}:
            request.environ["PATH_INFO"] = f"/products/{tail}"

    return intercepting(app, intercept)


@mutant("http.unknown_method_refused")
def invented_method_is_read(app: WSGIApplication) -> WSGIApplication:
    """A method that does not exist is taken for GET."""

    def intercept(request: Request) -> None:
        if request.method not in METHODS:
            request.environ["REQUEST_METHOD"] = "GET"

    return intercepting(app, intercept)


@mutant("http.unknown_method_refused")
def invented_method_crashes(app: WSGIApplication) -> WSGIApplication:
    """A method that does not exist is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if request.method not in METHODS:
            response.status_code = 500

    return answering(app, amend)


@mutant("http.allow_lists_methods")
def allow_absent(policy: Policy) -> Policy:
    """A 405 does not say what is allowed."""
    return policy.evolve("http.allow_absent", True)


@mutant("http.allow_lists_methods")
def allow_names_others(app: WSGIApplication) -> WSGIApplication:
    """A 405 says that POST is allowed, and does not name GET."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 405:
            response.headers["Allow"] = "POST"

    return answering(app, amend)


@mutant("http.unacceptable_type")
def accept_crashes(policy: Policy) -> Policy:
    """An Accept that leaves no room for JSON is answered 500."""
    return policy.evolve("http.accept_crashes", True)


@mutant("http.unacceptable_type")
def unknown_accept_gets_xml(app: WSGIApplication) -> WSGIApplication:
    """An Accept that is not understood is answered 200 with XML."""

    def amend(_: Request, response: Response) -> Response | None:
        if response.status_code == 406:
            return Response("<products/>", content_type="application/xml")
        return None

    return answering(app, amend)


@mutant("http.unknown_parameter")
def unknown_parameter_crashes(app: WSGIApplication) -> WSGIApplication:
    """A parameter that is not known, with a number, is answered 500."""

    def amend(request: Request, response: Response) -> None:
        known = {"page", "page_size", "id", "name", "currency"}
        if any(name not in known and value.isdigit() for name, value in request.args.items()):
            response.status_code = 500

    return answering(app, amend)


@mutant("http.unknown_parameter")
def quote_in_any_parameter_crashes(app: WSGIApplication) -> WSGIApplication:
    """One list is answered 500 when any parameter, known or not, holds a quote within a word."""

    def amend(request: Request, response: Response) -> None:
        if request.path == MORTGAGES and any(re.search(r"\w'\w", value) for value in request.args.values()):
            response.status_code = 500

    return answering(app, amend)


@mutant("http.odd_language")
def unknown_language_crashes(app: WSGIApplication) -> WSGIApplication:
    """A language of which the bank has no texts is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if not re.match("en|zh|$", request.headers.get("Accept-Language", "")):
            response.status_code = 500

    return answering(app, amend)


@mutant("http.malformed_parameter")
def wordy_page_crashes(app: WSGIApplication) -> WSGIApplication:
    """A page that is no number is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if not re.fullmatch(r"-?[0-9]+", request.args.get("page", "1")):
            response.status_code = 500

    return answering(app, amend)


@mutant("http.malformed_parameter")
def huge_page_size_crashes(app: WSGIApplication) -> WSGIApplication:
    """A page size past 64 bits is answered 500."""

    def amend(request: Request, response: Response) -> None:
        size = request.args.get("page_size", "")
        if size.isdigit() and int(size) >= 1 << 63:
            response.status_code = 500

    return answering(app, amend)


@mutant("http.broken_query")
def broken_escape_crashes(app: WSGIApplication) -> WSGIApplication:
    """A percent sign that escapes nothing is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if re.search(rb"%(?![0-9A-Fa-f]{2})", request.query_string):
            response.status_code = 500

    return answering(app, amend)


@mutant(
    "http.unknown_path_refused",
    "http.unknown_method_refused",
    "method.trace_refused",
    "product.unknown_identifier_is_not_found",
)
def errors_are_successes(policy: Policy) -> Policy:
    """Every error is answered 200 with an error body."""
    return policy.evolve("http.error_status_is_200", True)


@mutant("http.no_page_as_success")
def page_for_one_function(app: WSGIApplication) -> WSGIApplication:
    """One function answers a page of maintenance with status 200."""

    def amend(request: Request, response: Response) -> None:
        if raw_path(request) == MORTGAGES and response.status_code == 200:
            response.set_data("<!DOCTYPE html><title>Maintenance</title><p>Back at 07:00.")
            response.headers["Content-Type"] = "text/html"

    return answering(app, amend)


@mutant("http.success_carries_no_error", "availability.rows_found")
def error_under_success(app: WSGIApplication) -> WSGIApplication:
    """One function answers an error body with status 200."""

    def amend(request: Request, response: Response) -> None:
        if raw_path(request) == MORTGAGES and response.status_code == 200:
            response.set_data(b'{"error":{"code":"unavailable","message":"Try again later."}}')

    return answering(app, amend)
