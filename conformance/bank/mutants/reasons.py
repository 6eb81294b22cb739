"""Defects in how the token endpoint says why it gives no token."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from conformance.bank.mutant import mutant
from conformance.bank.proxy import fetch


def _told(
    app: WSGIApplication, grant: str, status: int, error: str, *, twice: bool = False
) -> WSGIApplication:
    """The bank that refuses one grant type, or only a used code, in another way."""
    seen: set[str] = set()

    def proxied(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/oauth/token":
            return app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
        response = fetch(app, environ)
        known = form.get("code", "") in seen
        if response.status_code == 200:
            seen.add(form.get("code", ""))
        refused = response.status_code == 400 and b"use_dpop_nonce" not in response.get_data()
        if refused and form.get("grant_type") == grant and (known or not twice):
            response = Response(json.dumps({"error": error}), status, content_type="application/json")
        return response(environ, start_response)

    return proxied


@mutant("token.error_code_fits")
def used_code_is_a_bad_request(app: WSGIApplication) -> WSGIApplication:
    """A code that was used before is refused as invalid_request."""
    return _told(app, "authorization_code", 400, "invalid_request", twice=True)


@mutant("token.error_code_fits")
def dead_refresh_token_is_a_fault_of_the_server(app: WSGIApplication) -> WSGIApplication:
    """A refresh token that is not good is answered with 500."""
    return _told(app, "refresh_token", 500, "server_error")


@mutant("token.error_code_fits", base="openid")
def unknown_grant_type_is_a_bad_client(app: WSGIApplication) -> WSGIApplication:
    """An unknown grant type is refused with 401 and invalid_client."""
    return _told(app, "conformance", 401, "invalid_client")
