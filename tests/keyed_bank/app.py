"""The keyed bank as a WSGI application, right unless a fault says no."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import jwt
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

KEY = "a key that this bank alone knows, of forty bytes"
ISSUER, AUDIENCE = "https://login.keyed.example", "keyed-api"
RULES = Map(
    [
        Rule("/statements", endpoint="statements", methods=["GET"]),
        Rule("/cards", endpoint="cards", methods=["GET"]),
        Rule("/plastic/<card>/ceiling", endpoint="ceiling", methods=["GET"]),
        Rule("/notes", endpoint="notes", methods=["GET"]),
        Rule("/notes", endpoint="write", methods=["POST"]),
        Rule("/notes/<key>", endpoint="note", methods=["GET"]),
        Rule("/notes/<key>", endpoint="remove", methods=["DELETE"]),
    ]
)
SCOPES = {"statements": "read", "cards": "read", "notes": "read", "note": "read", "ceiling": "read"}
"""The scope of each operation; all others want ``write``."""

STRING = {"type": "string"}


def _list(row: dict[str, Any]) -> dict[str, Any]:
    meta = {"type": "object", "properties": {"total": {"type": "integer"}, "limit": {"type": "integer"}}}
    rows = {"type": "array", "items": {"type": "object", "properties": row}}
    return {
        "type": "object",
        "properties": {"data": rows, "meta": meta, "next": STRING, "next_cursor": STRING},
    }


def _operation(
    name: str, scope: str, status: str, schema: dict[str, Any] | None, *query: str
) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        "limit": {"type": "integer", "minimum": 1, "maximum": 50},
        "from": {"type": "string"},
        "cursor": {"type": "string"},
    }
    content = {"application/json": {"schema": schema}} if schema else {}
    return {
        "operationId": name,
        "security": [{"tokens": [scope]}],
        "parameters": [{"name": each, "in": "query", "schema": kinds[each]} for each in query],
        "responses": {
            status: {"description": "what was asked for"} | ({"content": content} if content else {}),
            "default": {"description": "a refusal"},
        },
    }


NOTE = {"id": STRING, "text": STRING}
KEYED = {"parameters": [{"name": "key", "in": "path", "required": True, "schema": STRING}]}


def description() -> dict[str, Any]:
    """The bank's own description."""
    note = {"type": "object", "properties": NOTE}
    write = _operation("write", "write", "201", note)
    body = {
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string", "maxLength": 40}},
    }
    cards = _operation("cards", "read", "200", _list({"id": STRING}), "limit", "cursor")
    leads = {"operationId": "ceiling", "parameters": {"card": "$response.body#/data/0/id"}}
    cards["responses"]["200"]["links"] = {"ceilingOfCard": leads}
    write["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    flow = {"tokenUrl": f"{ISSUER}/token", "scopes": {"read": "reads", "write": "writes"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Keyed Bank", "version": "1"},
        "servers": [{"url": "https://api.keyed.example"}],
        "paths": {
            "/statements": {
                "get": _operation("statements", "read", "200", _list({"id": STRING}), "limit", "from")
            },
            "/cards": {"get": cards},
            "/plastic/{card}/ceiling": {
                "parameters": [{"name": "card", "in": "path", "required": True, "schema": STRING}],
                "get": _operation("ceiling", "read", "200", {"type": "object"}),
            },
            "/notes": {"get": _operation("notes", "read", "200", _list(NOTE)), "post": write},
            "/notes/{key}": {
                **KEYED,
                "get": _operation("note", "read", "200", note),
                "delete": _operation("remove", "write", "204", None),
            },
        },
        "components": {
            "securitySchemes": {"tokens": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
        },
    }


