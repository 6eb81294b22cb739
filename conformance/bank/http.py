"""What every service of the bank uses to answer: JSON, refusals, media type, conditional requests."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.error_body import JSON, error_body

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(slots=True)
class Refusal(Exception):
    """Raised by any handler: the status, code, message and extra headers of the error answer."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(payload: object, status: int = 200) -> Response:
    """Give a JSON answer; the gateway adds the headers that all answers share."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status=status, content_type=JSON)


def error(bank: Bank, request: Request, refusal: Refusal) -> Response:
    """Give the error answer in the bank's shape, by default `{"error": {"code": …, "message": …}}`."""
    policy = bank.policy.http
    message = refusal.message
    if policy.error_reflects_request:
        message = f"{message} {request.full_path}"
    body, media_type = error_body(policy, refusal.status, refusal.code, message)
    status = 200 if policy.error_status_is_200 else refusal.status
    response = Response(body, status=status, content_type=policy.error_media_type or media_type)
    response.headers.update(refusal.headers)
    if policy.error_content_language:
        response.headers.setdefault("Content-Language", policy.error_content_language)
    if policy.error_cache_control:
        response.headers.setdefault("Cache-Control", policy.error_cache_control)
    return response


def bad_request(bank: Bank, message: str) -> Refusal:
    """Give the refusal of a parameter that is unknown or has a wrong value."""
    status = bank.policy.http.bad_request_status
    return Refusal(status, "internal_error" if status >= 500 else "bad_request", message)


def require_json(bank: Bank, request: Request) -> None:
    """Refuse with 406 a request whose Accept leaves no room for JSON (RFC 9110, 12.5.1)."""
    accepted = request.accept_mimetypes
    if not accepted or accepted[JSON] > 0:
        return
    if bank.policy.http.accept_crashes:
        raise Refusal(500, "internal_error", "There is no writer for this media type.")
    if not bank.policy.http.accept_ignored:
        raise Refusal(406, "not_acceptable", "This path answers in application/json only.")


def cacheable(bank: Bank, request: Request, response: Response) -> Response:
    """Add ETag, Cache-Control and Vary, and answer 304 where If-None-Match holds (RFC 9110, 13.1.2)."""
    policy = bank.policy.http
    headers = response.headers
    for name, value in (("Cache-Control", policy.cache_control), ("Vary", policy.vary)):
        if value:
            headers[name] = value
    if policy.etag == "absent":
        return response
    tag = _opaque_tag(policy.etag, request.path.encode(), response.get_data())
    headers["ETag"] = {"weak": f'W/"{tag}"', "unquoted": tag}.get(policy.etag, f'"{tag}"')
    known = request.if_none_match
    if policy.if_none_match_ignored or "If-None-Match" not in request.headers:
        return response
    if known.contains_weak(tag) or policy.any_if_none_match:
        response.status_code = 304
        response.set_data(b"")
        if policy.not_modified_lacks_etag:
            del headers["ETag"]
    return response


def _opaque_tag(kind: str, path: bytes, body: bytes) -> str:
    if kind == "constant":
        return "1"
    if kind == "changes":
        return uuid.uuid4().hex
    return hashlib.sha256(path if kind == "path" else body).hexdigest()[:32]
