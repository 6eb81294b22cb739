"""What the header fields say of the language."""

from __future__ import annotations

from conformance.model import Finding, Language
from conformance.reading import Reading
from conformance.registry import Findings, check

_TAGS = {
    Language.ENGLISH: ("en",),
    Language.TRADITIONAL: ("zh", "zh-hant", "zh-hk", "zh-tw", "zh-mo", "yue"),
    Language.SIMPLIFIED: ("zh", "zh-hans", "zh-cn", "zh-sg", "cmn"),
}
_SIGNS = {Language.TRADITIONAL: ("hans", "cn", "sg"), Language.SIMPLIFIED: ("hant", "hk", "tw", "mo")}


@check()
def content_language_agrees(reading: Reading) -> Findings:
    """Names in Content-Language, where it is sent, the language that was asked for, by a BCP 47 tag."""
    reading.other_languages()
    rule = reading.operation.language
    if rule is None or not rule.carrier.asked:
        return
    for language in reading.languages:
        answer = reading.success(language)
        said = ", ".join(answer.values("Content-Language"))
        tags = [tag.strip() for tag in said.split(",") if tag.strip()]
        if tags and not any(_names(tag, language) for tag in tags):
            yield Finding(
                f"a BCP 47 tag of {language.value}: {' or '.join(_TAGS[language][:3])}",
                said[:80],
                "header Content-Language",
                answer.exchange,
            )


def _names(tag: str, language: Language) -> bool:
    parts = tag.casefold().split("-")
    if tag.casefold() in _TAGS[language]:
        return True
    known = {wanted.split("-")[0] for wanted in _TAGS[language]}
    return parts[0] in known and len(parts) > 1 and not set(parts) & set(_SIGNS.get(language, ()))
