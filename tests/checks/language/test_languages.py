"""Languages as banks serve them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.language.script import SIMPLIFIED, TRADITIONAL
from conformance.errors import NotApplicable
from conformance.model import Finding
from tests.checks.asked import answering, by_language, findings, rows

CARDS = "loans.credit-card-product"


def card(name: str, description: str = "", **more: Any) -> dict[str, Any]:
    text = {"description": description} if description else {}
    return {"id": "1", "name": name, "scheme": "Visa", "purchase_apr": "35.1"} | text | more


def found(check: str, en: Any, tc: Any, sc: Any) -> list[Finding]:
    lists = [rows(*each) if isinstance(each, list) else rows(each) for each in (en, tc, sc)]
    bank = by_language(en=lists[0], zh_Hant=lists[1], zh_Hans=lists[2])
    return findings(f"language.{check}", bank, CARDS)


EN = card("Harbour Card", "Cash back on every purchase")
TC = card("海港信用卡", "每次簽賬皆享現金回贈")
SC = card("海港信用卡", "每次签账皆享现金回赠")
SCRIPTS = ("chinese_text_is_chinese", "traditional_text_is_traditional", "simplified_text_is_simplified",
           "english_text_is_english")  # fmt: skip


@pytest.mark.parametrize("check", SCRIPTS)
def test_each_language_in_its_own_script_is_right(check: str) -> None:
    assert not found(check, EN, TC, SC)


@pytest.mark.parametrize("check", SCRIPTS)
def test_a_name_that_every_language_shares_is_right(check: str) -> None:
    named = [
        [card("Mox"), card("Premier", text)]
        for text in ("A card", "一張信用卡、無年費", "一张信用卡、无年费")
    ]
    assert not found(check, *named)


def test_a_street_named_after_a_queen_is_no_simplified_text() -> None:
    assert not found("traditional_text_is_traditional", EN, card("皇后大道中", "皇后大道中、里程、几何"), SC)


def test_one_row_in_the_other_script_is_found_among_right_ones() -> None:
    (finding,) = found("traditional_text_is_traditional", [EN, EN], [TC, SC], [SC, SC])
    assert finding.at == "/data/1"


def test_the_tables_of_the_two_scripts_have_nothing_in_common() -> None:
    assert not TRADITIONAL & SIMPLIFIED
    assert len(TRADITIONAL) > 300


def test_a_bank_of_one_language_is_not_asked_for_others() -> None:
    entry = {"request": {"method": "GET", "path": "/c"}, "rows": ["$.data[*]"], "fields": {"name": "$.name"}}
    with pytest.raises(NotApplicable):
        findings("language.chinese_text_is_chinese", answering(rows(EN)), CARDS, entry, language=None)


def test_links_and_texts_may_differ_by_language() -> None:
    links = [
        card(name, apply_url=f"https://bank.example/{tongue}/apply", fees=[{"name": fee, "amount": "0"}])
        for name, tongue, fee in (("Card", "en", "Fee"), ("卡", "tc", "費用"), ("卡", "sc", "费用"))
    ]
    assert not found("languages_have_the_same_numbers", *links)
    assert not found("languages_have_the_same_members", *links)


def test_numbers_written_differently_are_the_same_number() -> None:
    assert not found("languages_have_the_same_numbers", EN, TC | {"purchase_apr": "35.10"}, SC)


def test_rates_that_were_updated_between_two_requests_are_not_compared() -> None:
    old = card("Card", last_updated="2026-01-01T10:00:00+08:00")
    new = card("卡", last_updated="2026-01-01T10:01:00+08:00", purchase_apr="36")
    assert not found("languages_have_the_same_numbers", old, new, new)


def test_lists_of_unequal_length_are_one_difference() -> None:
    fees = [{"name": "a", "amount": "1"}, {"name": "b", "amount": "2"}, {"name": "c", "amount": "3"}]
    (finding,) = found("languages_have_the_same_numbers", EN | {"fees": fees}, TC | {"fees": fees[1:]}, SC)
    assert finding.actual == "3 elements and 2 elements"


def test_a_missing_member_is_no_other_number() -> None:
    shorter = {name: value for name, value in TC.items() if name != "purchase_apr"}
    assert not found("languages_have_the_same_numbers", EN, shorter, SC)
    assert [f.expected for f in found("languages_have_the_same_members", EN, shorter, SC)] == [
        "purchase_apr in tc"
    ]


@pytest.mark.parametrize(
    ("tag", "count"),
    [("zh-Hant", 0), ("zh-HK", 0), ("zh-Hant-HK", 0), ("zh", 0), ("en, zh-Hant", 0), ("", 0), ("en", 1),
     ("zh-Hans", 1), ("HK", 1), ("zh_HK", 1)],
)  # fmt: skip
def test_content_language_names_the_language_by_any_tag_that_fits(tag: str, count: int) -> None:
    bank = by_language(en=rows(EN), zh_Hant=rows(TC), zh_Hans=rows(SC))

    def tagged(request: Any) -> Any:
        response = bank(request)
        if request.headers["Accept-Language"] == "zh-Hant" and tag:
            response.headers["Content-Language"] = tag
        return response

    assert len(findings("language.content_language_agrees", tagged, CARDS)) == count
