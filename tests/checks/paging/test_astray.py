"""Links to the next page that lead to another host, and pages of links whose size is not obeyed."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Request

from tests.openworld.banks import Small, blamed, found, judged

NAMES = ("USD", "EUR", "GBP", "AUD")
FX: dict[str, Any] = {
    "request": {"path": "/fx"},
    "rows": ["$.rates[*]"],
    "fields": {"currency": "$.ccy", "base": {"constant": "HKD"}, "buy": "$.bid", "sell": "$.ask"},
    "paging": {"kind": "links", "next": "$.next", "size_parameter": "size", "total": "$.total"},
}
PRICES = {
    "USD": ("7.78", "7.81"),
    "EUR": ("8.91", "9.04"),
    "GBP": ("10.21", "10.35"),
    "AUD": ("5.05", "5.14"),
}


def bank(next_host: str = "", obeys: bool = True) -> Small:
    def fx(request: Request) -> Any:
        first, size = int(request.args.get("from", 0)), int(request.args.get("size", 2)) if obeys else 2
        rows = [
            {"ccy": name, "bid": PRICES[name][0], "ask": PRICES[name][1]}
            for name in NAMES[first : first + size]
        ]
        more = first + size < len(NAMES)
        link = f"{next_host}/fx?from={first + size}&size={size}" if more else None
        return {"rates": rows, "next": link, "total": len(NAMES)}

    return Small({"/fx": fx})


def results(app: Small) -> Any:
    return judged(app, {"other.fx-rate": FX}, only=lambda case: case.check.startswith(("paging.", "fx.")))


def test_links_on_the_bank_itself_are_followed() -> None:
    assert not blamed(results(bank()))
    assert not blamed(results(bank("https://bank.example")))


@pytest.mark.parametrize("host", ["http://core.bank.internal:8080", "https://10.1.2.3"])
def test_a_link_into_the_bank_is_a_nonconformity(host: str) -> None:
    told = found(results(bank(host)))
    assert [name for name in told if name.startswith("paging.")] == ["paging.pages_are_complete"]
    assert host in told["paging.pages_are_complete"][0]


def test_a_link_to_another_host_is_for_the_file_to_name_and_the_rows_that_came_are_judged() -> None:
    every = results(bank("https://cdn.example"))
    assert not [name for name in found(every) if name.startswith("paging.")]
    open_ = {name.partition(" ")[0] for name in blamed(every)}
    assert open_ == {"paging.total_is_true", "paging.pages_are_complete"}
    assert {str(r.verdict) for r in every if r.case.check == "fx.buy_not_above_sell"} == {"pass"}


def test_a_size_that_is_not_obeyed_is_found() -> None:
    assert "paging.smallest_size_is_honoured" in found(results(bank(obeys=False)))
