"""Banks whose products have paths of their own, filters and one list for all: right, and with one defect."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request

from conformance.model import Case, Result
from tests.openworld import azalea
from tests.openworld.azalea import Azalea
from tests.openworld.banks import blamed, found, judged

SUBJECTS = ("product.", "relation.", "negative.", "contract.", "paging.", "language.", "fx.", "location.")
ASIDE = {"product.recommended_fields"}
"""What a right bank is told as well: its rows say less than they could."""


def _data(case: Case) -> bool:
    return case.check.startswith(SUBJECTS)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("azalea") / "api.json"
    file.write_text(json.dumps(azalea.DESCRIPTION), encoding="utf-8")
    return str(file)


def results(bank: Azalea, api: str, only: Callable[[Case], bool] = _data) -> tuple[Result, ...]:
    return judged(bank, azalea.FUNCTIONS, only=only, api=api, **azalea.FILE)


def test_one_list_for_all_products_is_right(described: str) -> None:
    every = results(
        Azalea(), described, lambda case: not case.check.startswith(("rate_limit.", "resilience."))
    )
    assert not blamed(every)
    assert not {name for name in found(every) if name.startswith(SUBJECTS)} - ASIDE
    passed = {result.case.check for result in every if str(result.verdict) == "pass"}
    for name in (
        "product.detail_agrees_with_list",
        "relation.filters_select",
        "relation.filters_lose_nothing",
        "contract.unknown_objects_are_not_found",
        "contract.allowed_values_are_accepted",
        "paging.pages_are_complete",
        "fx.magnitude_is_plausible",
        "language.texts_are_translated",
    ):
        assert name in passed


def at(path: str, change: Callable[[Any], None], tongue: str = "") -> Azalea:
    """The bank whose documents of one path are changed, in one language only where it is named."""

    def wrong(request: Request, document: Any) -> None:
        if request.path == path and tongue in request.headers.get("Accept-Language", ""):
            change(document)

    return Azalea(wrong)


def card(change: Callable[[dict[str, Any]], None]) -> Callable[[Any], None]:
    """A change of one row of the list."""

    def each(document: Any) -> None:
        for row in document["items"]:
            if row["code"] == "CC2":
                change(row)

    return each


DETAIL = "product.detail_agrees_with_list"
DEFECTS = {
    "the detail has another rate": (
        at("/products/SAV3", lambda one: one["tiers"][1].update(rate=0.052)),
        {DETAIL},
    ),
    "the detail has another currency": (
        at("/products/CC2", lambda one: one["annualFee"].update(currency="USD")),
        {DETAIL},
    ),
    "the detail is another product": (
        at("/products/SAV2", lambda one: one.update(code="SAV1", title="Savings account")),
        {DETAIL},
    ),
    "one listed product is not found": (Azalea(lost="CC2"), {DETAIL}),
    "a filter is not heard": (Azalea(deaf="currency"), {"relation.filters_select"}),
    "a page loses its first row": (
        Azalea(clipped=True),
        {"paging.total_is_true"},
    ),
    "a scheme is translated": (
        at("/products", card(lambda row: row.update(network="銀聯")), "Hant"),
        {"product.matches_own_description"},
    ),
    "a fee has no currency in Chinese": (
        at("/products", card(lambda row: row["annualFee"].update(currency="港")), "Hans"),
        {"product.values_can_be_read", "language.languages_have_the_same_numbers"},
    ),
    "a rate is sold at twice its price": (
        at("/rates", lambda board: board["rates"]["EUR"].update(ask=1690.0)),
        {"fx.spread_is_plausible"},
    ),
    "a rate is for one unit": (
        at("/rates", lambda board: board["rates"]["USD"].update(bid=7.78, ask=7.83)),
        {"fx.magnitude_is_plausible"},
    ),
    "a point is turned": (
        at("/places", lambda all_: all_["features"][1]["geometry"]["coordinates"].reverse()),
        {"location.coordinates_in_hong_kong"},
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_of_one_row_or_one_path_is_found(name: str, described: str) -> None:
    bank, checks = DEFECTS[name]
    assert set(found(results(bank, described))) - ASIDE == checks
