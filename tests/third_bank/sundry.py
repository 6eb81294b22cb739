"""The sundry paths of the third bank: hooks, a search, documents, rates."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

Row = dict[str, Any]


class Refused(Exception):
    """An answer other than success."""

    def __init__(self, status: int, title: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.title, self.headers = status, title, headers or {}


def answered(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(json.dumps(document), status, headers=headers or {}, content_type="application/json")


class Sundry:
    """Answers that depend on no other; ``has`` tells whether the bank has a fault."""

    entries: dict[str, list[Row]]
    owner: dict[str, str]
    _edit: Callable[[str, Any], Any]

    def has(self, fault: str) -> bool:
        raise NotImplementedError

    def _id(self) -> str:
        raise NotImplementedError

    def _addHook(self, request: Request, customer: str, body: Row) -> Response:  # noqa: N802
        url = body["callbackUrl"]
        if self.has("hook_is_fetched"):
            with contextlib.suppress(OSError, ValueError):
                urllib.request.urlopen(url, timeout=2).close()
        return answered({"id": self._id(), "callbackUrl": url}, 201)

    def _search(self, request: Request, customer: str, body: None) -> Response:
        asked = request.args.get("q", "")
        texts = [e["text"] for k, found in self.entries.items() if self.owner[k] == customer for e in found]
        if self.has("operators_read") and "q[$ne]" in request.args:
            return answered({"items": [{"text": t} for t in texts]})
        if self.has("sql_injection"):
            with sqlite3.connect(":memory:") as held:
                held.execute("create table entry (text)")
                held.executemany("insert into entry values (?)", [(t,) for t in texts])
                try:
                    found = held.execute(f"select text from entry where text = '{asked}'").fetchall()
                except sqlite3.Error:
                    found = []
            held.close()
            return answered({"items": [{"text": t} for (t,) in found]})
        if self.has("sql_error_shown") and "'" in asked:
            return answered({"items": [{"text": 'sqlite3.OperationalError: near "\'": syntax error'}]})
        if self.has("template_injection"):
            asked = re.sub(r"\{\{(\d+)\*(\d+)\}\}", lambda m: str(int(m[1]) * int(m[2])), asked)
            return answered({"items": [{"text": asked}]})
        headers = {}
        if self.has("header_injection"):
            name, _, value = asked.partition("\r\n")[2].partition(": ")
            headers = {name: value} if name else {}
        return answered({"items": [{"text": t} for t in texts if t == asked]}, 200, headers)

    def _document(self, request: Request, customer: str, body: None, key: str) -> Response:
        if self.has("path_traversal") and unquote(key).endswith("etc/passwd"):
            return Response("root:x:0:0:root:/root:/bin/sh\n", content_type="text/plain")
        if key != "tariff.txt":
            raise Refused(404, "no such document")
        return Response("Fees are as announced.", content_type="text/plain")

    def _rates(self, request: Request, customer: str, body: None) -> Response:
        found = [{"pair": "USD/HKD", "rate": 7.8, "at": "2026-01-15T09:30:00Z"}]
        return answered(self._edit("rates", found))
