"""What happens to every request before the services see it, and to every answer after they have made it."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from conformance.bank.error_body import JSON
from conformance.bank.http import Refusal, answer
from conformance.bank.http_policy import HttpPolicy

if TYPE_CHECKING:
    from conformance.bank.app import Bank

CONSTANT_ID = "00000000-0000-4000-8000-000000000000"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FAULT = "The bank has a fault."


def before(bank: Bank, request: Request) -> Response | None:
    """Answer without routing where a decision of the policy says so; a conformant bank never does."""
    policy = bank.policy.http
    if policy.delay:
        time.sleep(policy.delay)
    if policy.fails_every and bank.count() % policy.fails_every == 0:
        raise Refusal(500, "internal_error", _FAULT)
    if policy.method_override_honoured and "X-HTTP-Method-Override" in request.headers:
        _change_method(request, request.headers["X-HTTP-Method-Override"].upper())
    if policy.write_methods_accepted and request.method in WRITES:
        _change_method(request, "GET")
    if policy.trace_enabled and request.method == "TRACE":
        echo = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
        return Response(f"TRACE {request.path} HTTP/1.1\r\n{echo}", content_type="message/http")
    if request.method == "HEAD" and policy.head_status >= 400:
        raise Refusal(policy.head_status, "method_not_allowed", "No HEAD here.", {"Allow": "GET, OPTIONS"})
    texts = (request.path, *request.args.values()) if policy.crashes_on else ()
    if any(policy.crashes_on in text for text in texts):
        raise Refusal(500, "internal_error", _FAULT)
    return _faulty_page(policy, request)


def _faulty_page(policy: HttpPolicy, request: Request) -> Response | None:
    if policy.redirect_parameter and (target := request.args.get(policy.redirect_parameter)):
        return Response(status=302, headers={"Location": target})
    if policy.redirects_slash_to_http and request.path.endswith("/"):
        return Response(status=301, headers={"Location": f"http://{request.host}{request.path.rstrip('/')}"})
    if request.path in policy.exposed_paths:
        return answer({"profiles": ["production"], "datasource.password": "not-a-real-password"})
    return None


def _change_method(request: Request, method: str) -> None:
    request.method = method
    request.environ["REQUEST_METHOD"] = method


def other_method(bank: Bank, request: Request, allowed: tuple[str, ...]) -> Response:
    """Answer a method that the path does not have: OPTIONS with the list, any other with 405."""
    policy = bank.policy.http
    methods = {*allowed, "OPTIONS"} | (WRITES if policy.allow_lies else set())
    headers = {} if policy.allow_absent else {"Allow": ", ".join(sorted(methods))}
    asked = request.method == "OPTIONS"
    status = policy.options_status if asked else policy.unknown_method_status
    if status >= 400:
        raise Refusal(status, "method_not_allowed", "This path does not have this method.", headers)
    if asked:
        return Response(status=status, headers=headers)
    return answer({"data": [], "meta": {"total": 0, "page": 1, "page_size": 50}, "links": {}}, status)


def unknown_path(bank: Bank, request: Request) -> Response:
    """Answer a path that the bank does not have."""
    status = bank.policy.http.unknown_path_status
    if status >= 400:
        raise Refusal(status, "not_found", "There is nothing at this path.")
    if status >= 300:
        return Response(status=status, headers={"Location": f"http://{request.host}/"})
    return answer({}, status)


def finish(bank: Bank, request: Request, response: Response) -> Response:
    """Add the headers that all answers share, where the handler has not set its own."""
    policy = bank.policy.http
    headers = response.headers
    shared = {
        "Date": "" if policy.date_absent else http_date(bank.now() + policy.date_offset),
        "X-Request-Id": _request_id(policy, request),
        "Server": policy.server,
        "X-Powered-By": policy.powered_by,
        "Set-Cookie": policy.cookie,
    }
    if not (policy.headers_missing_on_errors and response.status_code >= 400):
        shared |= {
            "Strict-Transport-Security": policy.strict_transport_security,
            "X-Content-Type-Options": policy.content_type_options,
            "Content-Security-Policy": policy.content_security_policy,
            "Referrer-Policy": policy.referrer_policy,
        }
    for name, value in shared.items():
        if value and name not in headers:
            headers[name] = value
    if policy.media_type != JSON and response.status_code == 200 and headers.get("Content-Type") == JSON:
        headers["Content-Type"] = policy.media_type
    if policy.head_length_wrong and request.method == "HEAD":
        response.set_data(b"")
        headers["Content-Length"] = "0"
    _cross_origin(policy.cors, headers, request.headers.get("Origin"))
    return response


def _request_id(policy: HttpPolicy, request: Request) -> str:
    if policy.request_id == "reflected" and "X-Request-Id" in request.headers:
        return request.headers["X-Request-Id"]
    if policy.request_id in {"absent", "constant"}:
        return CONSTANT_ID if policy.request_id == "constant" else ""
    return str(uuid.uuid4())


def _cross_origin(cors: str, headers: Headers, origin: str | None) -> None:
    if cors == "absent" or origin is None:
        return
    reflected = cors.startswith("reflects")
    headers["Access-Control-Allow-Origin"] = origin if reflected else "null" if cors == "null" else "*"
    if reflected:
        headers.add("Vary", "Origin")
    if cors.endswith("with-credentials"):
        headers["Access-Control-Allow-Credentials"] = "true"
