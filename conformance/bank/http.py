"""What every answer of the bank shares: the error body, the headers, and the decisions about both."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from conformance.bank.app import Bank

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """What the bank decides for all its paths; the default is the conformant bank."""

    no_hsts: bool = False


@dataclass(slots=True)
class Refusal(Exception):  # noqa: N818 - an answer of the bank, not an error of its code
    """Raised by any handler: the status, code, message and extra headers of the error answer."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(payload: object, status: int = 200) -> Response:
    """Give a JSON answer; `finish` adds the headers that all answers share."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status=status, content_type=JSON)


def error(bank: Bank, request: Request, refusal: Refusal) -> Response:
    """Give the error answer: `{"error": {"code": …, "message": …}}`."""
    response = answer({"error": {"code": refusal.code, "message": refusal.message}}, refusal.status)
    response.headers.update(refusal.headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def before(bank: Bank, request: Request) -> Response | None:
    """Answer without routing where a decision of the policy says so."""
    return None


def other_method(bank: Bank, request: Request, allowed: tuple[str, ...]) -> Response:
    """Answer a method that the path does not have: OPTIONS with the list, any other with 405."""
    allow = ", ".join(sorted({*allowed, "OPTIONS"}))
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": allow})
    raise Refusal(405, "method_not_allowed", "This path does not have this method.", {"Allow": allow})


def unknown_path(bank: Bank, request: Request) -> Response:
    """Answer a path that the bank does not have."""
    raise Refusal(404, "not_found", "There is nothing at this path.")


def finish(bank: Bank, request: Request, response: Response) -> Response:
    """Add the headers that all answers share, where the handler has not set its own."""
    headers = response.headers
    headers.setdefault("Date", http_date(bank.now()))
    headers.setdefault("X-Request-Id", str(uuid.uuid4()))
    headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-store")
    return response
