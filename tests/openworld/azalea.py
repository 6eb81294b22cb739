"""A bank with one list for all products, told apart by a query, and described as FastAPI describes its own.

Pages lead on by a cursor, rates are fractions, exchange rates a map by currency for a hundred units, places
GeoJSON; what may be left out is an ``anyOf`` with null. A right bank, with a place for one thing to go wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

Change = Callable[[Request, Any], Any]
"""What becomes of a document that is answered."""
TITLES = {
    "SAV1": ("Savings account", "儲蓄戶口", "储蓄账户"),
    "SAV2": ("Children's savings account", "兒童儲蓄戶口", "儿童储蓄账户"),
    "SAV3": ("Renminbi savings account", "人民幣儲蓄戶口", "人民币储蓄账户"),
    "CC1": ("Platinum card", "白金信用卡", "白金信用卡"),
    "CC2": ("Student card", "學生信用卡", "学生信用卡"),
}
CURRENCIES = {"SAV1": "HKD", "SAV2": "HKD", "SAV3": "CNY"}
RATES = {"USD": (7.782, 7.831), "EUR": (8.4012, 8.5455), "JPY": (0.0512, 0.0523)}
PLACES = (
    (
        "B1",
        ("Central branch", "中環分行", "中环分行"),
        "Queen's Road",
        ("皇后大道", "皇后大道"),
        22.2819,
        114.1577,
    ),
    (
        "B2",
        ("Mong Kok branch", "旺角總行", "旺角总行"),
        "Nathan Road",
        ("彌敦道", "弥敦道"),
        22.3193,
        114.1694,
    ),
    (
        "B3",
        ("Sha Tin branch", "沙田廣場分行", "沙田广场分行"),
        "Wang Pok Street",
        ("橫壆街", "横壆街"),
        22.382,
        114.188,
    ),
)


class Azalea:
    """The bank. ``wrong`` changes its documents, ``deaf`` are query parameters that it does not hear."""

    def __init__(
        self, wrong: Change | None = None, deaf: str = "", lost: str = "", clipped: bool = False
    ) -> None:
        self.wrong, self.deaf, self.lost, self.clipped = wrong, deaf, lost, clipped

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with Request(environ) as request:
            answer = self._answered(request)
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer(environ, start_response)

    def _answered(self, request: Request) -> Response:
        if request.scheme != "https":
            return Response("", 403)
        said = request.headers.get("Accept-Language", "")
        tongue = 2 if "Hans" in said else 1 if "Hant" in said else 0
        code = request.path.removeprefix("/products/")
        if code in TITLES and code != self.lost:
            document: Any = _product(code, tongue)
        elif request.path == "/products":
            document = self._products(request, tongue)
        elif request.path == "/rates":
            document = _rates()
        elif request.path == "/places":
            document = {"type": "FeatureCollection", "features": [_place(p, tongue) for p in PLACES]}
        else:
            return _told({"detail": "Not Found"}, 404)
        if request.method not in ("GET", "HEAD"):
            return _told({"detail": "Method Not Allowed"}, 405, Allow="GET, HEAD")
        if document is None:
            return _told({"detail": "not one of those listed"}, 422)
        if self.wrong is not None:
            document = self.wrong(request, document) or document
        return _told(document, Vary="Accept-Language")

    def _products(self, request: Request, tongue: int) -> Any:
        asked = request.args
        kind, currency, size = asked.get("category"), asked.get("currency"), asked.get("limit", "2")
        at = asked.get("cursor", "o0").removeprefix("o")
        numbers = all(text.isascii() and text.isdecimal() and len(text) < 9 for text in (size, at))
        if kind not in (None, "savings", "card") or not numbers or not 1 <= int(size) <= 50:
            return None
        if currency is not None and not (currency.isascii() and currency.isupper() and len(currency) == 3):
            return None
        rows = [_product(code, tongue) for code in TITLES]
        rows = [row for row in rows if kind in (None, row["category"])]
        rows = [row for row in rows if self.deaf == "currency" or currency in (None, row["currency"])]
        following = int(at) + int(size)
        more = {"nextCursor": f"o{following}"} if following < len(rows) else {}
        page = rows[int(at) : following]
        return {"items": page[1:] if self.clipped and int(at) else page, "totalCount": len(rows), **more}


def _told(document: Any, status: int = 200, **headers: str) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    tag = {"ETag": f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'} if status == 200 else {}
    return Response(text, status, {**tag, **headers}, content_type="application/json")


def _product(code: str, tongue: int) -> dict[str, Any]:
    both = {"code": code, "title": TITLES[code][tongue], "currency": CURRENCIES.get(code, "HKD")}
    if code.startswith("SAV"):
        tiers = [
            {"balanceFrom": 0, "balanceTo": 5000, "rate": 0.00125},
            {"balanceFrom": 5000, "rate": 0.0025},
        ]
        return {"category": "savings", **both, "tiers": tiers}
    return {"category": "card", **both, "network": "Visa", "annualFee": {"amount": 1800, "currency": "HKD"}}


def _rates() -> dict[str, Any]:
    now = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    quotes = {code: {"bid": round(b * 100, 4), "ask": round(s * 100, 4)} for code, (b, s) in RATES.items()}
    return {"base": "HKD", "per": 100, "asOf": now, "rates": quotes}


def _place(place: Any, tongue: int) -> dict[str, Any]:
    code, names, street, streets, north, east = place
    told = {"name": names[tongue], "address": (street, *streets)[tongue], "hours": "Mon-Fri 0900-1700"}
    return {
        "type": "Feature",
        "id": code,
        "geometry": {"type": "Point", "coordinates": [east, north]},
        "properties": told,
    }


PAGED = {
    "kind": "cursor", "parameter": "cursor", "next": "$.nextCursor",
    "size_parameter": "limit", "total": "$.totalCount",
}  # fmt: skip
FILE: dict[str, Any] = {
    "language": {"header": "Accept-Language", "values": {"en": "en", "tc": "zh-Hant", "sc": "zh-Hans"}},
    "errors": {"message": "$.detail"},
}
FUNCTIONS: dict[str, Any] = {
    "deposits.savings-account-product": {
        "request": {"path": "/products", "query": {"category": "savings"}},
        "paging": PAGED,
        "rows": ["$.items[*]"],
        "fields": {
            "id": "$.code",
            "kind": {"constant": "savings"},
            "name": "$.title",
            "currencies": ["$.currency"],
            "tiers": {
                "rows": ["$.tiers[*]"],
                "fields": {
                    "min": {"from": "$.balanceFrom", "as": "decimal"},
                    "max": {"from": "$.balanceTo", "as": "decimal"},
                    "rate": {"from": "$.rate", "as": {"times": 100}},
                },
            },
        },
    },
    "loans.credit-card-product": {
        "request": {"path": "/products", "query": {"category": "card"}},
        "paging": PAGED,
        "rows": ["$.items[*]"],
        "fields": {
            "id": "$.code",
            "name": "$.title",
            "scheme": "$.network",
            "annual_fee": {"from": "$.annualFee", "as": "amount"},
        },
    },
    "other.branch": {
        "request": {"path": "/places"},
        "rows": ["$.features[*]"],
        "fields": {
            "id": "$.id",
            "kind": {"constant": "branch"},
            "name": "$.properties.name",
            "address": "$.properties.address",
            "opening_hours": {"from": "$.properties.hours", "as": "hours"},
            "longitude": {"from": "$.geometry.coordinates[0]", "as": "decimal"},
            "latitude": {"from": "$.geometry.coordinates[1]", "as": "decimal"},
        },
    },
    "other.fx-rate": {
        "request": {"path": "/rates"},
        "language": "none",
        "rows": ["$.rates.*"],
        "fields": {
            "currency": {"key": True},
            "base": {"up": 1, "from": "$.base"},
            "unit": {"up": 1, "from": "$.per", "as": "decimal"},
            "buy": {"from": "$.bid", "as": "decimal"},
            "sell": {"from": "$.ask", "as": "decimal"},
            "last_updated": {"up": 1, "from": "$.asOf"},
        },
    },
}

_TEXT, _NUMBER, _FREE = {"type": "string"}, {"type": "number"}, {"type": "object"}


def _object(required: str, **members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": required.split()}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _get(schema: dict[str, Any], *parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    answers = {"200": {"description": "Successful", "content": {"application/json": {"schema": schema}}}}
    return {"get": {"parameters": list(parameters), "responses": {**answers, **more}}}


def query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter as it is described."""
    return {"name": name, "in": "query", "required": False, "schema": schema}