def token(customer: str = "ada", scope: str = "read write", **claims: Any) -> str:
    """A token as the bank's authorization server makes it."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": customer, "scope": scope, "iat": now, "exp": now + 3600}
    return jwt.encode({**usual, **claims}, KEY, "HS256")


class Refused(Exception):
    """A request that the bank does not serve."""

    def __init__(self, status: int) -> None:
        self.status = status


class KeyedBank:
    """The bank with some faults or none."""

    def __init__(self, *faults: str) -> None:
        self.faults = frozenset(faults)
        self.notes: dict[str, dict[str, str]] = {}
        for number in range(3):
            self._add(f"note {number}")

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def _add(self, text: str) -> dict[str, str]:
        key = str(uuid.uuid4())
        self.notes[key] = {"id": key, "text": text}
        return self.notes[key]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, values = RULES.bind_to_environ(environ).match()
            self._admit(request, endpoint)
            response: Response = getattr(self, f"_{endpoint}")(request, **values)
        except Refused as refused:
            response = _json({"error": "refused"}, refused.status)
        except HTTPException as error:
            response = _json({"error": "refused"}, error.code or 404)
        return response(environ, start_response)

    def _admit(self, request: Request, endpoint: str) -> None:
        if self.has(f"{endpoint}_is_open"):
            return
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        claims = self._claims(shown)
        wanted = SCOPES.get(endpoint, "write")
        if wanted not in str(claims.get("scope", "")).split() and not self.has(
            f"scope_of_{endpoint}_unchecked"
        ):
            raise Refused(403)
        if claims.get("role") == "guest" and endpoint == "cards" and not self.has("role_unchecked"):
            raise Refused(403)

    def _claims(self, shown: str) -> dict[str, Any]:
        options: Any = {
            "verify_signature": not self.has("signature_unchecked"),
            "verify_exp": not self.has("end_unchecked"),
            "verify_nbf": not self.has("beginning_unchecked"),
            "verify_iss": not self.has("issuer_unchecked"),
            "verify_aud": not self.has("audience_unchecked"),
        }
        try:
            head = jwt.get_unverified_header(shown)
            if self.has("none_accepted") and head.get("alg") == "none":
                return dict(jwt.decode(shown, options={"verify_signature": False}))
            claims = jwt.decode(shown, KEY, ["HS256"], options=options, issuer=ISSUER, audience=AUDIENCE)
        except jwt.PyJWTError:
            raise Refused(401) from None
        return dict(claims)

    def _rows(self, name: str) -> list[dict[str, str]]:
        return [{"id": f"{name}-{number}"} for number in range(7)]

    def _total(self, rows: list[dict[str, str]], name: str) -> int:
        return len(rows) + self.has(f"total_of_{name}_wrong")

    def _statements(self, request: Request) -> Response:
        rows = self._rows("statement")
        limit, begin = _number(request, "limit", 50, 1, 50), _number(request, "from", 0, 0, 1000)
        shown = rows[begin : begin + limit]
        document: dict[str, Any] = {
            "data": shown,
            "meta": {"total": self._total(rows, "statements"), "limit": limit},
        }
        following = begin + limit
        if following < len(rows):
            following += self.has("links_skip") - self.has("links_overlap")
            where = "elsewhere" if self.has("links_lead_nowhere") else "statements"
            document["next"] = f"/{where}?limit={limit}&from={following}"
        return _json(document)

    def _cards(self, request: Request) -> Response:
        rows = self._rows("card")
        limit, after = _number(request, "limit", 50, 1, 50), request.args.get("cursor", "")
        begin = next((n + 1 for n, row in enumerate(rows) if row["id"] == after), 0)
        if after and self.has("cursors_skip"):
            begin += 1
        shown = rows[begin : begin + limit]
        document: dict[str, Any] = {
            "data": shown,
            "meta": {"total": self._total(rows, "cards"), "limit": limit},
        }
        if begin + limit < len(rows):
            document["next_cursor"] = shown[-1]["id"]
        return _json(document)

    def _ceiling(self, request: Request, card: str) -> Response:
        if {"id": card} not in self._rows("card") or self.has("limit_of_a_card_gone"):
            raise Refused(404)
        return _json({"ceiling": 5000})

    def _notes(self, request: Request) -> Response:
        return _json({"data": list(self.notes.values())})

    def _write(self, request: Request) -> Response:
        if request.mimetype != "application/json":
            raise Refused(415)
        try:
            body = json.loads(request.get_data(), object_pairs_hook=_once)
        except ValueError:
            raise Refused(400) from None
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str) or len(text) > 40 or "\0" in text:
            raise Refused(400)
        return _json(self._add(text), 201)

    def _note(self, request: Request, key: str) -> Response:
        if key not in self.notes:
            raise Refused(404)
        clerk = {"clerk": "C. Chan"} if self.has("note_shows_its_clerk") else {}
        return _json({**self.notes[key], **clerk})

    def _remove(self, request: Request, key: str) -> Response:
        if key not in self.notes:
            raise Refused(404)
        del self.notes[key]
        return Response(b"", 204)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a member comes twice")
    return dict(pairs)


def _number(request: Request, name: str, usual: int, least: int, most: int) -> int:
    text = request.args.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 9) or not least <= int(text) <= most:
        raise Refused(400)
    return int(text)


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type="application/json")
