"""What happens to every request before the services see it, and to every answer after they have made it."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from conformance.bank.coding import coded
from conformance.bank.error_body import JSON
from conformance.bank.http import Refusal, answer
from conformance.bank.http_policy import HttpPolicy
from conformance.bank.products.catalogue import FUNCTIONS
from conformance.bank.spelling import SPELT_OTHERWISE, usual

if TYPE_CHECKING:
    from conformance.bank.app import Bank

CONSTANT_ID = "00000000-0000-4000-8000-000000000000"
_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FAULT = "The bank has a fault."


def before(bank: Bank, request: Request) -> Response | None:
    """Answer without routing where a decision of the policy says so; a conformant bank never does."""
    policy = bank.policy.http
    if policy.delay:
        time.sleep(policy.delay)
    if policy.fails_every and bank.count() % policy.fails_every == 0:
        raise Refusal(500, "internal_error", _FAULT)
    if request.scheme == "http" and policy.plain_http != "served":
        return _plain(policy, request)
    both = "Transfer-Encoding" in request.headers and request.environ.get("CONTENT_LENGTH")
    if both and not policy.conflicting_lengths_accepted:
        # Closed, since what is left of such a body could be taken for the next request (RFC 9112, 6.1).
        raise Refusal(400, "bad_request", "Send one length of the body.", {"Connection": "close"})
    if _crashes(policy, request):
        raise Refusal(500, "internal_error", _FAULT)
    _respell(bank, request)
    _override(policy, request)
    if policy.trace_enabled and request.method == "TRACE":
        echo = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
        return Response(f"TRACE {request.path} HTTP/1.1\r\n{echo}", content_type="message/http")
    if request.method == "HEAD" and policy.head_status >= 400:
        raise Refusal(policy.head_status, "method_not_allowed", "No HEAD here.", {"Allow": "GET, OPTIONS"})
    return _preflight(policy, request) or _faulty_page(policy, request)


def _plain(policy: HttpPolicy, request: Request) -> Response:
    if policy.plain_http == "loops":
        return Response(status=302, headers={"Location": f"http://{request.host}/"})
    raise Refusal(403, "https_only", "Use https.")


def _crashes(policy: HttpPolicy, request: Request) -> bool:
    query = request.query_string
    lengths = (
        (policy.crashes_on_address, len(query)),
        (policy.crashes_on_header, max((len(value) for _, value in request.headers), default=0)),
        (policy.crashes_on_body, request.content_length or 0),
    )
    if any(bound and length > bound for bound, length in lengths):
        return True
    if policy.crashes_on_coded_body and "Content-Encoding" in request.headers:
        return True
    texts = (request.path, query.decode("latin-1"), *request.args.values()) if policy.crashes_on else ()
    return any(policy.crashes_on in text for text in texts)


def _respell(bank: Bank, request: Request) -> None:
    """Lead a path that is spelt otherwise to the usual one, which conformant banks answer 404."""
    spellings = bank.policy.products.ungated_spellings
    path = usual(request.path, spellings) if spellings else request.path
    if path != request.path:
        request.environ[SPELT_OTHERWISE] = True
    canonical = f"/products/{path.rpartition('/')[2]}"
    if bank.policy.http.family_ignored and any(function.path == canonical for function in FUNCTIONS):
        path = canonical
    if path != request.path:
        request.path = request.environ["PATH_INFO"] = path


def _override(policy: HttpPolicy, request: Request) -> None:
    told = None
    if policy.method_override == "header":
        told = next((request.headers[name] for name in _OVERRIDES if name in request.headers), None)
    elif policy.method_override == "parameter":
        told = request.args.get("_method")
    elif policy.write_methods_accepted and request.method in WRITES:
        told = "GET"
    if told:
        request.method = request.environ["REQUEST_METHOD"] = told.upper()


def _preflight(policy: HttpPolicy, request: Request) -> Response | None:
    asked = request.headers.get("Access-Control-Request-Method")
    if request.method != "OPTIONS" or asked is None or policy.preflight == "plain":
        return None
    if policy.preflight == "fails":
        raise Refusal(500, "internal_error", _FAULT)
    wanted = request.headers.get("Access-Control-Request-Headers", "*")
    headers = {"Access-Control-Allow-Methods": asked, "Access-Control-Allow-Headers": wanted}
    return Response(status=204, headers=headers)


def _faulty_page(policy: HttpPolicy, request: Request) -> Response | None:
    if policy.redirect_parameter and (target := request.args.get(policy.redirect_parameter)):
        return Response(status=302, headers={"Location": target})
    if policy.redirects_slash_to_http and request.path.endswith("/"):
        return Response(status=301, headers={"Location": f"http://{request.host}{request.path.rstrip('/')}"})
    if request.path in policy.exposed_paths:
        return answer({"profiles": ["production"], "datasource.password": "not-a-real-password"})
    return None


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
    if response.status_code == 200 and headers.get("Content-Type") == JSON:
        headers["Content-Type"] = policy.media_type
        if policy.byte_order_mark:
            response.set_data(b"\xef\xbb\xbf" + response.get_data())
    if policy.head_length_wrong and request.method == "HEAD":
        response.set_data(b"")
        headers["Content-Length"] = "0"
    _cross_origin(policy.cors, headers, request.headers.get("Origin"))
    for name, value in policy.extra_headers:
        headers.add(name, value)
    return coded(policy.content_coding, request, response)


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
    named = {"null": "null", "two": "https://one.example, https://two.example"}.get(cors, "*")
    headers["Access-Control-Allow-Origin"] = origin if reflected else named
    if reflected and cors != "reflects-unvaried":
        headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Origin")))
    if cors.endswith("with-credentials"):
        headers["Access-Control-Allow-Credentials"] = "true"
