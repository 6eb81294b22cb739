"""Texts that are right, and what is wrong with others."""

from __future__ import annotations

import time

import pytest

from tests.checks.asked import findings, rows


def count(check: str, *texts: object) -> int:
    given = [{"id": str(n), "name": "A", "remark": text} for n, text in enumerate(texts)]
    return len(findings(f"text.{check}", rows(*given)))


@pytest.mark.parametrize(
    "text",
    [
        "Rates for balances < HKD 1,000 and > HKD 500",
        "a<b and b>c",
        "R&D; M&S",
        "line one\nline two\tand a tab",
        "it's the bank's \"own\" card",
        "Café résumé — naïve “quotes” … 10 €",
        "每次簽賬皆享現金回贈「須符合條款」",
        "No. 1 # of the market",
        "Apply at https://bank.example/a?x=1&copy=2",
        "銀行‧信用卡",
    ],
)
def test_ordinary_text_is_right(text: str) -> None:
    for check in ("no_markup", "no_entities", "no_control_characters", "no_damaged_characters",
                  "no_leftover_marks", "no_surrounding_space", "absence_said_one_way"):  # fmt: skip
        assert count(check, text) == 0, check


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("no_markup", "one<br/>two"),
        ("no_markup", "<P class='x'>one"),
        ("no_markup", "<ScRiPt>alert(1)</ScRiPt>"),
        ("no_entities", "a&nbsp;b"),
        ("no_entities", "&#x4e00;"),
        ("no_control_characters", "a\x00b"),
        ("no_control_characters", "a\u202eb"),
        ("no_control_characters", "\ufeffab"),
        ("no_damaged_characters", "ab\ufffd"),
        ("no_damaged_characters", "Ã©tat"),
        ("no_damaged_characters", "銀行".encode().decode("latin-1")),
        ("no_leftover_marks", "5% rebate#"),
        ("no_leftover_marks", "5% rebate ##"),
        ("no_leftover_marks", "the bank''s card"),
        ("no_surrounding_space", "Online "),
        ("no_surrounding_space", "\u00a0Online"),
    ],
)
def test_each_mark_is_found(check: str, text: str) -> None:
    assert count(check, text) == 1


def test_a_long_text_may_end_in_a_space() -> None:
    assert (
        count("no_surrounding_space", "A sentence that is shown to customers and compared by nobody. ") == 0
    )


def test_one_way_to_say_nothing_is_enough() -> None:
    assert count("absence_said_one_way", None, None) == 0
    assert count("absence_said_one_way", "N/A", "n/a") == 0
    assert count("absence_said_one_way", "N/A", None) == 1
    assert count("absence_said_one_way", "", "-") == 1


def test_text_is_judged_in_members_that_no_mapping_reads() -> None:
    assert len(findings("text.no_markup", {"data": [], "note": "<br>"})) == 1


def test_a_long_hostile_text_is_judged_in_seconds() -> None:
    began = time.process_time()
    for check in ("no_markup", "no_entities", "no_control_characters", "no_damaged_characters",
                  "no_leftover_marks"):  # fmt: skip
        for text in ("<a " * 50_000, "&#" * 100_000, "#" * 200_000 + "x", " " * 200_000 + "x", "'" * 100_001):
            count(check, text)
    assert time.process_time() - began < 20