_REF = "#/components/schemas/"
_WRONG = {"description": "Wrong", "content": {"application/json": {"schema": {"$ref": f"{_REF}Problem"}}}}
_PRODUCT = {
    "oneOf": [{"$ref": f"{_REF}Savings"}, {"$ref": f"{_REF}Card"}],
    "discriminator": {
        "propertyName": "category",
        "mapping": {"savings": f"{_REF}Savings", "card": f"{_REF}Card"},
    },
}
_BOTH = {"code": _TEXT, "title": {"type": "string", "minLength": 1}, "currency": _TEXT}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Azalea", "version": "1"},
    "servers": [{"url": "https://bank.example"}],
    "paths": {
        "/products": _get(
            _object(
                "items totalCount",
                items={"type": "array", "items": _PRODUCT},
                nextCursor=_or_null(_TEXT),
                totalCount={"type": "integer"},
            ),
            query("category", _or_null({"$ref": f"{_REF}Category"})),
            query("currency", _or_null({"type": "string", "pattern": "^[A-Z]{3}$"})),
            query("cursor", _or_null(_TEXT)),
            query("limit", {"type": "integer", "minimum": 1, "maximum": 50, "default": 2}),
            **{"422": _WRONG},
        ),
        "/products/{code}": _get(
            _PRODUCT, {"name": "code", "in": "path", "required": True, "schema": _TEXT}, **{"404": _WRONG}
        ),
        "/places": _get(_object("features", type=_TEXT, features={"type": "array", "items": _FREE})),
        "/rates": _get(
            _object(
                "base per rates",
                base=_TEXT,
                per={"type": "integer"},
                asOf={"type": "string", "format": "date-time"},
                rates={**_FREE, "additionalProperties": _object("bid ask", bid=_NUMBER, ask=_NUMBER)},
            )
        ),
    },
    "components": {
        "schemas": {
            "Category": {"type": "string", "enum": ["savings", "card"]},
            "Problem": _object("detail", detail=_TEXT),
            "Money": _object("amount currency", amount=_NUMBER, currency=_TEXT),
            "Tier": _object("balanceFrom", balanceFrom=_NUMBER, balanceTo=_or_null(_NUMBER), rate=_NUMBER),
            "Savings": _object(
                "code title tiers",
                category={"const": "savings"},
                **_BOTH,
                tiers={"type": "array", "items": {"$ref": f"{_REF}Tier"}},
            ),
            "Card": _object(
                "code title network",
                category={"const": "card"},
                **_BOTH,
                network={"enum": ["Visa", "UnionPay"]},
                annualFee={"$ref": f"{_REF}Money"},
            ),
        }
    },
}  # fmt: skip
