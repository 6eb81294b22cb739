"""The second bank as a WSGI application: reads by POST, a token of OAuth 2.0, errors of its own."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from tests.second_bank import data

Edit = Callable[[str, Any], Any]
"""A defect of the data: the path and the document that would be sent give the one that is sent."""

TOKEN_PATH = "/auth/oauth/v2/token"
LIFETIME = 1800
"""Seconds."""
LARGEST_BODY = 4096
"""Bytes."""
POLICY_REFUSED = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<policyResult status="Assertion Falsified"><reason>Request refused</reason></policyResult>'
)


class SecondBank:
    """One bank. ``edit`` is a defect of its data; ``gated`` asks for a token, ``plain`` needs no TLS."""

    def __init__(
        self,
        client: tuple[str, str],
        *,
        clock: Callable[[], float] = time.time,
        edit: Edit = lambda _, document: document,
        gated: bool = True,
        plain: bool = False,
    ) -> None:
        self._client = client
        self._clock = clock
        self._edit = edit
        self._gated = gated
        self._plain = plain
        self._tokens: dict[str, float] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.scheme != "https" and not self._plain:
            return _error(403, "Use https")
        if "Transfer-Encoding" in request.headers and "Content-Length" in request.headers:
            refused = _error(400, "Request has two lengths")
            refused.headers["Connection"] = "close"
            return refused
        known = (*data.PRODUCTS, "/branch/branchInfo/v1", "/fx/hkdrate/v1")
        if request.path not in (*known, TOKEN_PATH):
            return _error(404, "Service not found")
        if request.method != "POST":
            refused = _error(405, "Method not allowed")
            refused.headers["Allow"] = "POST"
            return refused
        if (request.content_length or 0) > LARGEST_BODY:
            return Response(POLICY_REFUSED, 413, content_type="text/xml; charset=UTF-8")
        if request.path == TOKEN_PATH:
            return self._token(request)
        if self._gated and not self._admitted(request):
            refused = _error(401, "Access token is missing, expired or invalid")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        return _json(200, self._edit(request.path, self._document(request.path)))

    def _document(self, path: str) -> Any:
        if path == "/branch/branchInfo/v1":
            return data.branches()
        if path == "/fx/hkdrate/v1":
            return data.rates(self._clock())
        return {"products": data.products(path)}

    def _token(self, request: Request) -> Response:
        form = request.form
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        right = all(
            hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, self._client, strict=True)
        )
        if form.get("grant_type") != "client_credentials" or not right:
            return _error(401, "Client is not registered")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = self._clock() + LIFETIME
        return _json(
            200, {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME, "scope": "/api"}
        )

    def _admitted(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._tokens.get(token, 0.0) > self._clock()


def _json(status: int, document: Any) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status, content_type="application/json")


def _error(status: int, message: str) -> Response:
    return _json(status, {"ErrorMsg": message})
