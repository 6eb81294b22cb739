"""A bank behind a gateway that is like no other here: a right one, with switches to go wrong.

Products are asked for by POST, with language and page in the body; branches are files, one folder for each
language; ATMs have their languages side by side in one object, and pages that begin at a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

FOLDERS = ("en", "tc", "sc")
SPOKEN = ("en_HK", "zh_HK", "zh_CN")
LOANS = (
    ("L1", ("Instalment loan", "分期貸款", "分期贷款"), "0.45", "5.98"),
    ("L2", ("Tax loan", "稅務貸款", "税务贷款"), "0.20", "2.35"),
    ("L3", ("Balance transfer", "結餘轉戶貸款", "结余转户贷款"), "0.50", "6.80"),
    ("L4", ("Cash loan", "現金貸款", "现金贷款"), "0.60", "8.10"),
    ("L5", ("Home repair loan", "家居裝修貸款", "家居装修贷款"), "0.48", "6.20"),
    ("L6", ("Study loan", "進修貸款", "进修贷款"), "0.30", "4.10"),
    ("L7", ("Green loan", "綠色貸款", "绿色贷款"), "0.28", "3.90"),
)
SAID = (
    "Fixed repayments each month, paid out within a day.",
    "每月固定還款，一天內批出。",  # noqa: RUF001
    "每月固定还款，一天内批出。",  # noqa: RUF001
)
NAMES = (
    ("Wan Chai Branch", "灣仔分行", "湾仔分行"),
    ("Mong Kok Branch", "旺角總分行", "旺角总分行"),
    ("Tai Po Branch", "大埔廣場分行", "大埔广场分行"),
    ("Yuen Long Branch", "元朗廣場分行", "元朗广场分行"),
)
ADDRESSES = (
    ("128 Hennessy Road", "軒尼詩道128號", "轩尼诗道128号"),
    ("688 Nathan Road", "彌敦道688號", "弥敦道688号"),
    ("9 On Chee Road", "安慈路9號", "安慈路9号"),
    ("99 Main Road", "大馬路99號", "大马路99号"),
)
NORTH, EAST = (22.2778, 22.3205, 22.4507, 22.4443), (114.1715, 114.1691, 114.1677, 114.0289)
PLACES = tuple(zip(NAMES, ADDRESSES, NORTH, EAST, strict=True))
RATES = (("USD", "7.7730", "7.8160"), ("EUR", "8.9100", "9.0430"), ("GBP", "10.2100", "10.3560"))
Rows = list[dict[str, Any]]


class Sampan:
    """The bank. ``wrong`` are its defects: what becomes of the rows of a path in a language (0 to 2)."""

    def __init__(
        self, *wrong: Callable[[str, Rows, int], Rows | None], deaf: str = "", short: int = 0
    ) -> None:
        self.wrong, self.deaf, self.short = wrong, deaf, short

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with Request(environ) as request:
            response = self._answered(request)
        return response(environ, start_response)

    def _answered(self, request: Request) -> Response:
        path, told = request.path, {}
        if path.startswith("/query/"):
            if request.method != "POST":
                return _said("40500", {}, 405)
            try:
                told = json.loads(request.get_data() or b"{}")
            except ValueError:
                return _said("40000", {}, 400)
            return self._asked(path.removeprefix("/query/"), told)
        if request.method not in ("GET", "HEAD"):
            return _said("40500", {}, 405)
        if path == "/atms":
            return self._atms(request.args.get("offset", "0"), request.args.get("limit", "2"))
        _, _, folder, *name = (*path.split("/"), "", "")
        if folder in FOLDERS and name[0] == "branches.json":
            spoken = 0 if self.deaf == "folder" else FOLDERS.index(folder)
            return _json({"branches": self._rows("branches", _branches(spoken), spoken)})
        return _said("40400", {}, 404)

    def _asked(self, what: str, told: dict[str, Any]) -> Response:
        number, size, tongue = (
            told.get("pageNo", 1),
            told.get("page", {}).get("size", 3),
            told.get("language"),
        )
        if self.deaf == "page":
            number = 1
        if type(number) is not int or type(size) is not int or number < 1 or not 1 <= size <= 20:
            return _said("40002", {}, 400)
        spoken = 0 if self.deaf == "body" or tongue not in SPOKEN else SPOKEN.index(tongue)
        if what == "loans":
            rows = self._rows("loans", _loans(spoken), spoken)
            cut = rows[(number - 1) * size + (self.short if number > 1 else 0) : number * size]
            return _said("0", {"total": str(len(rows)), "list": cut})
        if what == "rates":
            set_at = (datetime.now(UTC) + timedelta(hours=8)).strftime("%d/%m/%Y %H:%M")
            rows = [{"ccy": ccy, "bid": bid, "ask": ask, "at": set_at} for ccy, bid, ask in RATES]
            return _said("0", {"list": self._rows("rates", rows, 0)})
        return _said("40400", {}, 404)

    def _atms(self, offset: str, limit: str) -> Response:
        if not (offset.isdigit() and limit.isdigit()) or int(limit) < 1:
            return _said("40002", {}, 400)
        first = 0 if self.deaf == "offset" else int(offset)
        rows = self._rows("atms", _atms(), 0)
        return _json({"all": len(rows), "atms": rows[first : first + min(int(limit), 10)]})

    def _rows(self, what: str, rows: Rows, spoken: int) -> Rows:
        for change in self.wrong:
            changed = change(what, rows, spoken)
            rows = rows if changed is None else changed
        return rows


def _loans(spoken: int) -> Rows:
    return [
        {"code": code, "name": names[spoken], "text": SAID[spoken], "flat": flat, "apr": apr}
        for code, names, flat, apr in LOANS
    ]


def _branches(spoken: int) -> Rows:
    hours = {"weekdays": "09:00-17:00", "saturday": "09:00-13:00"}
    return [
        {"id": f"B{i}", "name": n[spoken], "address": a[spoken], "at": [y, x], "hours": dict(hours)}
        for i, (n, a, y, x) in enumerate(PLACES)
    ]


def _atms() -> Rows:
    return [
        {"no": f"A{i}{half}", "lat": y + half / 1000, "lng": x}
        | {f"name{to}": n[k] for k, to in enumerate(("EN", "TC", "SC"))}
        | {"address": {to: a[k] for k, to in enumerate(("EN", "TC", "SC"))}}
        for i, (n, a, y, x) in enumerate(PLACES)
        for half in (1, 2)
    ]


def _json(document: Any, status: int = 200) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status, content_type="application/json; charset=utf-8")


def _said(code: str, result: dict[str, Any], status: int = 200) -> Response:
    return _json({"status": {"code": code}, "result": result}, status)


FILE: dict[str, Any] = {
    "language": {"placeholder": "lang", "values": {"en": "en_HK", "tc": "zh_HK", "sc": "zh_CN"}},
    "errors": {"code": "$.status.code"},
}
FUNCTIONS: dict[str, Any] = {
    "loans.unsecured-loan-product": {
        "request": {"method": "POST", "path": "/query/loans", "json": {"language": "{lang}"}},
        "reads": True,
        "paging": {
            "kind": "page", "parameter": "pageNo", "size_parameter": "page.size", "send": "json",
            "total": "$.result.total", "largest": 20,
        },
        "rows": ["$.result.list[*]"],
        "fields": {
            "id": "$.code", "kind": {"constant": "unsecured"}, "name": "$.name", "description": "$.text",
            "rate_type": {"constant": "flat"}, "rate": "$.flat", "apr": "$.apr",
        },
    },
    "other.fx-rate": {
        "request": {"method": "POST", "path": "/query/rates", "json": {}},
        "reads": True,
        "rows": ["$.result.list[*]"],
        "fields": {
            "currency": "$.ccy", "base": {"constant": "HKD"}, "buy": "$.bid", "sell": "$.ask",
            "last_updated": {"from": "$.at", "as": {"strptime": "%d/%m/%Y %H:%M"}},
        },
    },
    "other.branch": {
        "request": {"path": "/files/{lang}/branches.json"},
        "language": {"placeholder": "lang", "values": dict(zip(FOLDERS, FOLDERS, strict=True))},
        "rows": ["$.branches[*]"],
        "fields": {
            "id": "$.id", "kind": {"constant": "branch"}, "name": "$.name", "address": "$.address",
            "latitude": {"from": "$.at[0]", "as": "decimal"},
            "longitude": {"from": "$.at[1]", "as": "decimal"},
            "opening_hours": [
                {"from": "$.hours.weekdays", "as": {"hours": "mon-fri"}},
                {"from": "$.hours.saturday", "as": {"hours": "sat"}},
            ],
        },
    },
    "other.atm": {
        "request": {"path": "/atms"},
        "language": {"placeholder": "to", "values": {"en": "EN", "tc": "TC", "sc": "SC"}},
        "paging": {
            "kind": "offset", "parameter": "offset", "size_parameter": "limit",
            "total": "$.all", "largest": 10,
        },
        "rows": ["$.atms[*]"],
        "fields": {
            "id": "$.no", "kind": {"constant": "atm"}, "name": "$.name{to}", "address": "$.address.{to}",
            "latitude": {"from": "$.lat", "as": "decimal"}, "longitude": {"from": "$.lng", "as": "decimal"},
        },
    },
}  # fmt: skip
"""How the bank's file says all this."""
