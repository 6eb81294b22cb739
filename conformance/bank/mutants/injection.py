"""Filters that become part of a query, a template or a header field."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.proxy import answering, intercepting

_TRUE = re.compile(r"' OR '(\w+)'='(\w+)\Z")


def _without(request: Request, name: str) -> None:
    pairs = request.environ["QUERY_STRING"].split("&")
    request.environ["QUERY_STRING"] = "&".join(p for p in pairs if not unquote(p).startswith(name))


@mutant("injection.text_stays_out_of_queries")
def name_filter_is_a_query(app: WSGIApplication) -> WSGIApplication:
    """A condition in quotes after the name decides what is found."""

    def intercept(request: Request) -> None:
        found = _TRUE.search(request.args.get("name", ""))
        if found and found[1] == found[2]:
            _without(request, "name=")

    return intercepting(app, intercept)


@mutant("injection.operators_stay_out_of_queries")
def name_filter_takes_operators(app: WSGIApplication) -> WSGIApplication:
    """name[$ne] finds everything but, name[$eq] what is named."""

    def intercept(request: Request) -> None:
        if "name[$eq]" in request.args:
            request.environ["QUERY_STRING"] = request.environ["QUERY_STRING"].replace("name[$eq]", "name")
        elif "name[$ne]" in request.args:
            _without(request, "name[$ne]")

    return intercepting(app, intercept)


@mutant("injection.queries_do_not_show_in_errors")
def quote_shows_the_database(app: WSGIApplication) -> WSGIApplication:
    """A quote at the end of a name is refused with the words of the database."""

    def intercept(request: Request) -> Response | None:
        if not request.args.get("name", "").endswith("7331'"):
            return None
        message = "ORA-01756: quoted string not properly terminated"
        body = json.dumps({"error": {"code": "bad_request", "message": message}})
        return Response(body, 400, content_type="application/json")

    return intercepting(app, intercept)


@mutant("injection.text_is_not_evaluated")
def name_filter_is_a_template(app: WSGIApplication) -> WSGIApplication:
    """What stands in braces in the name is computed and shown."""

    def amend(request: Request, response: Response) -> None:
        found = re.search(r"\$\{(\d+)\*(\d+)\}", request.args.get("name", ""))
        if found and response.status_code == 200:
            body = json.loads(response.get_data())
            body["query"] = str(int(found[1]) * int(found[2]))
            response.set_data(json.dumps(body))

    return answering(app, amend)


@mutant("injection.text_stays_out_of_header_fields")
def name_filter_is_a_header_field(app: WSGIApplication) -> WSGIApplication:
    """A line break in the name begins a header field."""

    def amend(request: Request, response: Response) -> None:
        name, _, value = request.args.get("name", "").partition("\r\n")[2].partition(": ")
        if name:
            response.headers[name] = value

    return answering(app, amend)


@mutant("injection.text_opens_no_file")
def name_filter_opens_files(app: WSGIApplication) -> WSGIApplication:
    """A name with dots and slashes opens the file."""

    def intercept(request: Request) -> Response | None:
        if not request.args.get("name", "").endswith("../etc/passwd"):
            return None
        return Response('{"file": "root:x:0:0:root:/root:/bin/sh"}', 200, content_type="application/json")

    return intercepting(app, intercept)
