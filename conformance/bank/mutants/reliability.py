"""Defects that come and go."""

from __future__ import annotations

import json
from collections import Counter
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.proxy import answering

USUAL = frozenset({"host", "accept", "accept-language", "accept-encoding", "user-agent", "connection"})


def _at_times(
    app: WSGIApplication, status: int, body: object, number: int = 7, retry_after: str = ""
) -> WSGIApplication:
    counts: Counter[str] = Counter()

    def amend(request: Request, response: Response) -> None:
        plain = {name.lower() for name, _ in request.headers} <= USUAL and not request.query_string
        if not plain or request.method != "GET" or response.status_code != 200:
            return
        counts[request.path] += 1
        if counts[request.path] % number == 0:
            response.status_code = status
            if retry_after:
                response.headers["Retry-After"] = retry_after
            response.set_data(json.dumps(body))

    return answering(app, amend)


@mutant("reliability.repeats_agree")
def token_refused_at_times(app: WSGIApplication) -> WSGIApplication:
    """Every seventh read of a path is refused as if the credentials had expired."""
    return _at_times(
        app, 401, {"error": {"code": "unauthorized", "message": "Access token expired or invalid"}}
    )


@mutant("reliability.repeats_agree")
def away_at_times(app: WSGIApplication) -> WSGIApplication:
    """Every ninth read of a path is answered 503, and is served when it is sent again."""
    body = {"error": {"code": "unavailable", "message": "Please try again."}}
    return _at_times(app, 503, body, number=9, retry_after="0")


@mutant("reliability.repeats_agree")
def fault_at_times(app: WSGIApplication) -> WSGIApplication:
    """Every seventh read of a path is answered 500."""
    return _at_times(app, 500, {"error": {"code": "internal_error", "message": "Please try again."}})
