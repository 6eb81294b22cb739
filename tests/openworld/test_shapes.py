"""Shapes of real families that are right, and whose banks are not blamed for them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from conformance.errors import ConfigurationError
from conformance.transform import chain
from tests.openworld.banks import Small, blamed, found, judged

RATES = {"USD": ("7.7820", "7.8310"), "EUR": ("8.9012", "9.0455"), "GBP": ("9.8010", "9.9905")}
RATES |= {"AUD": ("5.0500", "5.1600"), "SGD": ("5.7800", "5.8900"), "CAD": ("5.6100", "5.7000")}
RATE_FIELDS: dict[str, Any] = {
    "currency": {"up": 1, "from": "$.code"},
    "base": {"constant": "HKD"},
    "rate_type": {"key": True},
    "buy": "$.bid",
    "sell": "$.offer",
}


def _paged_pairs(request: Request) -> Any:
    """Currencies in pages of four, each with two rates: the total counts currencies."""
    number = max(1, request.args.get("page", 1, type=int))
    size = max(1, request.args.get("size", 4, type=int))
    rows = [
        {"code": code, "tt": {"bid": b, "offer": s}, "note": {"bid": f"{float(b) * 0.99:.4f}", "offer": s}}
        for code, (b, s) in RATES.items()
    ]
    rows = rows[(number - 1) * size : number * size]
    return {"total": len(RATES), "rates": rows}


def test_a_total_of_elements_that_give_two_rows_each_is_true() -> None:
    entry = {
        "request": {"path": "/fx"},
        "rows": ["$.rates[*]", "$['tt', 'note']"],
        "fields": RATE_FIELDS,
        "paging": {"kind": "page", "parameter": "page", "size_parameter": "size", "total": "$.total"},
    }
    results = judged(Small({"/fx": _paged_pairs}), {"other.fx-rate": entry})
    assert not blamed(results)
    assert "paging.page_after_last_is_empty" not in found(results)


def _two_lists(request: Request) -> Any:
    languages = ("en", "zh")
    names = {"en": "Central branch", "zh": "中環分行"}
    if request.path == "/branches":
        return [{"l": x, "name": names[x], "lat": "22.28", "lon": "114.15"} for x in languages]
    return [{"code": code, "bid": b, "offer": s} for code, (b, s) in RATES.items()]


def test_a_list_may_have_no_language_where_the_others_have_a_column() -> None:
    fx = {
        "request": {"path": "/fx"},
        "rows": ["$[*]"],
        "fields": {"currency": "$.code", "base": {"constant": "HKD"}, "buy": "$.bid", "sell": "$.offer"},
    }
    branch = {
        "request": {"path": "/branches"},
        "rows": ["$[*]"],
        "fields": {
            "kind": {"constant": "branch"},
            "name": "$.name",
            "latitude": "$.lat",
            "longitude": "$.lon",
        },
    }
    column = {"column": "$.l", "values": {"en": "en", "tc": "zh"}}
    app = Small({"/fx": _two_lists, "/branches": _two_lists})
    told = {"other.fx-rate": {**fx, "language": "none"}, "other.branch": branch}
    assert not blamed(judged(app, told, language=column))
    untold = blamed(judged(app, {"other.fx-rate": fx, "other.branch": branch}, language=column))
    assert "language: none" in untold["availability.rows_found fail"][0]


def _gated(request: Request) -> Any:
    if request.headers.get("Token") != "t-0123456789abcdef":
        return Response("", 401)
    return [{"code": code, "bid": b, "offer": s} for code, (b, s) in RATES.items()]


def test_a_fixed_header_beside_the_token_is_no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENWORLD_SECRET", "s-0123456789abcdef")

    def bank(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/token":
            return Response('{"token": "t-0123456789abcdef"}', content_type="application/json")(
                environ, start_response
            )
        return Small({"/fx": _gated})(environ, start_response)

    scheme = {
        "kind": "custom-token",
        "request": {"path": "/token", "json": {"secret": "env:OPENWORLD_SECRET"}},
        "token": "$.token",
        "send": {"header": "Token"},
        "headers": {"Country": "HK"},
    }
    fx = {
        "request": {"path": "/fx"},
        "rows": ["$[*]"],
        "fields": {"currency": "$.code", "base": {"constant": "HKD"}, "buy": "$.bid", "sell": "$.offer"},
    }
    results = judged(bank, {"other.fx-rate": fx}, authentication=scheme)
    assert not blamed(results)
    assert not [name for name in found(results) if name == "access.each_credential_required"]


def test_what_came_and_could_not_be_read_is_not_called_missing_as_well() -> None:
    rows = [{"currency": c, "base": "HKD", "bid": b, "sell": s, "at": "soon"} for c, (b, s) in RATES.items()]
    rows[0]["bid"] = "seven"
    fields: dict[str, Any] = {"currency": "$.currency", "base": "$.base", "sell": "$.sell"}
    fields |= {"buy": {"from": "$.bid", "as": "decimal"}, "last_updated": {"from": "$.at", "as": "instant"}}
    entry = {"request": {"path": "/fx"}, "rows": ["$[*]"], "fields": fields}
    said = found(judged(Small({"/fx": lambda _: rows}), {"other.fx-rate": entry}))
    assert "product.values_can_be_read" in said
    assert not {"product.required_fields", "fx.timestamp_present"} & set(said)


@pytest.mark.parametrize(
    ("described", "value", "read"),
    [
        ("epoch", 1767225600, "2026-01-01T08:00:00+08:00"),
        ({"epoch": "ms"}, "1767225600500", "2026-01-01T08:00:00.500000+08:00"),
        ({"tenor": "months"}, 3, "P3M"),
        ({"tenor": "$.unit"}, "12", "P12M"),
        ({"tenor": "$.unit"}, "7 days", "P7D"),
    ],
)
def test_numbers_are_read_as_times_where_the_file_says_so(described: Any, value: Any, read: str) -> None:
    ((apply, _),) = chain(described)
    assert apply(value, {"unit": "M"}) == read


def test_a_unit_of_time_that_is_none_is_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigurationError, match=r"\{tenor: months\}"):
        chain({"tenor": "parsecs"})


def test_now_in_seconds_is_no_time_in_the_future() -> None:
    ((apply, _),) = chain("epoch")
    assert str(apply(int(time.time()), None)).endswith("+08:00")
