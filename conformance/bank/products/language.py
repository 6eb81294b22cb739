"""Which of the bank's languages an answer is in (RFC 9110, 12.5.4)."""

from __future__ import annotations

from functools import lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from conformance.bank.http import Refusal
from conformance.bank.products.policy import ProductPolicy

TAGS = {"en": "en", "tc": "zh-Hant", "sc": "zh-Hans"}
_CHINESE = dict.fromkeys(("hant", "hk", "tw", "mo"), "tc") | dict.fromkeys(("hans", "cn", "sg", "my"), "sc")


def asked(policy: ProductPolicy, header: str | None) -> str:
    """Give en, tc or sc for an Accept-Language; English where none is asked or known."""
    if not header:
        return "en"
    found = _negotiated(header, policy.language_quality_ignored, policy.language_variants_unknown)
    if found:
        return found
    if policy.unknown_language_status >= 400:
        raise Refusal(policy.unknown_language_status, "not_acceptable", "Ask for en, zh-Hant or zh-Hans.")
    return "en"


def served(policy: ProductPolicy, language: str) -> str:
    """Give the language that the rows come in, which a faulty bank confuses."""
    if policy.language_ignored or policy.chinese_labelled_only:
        return "en"
    if policy.sc_served_as_tc and language == "sc":
        return "tc"
    if policy.tc_served_as_sc and language == "tc":
        return "sc"
    return language


def label(policy: ProductPolicy, language: str) -> str:
    """Give the Content-Language for what was asked; "" leaves the header out."""
    if policy.content_language_absent:
        return ""
    if policy.content_language_constant or policy.language_ignored:
        return "en"
    return TAGS[language]


@lru_cache(maxsize=1024)
def _negotiated(header: str, quality_ignored: bool, variants_unknown: bool) -> str | None:
    accepted = list(parse_accept_header(header, LanguageAccept))
    if quality_ignored:
        accepted.sort(key=lambda choice: header.find(choice[0]))
    else:
        accepted.sort(key=lambda choice: -choice[1])
    for tag, quality in accepted:
        if quality <= 0:
            continue
        language = _language(tag.lower().replace("_", "-"))
        if variants_unknown and tag.lower() not in {"en", "zh-hant", "zh-hans"}:
            language = None
        if language:
            return language
    return None


def _language(tag: str) -> str | None:
    first, *rest = tag.split("-")
    if first in {"en", "*"}:
        return "en"
    if first != "zh":
        return None
    return next((_CHINESE[part] for part in rest if part in _CHINESE), "tc")
