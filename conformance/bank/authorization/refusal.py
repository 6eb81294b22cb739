"""The error answer of the OAuth endpoints (RFC 6749 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from werkzeug.wrappers import Request, Response

from conformance.bank import http

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Path = ParamSpec("Path")
Endpoint = Callable[Concatenate["Bank", Request, Path], Response]


@dataclass(slots=True)
class OAuthError(Exception):
    """Raised by the OAuth endpoints; `error` is a registered code, `description` holds no request data."""

    error: str
    description: str
    status: int = 400
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Give a JSON answer that no cache keeps."""
    response = http.answer(payload, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    response.headers.update(headers or {})
    return response


def endpoint(handler: Endpoint[Path]) -> Endpoint[Path]:
    """Turn the OAuthError of a handler into its answer."""

    @wraps(handler)
    def answering(bank: Bank, request: Request, /, *args: Path.args, **values: Path.kwargs) -> Response:
        try:
            return handler(bank, request, *args, **values)
        except OAuthError as refused:
            body = {"error": refused.error, "error_description": refused.description}
            return json_answer(body, refused.status, refused.headers)

    return answering
