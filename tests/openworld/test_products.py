"""Banks whose products have paths of their own, filters and one list for all: right, and with one defect."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request

from conformance.model import Case, Result
from tests.openworld import azalea, elm
from tests.openworld.azalea import Azalea
from tests.openworld.banks import blamed, found, judged
from tests.openworld.elm import Elm

SUBJECTS = ("product.", "relation.", "negative.", "contract.", "paging.", "language.", "fx.", "location.")
ASIDE = {"product.recommended_fields"}
"""What a right bank is told as well: its rows say less than they could."""


def _data(case: Case) -> bool:
    return case.check.startswith(SUBJECTS)


def written(folder: Path, description: Any) -> str:
    """The path of a description."""
    folder.mkdir(exist_ok=True)
    file = folder / "api.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("azalea"), azalea.DESCRIPTION)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("elm"), elm.DESCRIPTION)


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


def test_a_list_that_is_empty_at_its_largest_size_is_no_fault_of_the_suite(described: str) -> None:
    def emptied(request: Request, document: Any) -> None:
        if request.path == "/products" and request.args.get("limit") == "50":
            document["items"] = []

    api = json.loads(Path(described).read_text(encoding="utf-8"))
    api["paths"]["/products"]["get"]["parameters"].append(azalea.query("from_code", {"type": "string"}))
    with_range = written(Path(described).parent / "ranged", api)
    every = results(Azalea(emptied), with_range)
    assert not [result.traceback for result in every if str(result.verdict) == "error"]


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


def typed_results(bank: Elm, api: str) -> tuple[Result, ...]:
    return judged(bank, elm.FUNCTIONS, only=_data, api=api, **elm.FILE)


def test_typed_resources_are_right(typed: str) -> None:
    every = typed_results(Elm(), typed)
    assert not blamed(every)
    assert not found(every)
    passed = {result.case.check for result in every if str(result.verdict) == "pass"}
    for name in (DETAIL, "relation.orders_are_obeyed", "relation.linked_pages_make_the_whole"):
        assert name in passed


def branch(path: str, change: Callable[[dict[str, Any]], None], locale: str = "") -> Elm:
    """The bank with another branch B006, in its list or at its own path, in one language or in all."""

    def wrong(request: Request, document: Any) -> None:
        rows = document["data"] if isinstance(document["data"], list) else [document["data"]]
        for row in rows:
            if row["id"] == "B006" and request.path == path and locale in request.args.get("locale", "en_HK"):
                change(row["attributes"])

    return Elm(wrong)


TYPED = {
    "the branch at its own path stands elsewhere": (
        branch("/branches/B006", lambda said: said["point"].update(coordinates=[114.1, 22.3])),
        {DETAIL},
    ),
    "a filter is not heard": (Elm(deaf="filter[area]"), {"relation.filters_select"}),
    "an order is not heard": (Elm(deaf="sort"), {"relation.orders_are_obeyed"}),
    "the link to the next page leads past it": (Elm(skips=1), {"relation.linked_pages_make_the_whole"}),
    "there are more pages than rows": (Elm(pages=1), {"paging.total_is_true"}),
    "a branch on the second page closes before it opens": (
        branch("/branches", lambda said: said["week"].update(mon=[{"from": "1700", "to": "0900"}])),
        {"location.opens_before_it_closes", DETAIL},
    ),
    "a time cannot be read in Simplified Chinese": (
        branch(
            "/branches", lambda said: said["week"].update(mon=[{"from": "9 o'clock", "to": "1700"}]), "CN"
        ),
        {"product.values_can_be_read"},
    ),
    "a branch on the second page has a member of its own": (
        branch("/branches", lambda said: said.update(costCentre="4711")),
        {"product.matches_own_description"},
    ),
}


@pytest.mark.parametrize("name", TYPED)
def test_a_defect_of_typed_resources_is_found(name: str, typed: str) -> None:
    bank, checks = TYPED[name]
    assert set(found(typed_results(bank, typed))) == checks
