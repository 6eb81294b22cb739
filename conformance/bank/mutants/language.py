"""Defects of languages."""

from __future__ import annotations

from typing import Any

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import add, change, drop, nth, only_in, put, rows_only_in, without
from conformance.bank.products.policy import Row

FX = "other.fx-rate"
CARDS = "loans.credit-card-product"
BRANCHES = "other.branch"


def _in_english(value: Any) -> Any:
    """The value with an English sentence for every Chinese one."""
    if isinstance(value, dict):
        return {name: _in_english(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_english(inner) for inner in value]
    chinese = isinstance(value, str) and any(character > "\u3400" for character in value)
    return "A sentence that has not been translated" if chinese else value


@mutant("language.chinese_text_is_chinese")
def chinese_in_name_only(policy: Policy) -> Policy:
    """English is served under Content-Language zh-Hant and zh-Hans."""
    return policy.evolve("products.chinese_labelled_only", True)


@mutant("language.chinese_text_is_chinese", "language.content_language_agrees")
def english_to_everyone(policy: Policy) -> Policy:
    """English is served, and labelled so, whatever language is asked for."""
    return policy.evolve("products.language_ignored", True)


@mutant("language.chinese_text_is_chinese")
def card_not_translated(policy: Policy) -> Policy:
    """One card is in English among its translated siblings."""

    def untranslated(row: Row, _: str) -> Row:
        english: Row = _in_english(row)
        return english

    return policy.edit_list(CARDS, rows_only_in("tc", nth(0, untranslated)))


@mutant("language.simplified_text_is_simplified")
def traditional_served_as_simplified(policy: Policy) -> Policy:
    """Traditional characters are served as Simplified Chinese."""
    return policy.evolve("products.sc_served_as_tc", True)


@mutant("language.traditional_text_is_traditional")
def simplified_served_as_traditional(policy: Policy) -> Policy:
    """Simplified characters are served as Traditional Chinese."""
    return policy.evolve("products.tc_served_as_sc", True)


@mutant("language.english_text_is_english")
def chinese_served_as_english(policy: Policy) -> Policy:
    """The first currency has only its Chinese name and conditions in English."""
    chinese = only_in(
        "en", lambda row, _: row | {"name": "美元", "conditions": "只供參考", "disclaimer": "匯率可隨時更改"}
    )
    return policy.edit_list(FX, nth(0, chinese))


@mutant("language.languages_have_the_same_rows")
def row_missing_in_chinese(policy: Policy) -> Policy:
    """The last card is missing in Traditional Chinese."""
    return policy.edit_list(CARDS, rows_only_in("tc", without(-1)))


@mutant("language.languages_have_the_same_rows")
def rate_missing_in_simplified(policy: Policy) -> Policy:
    """One exchange rate is missing in Simplified Chinese."""
    return policy.edit_list(FX, rows_only_in("sc", without(5)))


@mutant("language.languages_have_the_same_numbers")
def rate_differs_by_language(policy: Policy) -> Policy:
    """The APR of one card is lower in Simplified Chinese."""
    return policy.edit_list(CARDS, nth(0, only_in("sc", add("purchase_apr", "-1.5"))))


@mutant("language.languages_have_the_same_numbers")
def age_differs_by_language(policy: Policy) -> Policy:
    """The lowest age for one card is higher in Traditional Chinese."""
    return policy.edit_list(CARDS, nth(0, only_in("tc", put("eligibility.min_age", 21))))


@mutant("language.languages_have_the_same_members")
def apr_missing_in_chinese(policy: Policy) -> Policy:
    """The APR for cash advances of one card is missing in Traditional Chinese."""
    return policy.edit_list(CARDS, nth(0, only_in("tc", drop("cash_advance_apr"))))


@mutant("language.languages_have_the_same_numbers")
def fee_missing_in_simplified(policy: Policy) -> Policy:
    """The last fee of one card is missing in Simplified Chinese."""
    return policy.edit_list(CARDS, nth(0, only_in("sc", change("fees", lambda fees: fees[:-1]))))


@mutant("language.content_language_agrees")
def content_language_always_english(policy: Policy) -> Policy:
    """Content-Language is en on every answer."""
    return policy.evolve("products.content_language_constant", True)


@mutant("language.languages_have_the_same_members")
def description_blank_in_chinese(policy: Policy) -> Policy:
    """The description of one card is a blank in Simplified Chinese."""
    return policy.edit_list(CARDS, nth(0, only_in("sc", put("description", " "))))


@mutant("language.texts_are_translated")
def branch_name_not_translated(policy: Policy) -> Policy:
    """The name of one branch is in English among its translated siblings."""
    return policy.edit_list(BRANCHES, nth(1, only_in("tc", put("name", "Harbour Road Branch"))))


@mutant("language.texts_are_translated")
def description_not_translated(policy: Policy) -> Policy:
    """The description of one card is in English in Simplified Chinese, its other texts are not."""
    english = put("description", "A card with rebates on all that you buy")
    return policy.edit_list(CARDS, nth(0, only_in("sc", english)))


@mutant("language.texts_are_translated")
def description_in_the_other_script(policy: Policy) -> Policy:
    """The description of one card is in traditional characters in Simplified Chinese."""
    return policy.edit_list(CARDS, nth(0, only_in("sc", put("description", "簽賬賺取積分獎賞"))))


@mutant("language.texts_are_translated")
def branch_name_in_chinese(policy: Policy) -> Policy:
    """The name of one branch is in Chinese among the English ones."""
    return policy.edit_list(BRANCHES, nth(1, only_in("en", put("name", "中環分行"))))
