"""A bank that speaks JSON:API: typed resources with attributes, numbered pages that lead on by links as well,
filters and orders by name, a media type of its own, opening hours by day without a colon. A right one, with a
place for one thing to go wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

KIND = "application/vnd.api+json"
Change = Callable[[Request, Any], None]
"""What becomes of a document that is answered."""
STREETS = (
    ("Des Voeux Road", "德輔道", "德辅道", "Central", 22.2819, 114.1577),
    ("Nathan Road", "彌敦道", "弥敦道", "Kowloon", 22.3123, 114.172),
    ("Centre Street", "沙田正街", "沙田正街", "Sha Tin", 22.382, 114.188),
    ("King's Road", "英皇道", "英皇道", "Eastern", 22.291, 114.201),
    ("Kwun Tong Road", "觀塘道", "观塘道", "Kowloon", 22.312, 114.225),
    ("Hennessy Road", "軒尼詩道", "轩尼诗道", "Central", 22.2778, 114.1745),
    ("Main Road", "大馬路", "大马路", "Sha Tin", 22.3953, 114.1971),
)
LOCALES = ("en_HK", "zh_HK", "zh_CN")


class Refused(Exception):
    """A request that is answered with an error: its status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Elm:
    """The bank. ``wrong`` changes its documents; ``deaf`` is a query parameter that it does not hear; with
    ``skips`` its links lead past a page, with ``pages`` it tells of more pages than there are."""

    def __init__(
        self, wrong: Change | None = None, *, deaf: str = "", skips: int = 0, pages: int = 0
    ) -> None:
        self.wrong, self.deaf, self.skips, self.pages = wrong, deaf, skips, pages

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with Request(environ) as request:
            try:
                document, status = self._document(request), 200
            except Refused as no:
                document, status = {"errors": [{"status": str(no.status), "title": "Refused"}]}, no.status
            if self.wrong is not None and status == 200:
                self.wrong(request, document)
        headers = {"Allow": "GET, HEAD"} if status == 405 else {}
        answer = Response(json.dumps(document, ensure_ascii=False), status, headers, content_type=KIND)
        return answer(environ, start_response)

    def _document(self, request: Request) -> Any:
        asked = dict(request.args)
        locale = asked.get("locale", LOCALES[0])
        if locale not in LOCALES or request.scheme != "https":
            raise Refused(400)
        rows = [_branch(number, LOCALES.index(locale)) for number in range(len(STREETS))]
        one = next((row for row in rows if request.path == f"/branches/{row['id']}"), None)
        if one is None and request.path != "/branches":
            raise Refused(404)
        if request.method not in ("GET", "HEAD"):
            raise Refused(405)
        return {"data": one} if one else self._page(rows, asked)

    def _page(self, rows: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
        order, place = asked.get("sort", ""), asked.get("filter[area]")
        if order.lstrip("-") not in ("", "displayName") or order.count("-") > 1:
            raise Refused(400)
        if place is not None and self.deaf != "filter[area]":
            rows = [row for row in rows if row["attributes"]["area"] == place]
        if order and self.deaf != "sort":
            rows = sorted(rows, key=lambda r: str(r["attributes"]["displayName"]), reverse=order[0] == "-")
        number, size = _whole(asked.get("page[number]", "1"), 99), _whole(asked.get("page[size]", "3"), 50)
        count = -(-len(rows) // size)
        link = urlencode({**asked, "page[number]": number + 1 + self.skips, "page[size]": size})
        return {
            "meta": {"totalResources": len(rows), "totalPages": count + self.pages},
            "links": {"next": f"https://bank.example/branches?{link}"} if number < count else {},
            "data": rows[(number - 1) * size : number * size],
        }


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise Refused(400)
    return int(text)


def _branch(number: int, tongue: int) -> dict[str, Any]:
    street, traditional, simplified, area, north, east = STREETS[number]
    names = f"{street} Branch", f"{traditional}分行", f"{simplified}分行"
    said = {
        "displayName": names[tongue],
        "street": (street, traditional, simplified)[tongue],
        "area": area,
        "point": {"type": "Point", "coordinates": [east, north]},
        "week": {day: [{"from": "0900", "to": "1700"}] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
    return {"type": "branches", "id": f"B{number + 1:03}", "attributes": said}


FILE: dict[str, Any] = {
    "language": {"query": "locale", "values": dict(zip(("en", "tc", "sc"), LOCALES, strict=True))},
    "errors": {"code": "$.errors[0].status", "message": "$.errors[0].title"},
}
FUNCTIONS: dict[str, Any] = {
    "other.branch": {
        "request": {"path": "/branches", "headers": {"Accept": KIND}},
        "paging": {
            "kind": "page",
            "parameter": "page[number]",
            "size_parameter": "page[size]",
            "total": "$.meta.totalResources",
            "pages": "$.meta.totalPages",
            "largest": 50,
        },
        "rows": ["$.data[*]"],
        "fields": {
            "id": "$.id",
            "kind": {"constant": "branch"},
            "name": "$.attributes.displayName",
            "address": "$.attributes.street",
            "longitude": {"from": "$.attributes.point.coordinates[0]", "as": "decimal"},
            "latitude": {"from": "$.attributes.point.coordinates[1]", "as": "decimal"},
            "opening_hours": {
                "rows": ["$.attributes.week.*", "$[*]"],
                "fields": {
                    "days": {"key": True, "up": 1, "as": "days"},
                    "open": {"from": "$.from", "as": "time"},
                    "close": {"from": "$.to", "as": "time"},
                },
            },
        },
    }
}

_TEXT: dict[str, Any] = {"type": "string"}


def _object(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _answers(schema: dict[str, Any]) -> dict[str, Any]:
    errors = _object(errors={"type": "array", "minItems": 1, "items": _object(status=_TEXT, title=_TEXT)})
    return {
        "200": {"description": "OK", "content": {KIND: {"schema": schema}}},
        "4XX": {"description": "Refused", "content": {KIND: {"schema": errors}}},
    }


_BRANCH = _object(
    type={"const": "branches"},
    id=_TEXT,
    attributes={
        **_object(
            displayName=_TEXT,
            street=_TEXT,
            area=_TEXT,
            point={"$ref": "#/components/schemas/Point", "description": "Longitude comes first."},
            week={
                "type": "object",
                "propertyNames": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
            },
        ),
        "unevaluatedProperties": False,
    },
)
_LIST = _object(
    meta=_object(totalResources={"type": "integer"}, totalPages={"type": "integer"}),
    links={"type": "object", "additionalProperties": {"type": "string", "format": "uri"}},
    data={"type": "array", "items": _BRANCH},
)
_PARAMETERS = [
    _query("page[number]", type="integer", minimum=1, maximum=99, default=1),
    _query("page[size]", type="integer", minimum=1, maximum=50, default=3),
    _query("sort", type="string", enum=["displayName", "-displayName"]),
    _query("filter[area]", type="string"),
]
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Elm", "version": "3"},
    "servers": [{"url": "https://{host}", "variables": {"host": {"default": "bank.example"}}}],
    "webhooks": {"moved": {"post": {"responses": {"204": {"description": "Taken"}}}}},
    "paths": {
        "/branches": {
            "parameters": [{"$ref": "#/components/parameters/locale"}],
            "get": {"parameters": _PARAMETERS, "responses": _answers(_LIST)},
        },
        "/branches/{id}": {
            "parameters": [
                {"$ref": "#/components/parameters/locale"},
                {"name": "id", "in": "path", "required": True, "schema": _TEXT},
            ],
            "get": {"responses": _answers(_object(data=_BRANCH))},
        },
    },
    "components": {
        "parameters": {"locale": _query("locale", type="string", enum=list(LOCALES), default=LOCALES[0])},
        "schemas": {
            "Point": _object(
                type={"const": "Point"},
                coordinates={"type": "array", "prefixItems": [{"type": "number"}] * 2, "minItems": 2},
            )
        },
    },
}
