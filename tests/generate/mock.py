"""A mock made of a description: answers every described operation with a value that its schema allows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from conformance.generate import sample
from conformance.openapi import ApiDescription


class Mock:
    """The mock of one description. ``served`` counts requests."""

    def __init__(self, api: ApiDescription) -> None:
        self.api = api
        self.served = 0
        self._made: dict[str, bytes] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.served += 1
        found = self.api.match(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if found is None:
            start_response("404 Not Found", [("Content-Type", "application/json")])
            return [b"{}"]
        described = found[0].responses
        status = next((s for s in described if s.startswith("2")), "200")
        status = status if status.isdigit() else "200"
        response = described.get(status)
        content = dict(response.content) if response else {}
        media = next((name for name in content if "json" in name), next(iter(content), ""))
        schema = content.get(media)
        headers = [("Content-Type", media)] if media else []
        start_response(f"{status} OK", headers)
        if schema is None or "json" not in media:
            return [b"x" if media else b""]
        body = self._made.get(schema.pointer)
        if body is None:
            made = sample.value(self.api.document, schema.schema, optional=False)
            body = self._made[schema.pointer] = json.dumps(made, default=str).encode()
        return [body]
