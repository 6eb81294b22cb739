"""Whether each language on offer is written in its own script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.language.script import (
    HAN,
    LATIN,
    simplified_count,
    traditional_count,
    words_of,
)
from conformance.errors import NotApplicable
from conformance.model import Finding, Language
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

ENOUGH = 2
"""Characters of the wrong script that are no name and no slip."""
SENTENCE = 5
"""Words that a name seldom has."""


@check()
def chinese_text_is_chinese(reading: Reading) -> Findings:
    """Answers a request for Chinese with text in Chinese characters."""
    for language in reading.other_languages():
        rows = [(row, text) for row in reading.rows(language) if (text := _text(row, reading))]
        if rows and not any(HAN.search(text) for _, text in rows):
            yield Finding(
                f"Chinese characters in {language.value}", "none in the whole list", rows[0][0].place()
            )
            continue
        for row, text in rows:
            if not HAN.search(text) and len(text.split()) >= SENTENCE:
                yield Finding(f"Chinese characters in {language.value}", repr(text[:60]), row.place())


@check()
def traditional_text_is_traditional(reading: Reading) -> Findings:
    """Answers a request for Traditional Chinese in traditional characters."""
    yield from _script(reading, Language.TRADITIONAL, simplified_count, traditional_count)


@check()
def simplified_text_is_simplified(reading: Reading) -> Findings:
    """Answers a request for Simplified Chinese in simplified characters."""
    yield from _script(reading, Language.SIMPLIFIED, traditional_count, simplified_count)


@check()
def english_text_is_english(reading: Reading) -> Findings:
    """Answers a request for English with text that is not Chinese alone."""
    reading.other_languages()
    if Language.ENGLISH not in reading.languages:
        raise NotApplicable("the bank does not offer English for this function")
    for row in reading.rows(Language.ENGLISH):
        text = _text(row, reading)
        if HAN.search(text) and not LATIN.search(text):
            yield Finding("text in English", repr(text[:60]), row.place())


def _script(
    reading: Reading, language: Language, wrong: Callable[[str], int], right: Callable[[str], int]
) -> Iterator[Finding]:
    if language not in reading.other_languages():
        raise NotApplicable(f"the bank does not offer {language.value} for this function")
    rows = [
        (row, wrong(text), right(text)) for row in reading.rows(language) if (text := _text(row, reading))
    ]
    others, own = sum(n for _, n, _ in rows), sum(n for _, _, n in rows)
    script = "traditional" if language is Language.TRADITIONAL else "simplified"
    if others >= ENOUGH and others > own:
        yield Finding(
            f"{script} characters", f"{others} of the other script, {own} of this one", rows[0][0].place()
        )
        return
    for row, other, same in rows:
        if other >= ENOUGH and same == 0:
            yield Finding(
                f"{script} characters", f"{other} of the other script, none of this one", row.place()
            )


def _text(row: Row, reading: Reading) -> str:
    return " ".join(value for _, value in words_of(row, reading.operation.resource))
