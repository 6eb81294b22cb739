"""Defects of methods, hosts, what they show, and sizes."""

from __future__ import annotations

import json
import zlib
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, intercepting


@mutant("method.trace_refused")
def trace_plays_back(policy: Policy) -> Policy:
    """TRACE plays the request back."""
    return policy.evolve("http.trace_enabled", True)


@mutant("method.override_ignored")
def method_taken_from_a_header(policy: Policy) -> Policy:
    """X-HTTP-Method-Override changes the method."""
    return policy.evolve("http.method_override", "header")


@mutant("method.override_ignored")
def method_taken_from_the_query(app: WSGIApplication) -> WSGIApplication:
    """The parameter _method changes the method."""

    def intercept(request: Request) -> None:
        if method := request.args.get("_method"):
            request.environ["REQUEST_METHOD"] = method
            request.environ["QUERY_STRING"] = ""

    return intercepting(app, intercept)


@mutant("method.override_ignored")
def method_of_a_post_taken_from_a_header(app: WSGIApplication) -> WSGIApplication:
    """X-HTTP-Method-Override changes the method of a POST, as many frameworks have it."""

    def intercept(request: Request) -> None:
        if request.method == "POST" and (method := request.headers.get("X-HTTP-Method-Override")):
            request.environ["REQUEST_METHOD"] = method

    return intercepting(app, intercept)


@mutant("host.forwarded_host_ignored")
def links_follow_the_forwarded_host(app: WSGIApplication) -> WSGIApplication:
    """Links are built from X-Forwarded-Host."""

    def amend(request: Request, response: Response) -> None:
        host = request.headers.get("X-Forwarded-Host")
        if host and response.status_code == 200:
            body = json.loads(response.get_data())
            body.setdefault("links", {})["self"] = f"https://{host}{request.path}"
            response.set_data(json.dumps(body))

    return answering(app, amend)


@mutant("host.wrong_host_not_reflected")
def redirect_follows_the_host(app: WSGIApplication) -> WSGIApplication:
    """A slash too many is redirected to whatever host was claimed."""

    def intercept(request: Request) -> Response | None:
        if not request.path.endswith("/") or request.path == "/":
            return None
        location = f"https://{request.environ['HTTP_HOST']}{request.path.rstrip('/')}"
        return Response(status=301, headers={"Location": location})

    return intercepting(app, intercept)


@mutant("host.insides_hidden")
def repository_lies_open(app: WSGIApplication) -> WSGIApplication:
    """The folder that is served holds the repository it came from."""
    return _showing(app, "/.git/HEAD", b"ref: refs/heads/main\n")


@mutant("host.insides_hidden")
def settings_lie_open(app: WSGIApplication) -> WSGIApplication:
    """The file with the settings is served."""
    return _showing(app, "/.env", b"# production\nDATABASE_URL=postgres://db/bank\n")


@mutant("host.insides_hidden")
def diagnostics_lie_open(app: WSGIApplication) -> WSGIApplication:
    """The framework's own pages are served."""
    return _showing(app, "/actuator", b'{"_links":{"env":{"href":"https://bank/actuator/env"}}}')


@mutant("host.insides_hidden")
def folder_is_listed(app: WSGIApplication) -> WSGIApplication:
    """A folder without an index is listed."""
    return _showing(app, "/", b"<html><head><title>Index of /</title></head></html>")


def _showing(app: WSGIApplication, path: str, body: bytes) -> WSGIApplication:
    def intercept(request: Request) -> Response | None:
        return Response(body) if (request.method, request.path) == ("GET", path) else None

    return intercepting(app, intercept)


@mutant("limits.large_header_refused")
def large_header_crashes(app: WSGIApplication) -> WSGIApplication:
    """A header field of more than 16 KiB is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if any(len(value) > 16384 for _, value in request.headers):
            response.status_code = 500

    return answering(app, amend)


@mutant("limits.long_address_refused")
def long_address_crashes(app: WSGIApplication) -> WSGIApplication:
    """A query of more than 16 KiB is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if len(request.query_string) > 16384:
            response.status_code = 500

    return answering(app, amend)


@mutant("limits.large_body_refused")
def large_body_crashes(app: WSGIApplication) -> WSGIApplication:
    """A body of more than a mebibyte is answered 500."""

    def amend(request: Request, response: Response) -> None:
        if (request.content_length or 0) > 1 << 20:
            response.status_code = 500

    return answering(app, amend)


@mutant("smuggling.conflicting_lengths_refused")
def two_lengths_accepted(policy: Policy) -> Policy:
    """A request with two statements of its length is taken as any other."""
    return policy.evolve("http.conflicting_lengths_accepted", True)


@mutant("compression.bomb_refused")
def body_decoded_without_bound(app: WSGIApplication) -> WSGIApplication:
    """A compressed body is decoded whatever it grows to, until memory ends."""

    def amend(request: Request, response: Response) -> None:
        if request.headers.get("Content-Encoding") == "gzip":
            body = request.environ["wsgi.input"].read(request.content_length or 0)
            if len(zlib.decompress(body, 16 + zlib.MAX_WBITS)) > 16 << 20:
                response.status_code = 500

    return answering(app, amend)


@mutant("method.override_ignored")
def method_of_a_header_done_in_silence(app: WSGIApplication) -> WSGIApplication:
    """A read is taken for what X-HTTP-Method-Override says, and answered with nothing but OK."""

    def amend(request: Request, response: Response) -> None:
        if request.headers.get("X-HTTP-Method-Override", "GET") != "GET" and response.status_code == 200:
            response.set_data(json.dumps({"ok": True}))

    return answering(app, amend)
