"""A bank that tells languages and pages in other places than most: right, and with one defect at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.model import Case, Result
from tests.openworld.banks import blamed, found, judged
from tests.openworld.sampan import FILE, FUNCTIONS, Rows, Sampan

WESTERN = "\u00e4\u00b8\u00ad\u00e7\u2019\u00b0"
"""Two Chinese characters in UTF-8, read as Windows-1252."""
Change = Callable[[str, Rows, int], Rows | None]


def _data(case: Case) -> bool:
    return case.requirement.startswith("P1-")


def results(bank: Sampan, only: Callable[[Case], bool] = _data) -> tuple[Result, ...]:
    return judged(bank, FUNCTIONS, only=only, **FILE)


def row(path: str, index: int, *spoken: int, **values: Any) -> Change:
    """One row of a path has other values, in some languages (all when none is named)."""

    def change(what: str, rows: Rows, tongue: int) -> None:
        if what == path and tongue in (spoken or range(3)):
            rows[index].update(values)

    return change


def test_the_right_bank_is_not_blamed() -> None:
    every = results(Sampan())
    assert not blamed(every)
    assert not [
        name for name in found(every) if name.startswith(("paging.", "language.", "fx.", "location."))
    ]
    passed = {result.case.check for result in every if str(result.verdict) == "pass"}
    for name in ("languages_have_the_same_numbers", "simplified_text_is_simplified", "texts_are_translated"):
        assert f"language.{name}" in passed
    for name in (
        "total_is_true",
        "pages_are_complete",
        "largest_size_is_honoured",
        "page_after_last_is_empty",
    ):
        assert f"paging.{name}" in passed


@pytest.mark.parametrize(
    ("bank", "checks"),
    [
        (Sampan(deaf="body"), {"language.chinese_text_is_chinese"}),
        (Sampan(deaf="folder"), {"language.chinese_text_is_chinese"}),
        (Sampan(deaf="page"), {"paging.pages_do_not_repeat", "paging.total_is_true"}),
        (Sampan(deaf="offset"), {"paging.pages_do_not_repeat", "paging.total_is_true"}),
        (Sampan(short=1), {"paging.pages_are_complete", "paging.total_is_true"}),
        (Sampan(row("loans", 2, 1, apr="9.80")), {"language.languages_have_the_same_numbers"}),
        (Sampan(row("atms", 1, nameSC="大埔廣場總分行")), {"language.texts_are_translated"}),
        (Sampan(row("atms", 1, nameTC="Wan Chai Branch")), {"language.texts_are_translated"}),
        (
            Sampan(row("atms", 1, nameTC="")),
            {"language.languages_have_the_same_members", "product.values_can_be_read"},
        ),
        (Sampan(row("branches", 1, 0, name="旺角總分行")), {"language.texts_are_translated"}),
        (Sampan(row("rates", 0, bid="0.7773")), {"fx.magnitude_is_plausible"}),
        (Sampan(row("rates", 1, at="01/07/2020 09:00")), {"fx.timestamp_fresh"}),
        (Sampan(row("branches", 0, hours={"weekdays": "09:00-05:00"})), {"location.opens_before_it_closes"}),
        (Sampan(row("branches", 0, at=[114.1715, 22.2778])), {"location.coordinates_in_hong_kong"}),
        (Sampan(row("loans", 0, 0, text=WESTERN)), {"text.no_damaged_characters"}),
    ],
)  # fmt: skip
def test_a_wrong_one_is_found_by_the_checks_for_it(bank: Sampan, checks: set[str]) -> None:
    subjects = {name.partition(".")[0] for name in checks} | {"product", "availability"}
    told = found(results(bank, lambda case: case.check.partition(".")[0] in subjects))
    assert set(told) - _ASIDE == checks


_ASIDE = {"product.recommended_fields", "location.place_can_be_found"}
"""What a right bank is told as well."""
