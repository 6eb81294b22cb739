"""Single texts that are in another language than those around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from conformance.checks.language.script import (
    HAN,
    LATIN,
    simplified_count,
    traditional_count,
    words_of,
)
from conformance.model import Finding, Language
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

MOST = 10
"""Findings of one case."""
SIBLINGS = 3
"""Texts of one member from which it shows that the member is translated."""
ENOUGH = 2
"""Words, or characters of the other script, that are no abbreviation and no slip."""
SENTENCE = 5
"""Words of a row from which it is judged as a whole elsewhere."""
_PROPER = frozenset({"name", "brand", "provider", "underlying", "type"})
"""Members whose texts are trade names at many banks, which no language changes."""
_PLACES = frozenset({"location", "fx_rate", "safe_deposit_box"})
"""Resources whose names are those of places and currencies, which every language has."""
_WORD = re.compile("[A-Za-z]{2,}")

Text = tuple[Row, str, str]
"""A row, the place of one of its texts, and the text."""


@check()
def texts_are_translated(reading: Reading) -> Findings:
    """Serves each text in the language that was asked for, as its siblings are."""
    reading.other_languages()
    yield from islice(_strays(reading), MOST)


def _strays(reading: Reading) -> Iterator[Finding]:
    for language in reading.languages:
        members = _members(reading, language)
        texts = [text for group in members.values() for text in group]
        wrong, right, script = _SCRIPTS.get(language, (_none, _none, ""))
        mixed_up = sum(wrong(text) for *_, text in texts) > sum(right(text) for *_, text in texts)
        for group in members.values():
            chinese = sum(bool(HAN.search(text)) for *_, text in group)
            for row, place, text in group:
                whole = " ".join(value for _, value in words_of(row, reading.operation.resource))
                if language is Language.ENGLISH:
                    stray = bool(HAN.search(text)) and not LATIN.search(text) and bool(LATIN.search(whole))
                    stray, wanted = stray and chinese * SIBLINGS <= len(group), "text in English"
                else:
                    length = 0 if HAN.search(text) else len(_WORD.findall(text))
                    told = not HAN.search(whole) and len(whole.split()) >= SENTENCE
                    most = len(group) >= SIBLINGS and chinese * 3 >= len(group) * 2
                    stray = not told and length >= (ENOUGH if most else SENTENCE) and chinese > 0
                    wanted = f"Chinese characters in {language.value}"
                if stray:
                    yield Finding(wanted, repr(text[:60]), row.place(place))
                elif wrong(text) >= ENOUGH and not right(text) and right(whole) and not mixed_up:
                    yield Finding(f"{script} characters", repr(text[:60]), row.place(place))


def _members(reading: Reading, language: Language) -> dict[str, list[Text]]:
    """The texts of all rows, by the member that they stand in."""
    resource = reading.operation.resource
    proper = frozenset[str]() if reading.operation.function.resource in _PLACES else _PROPER
    found: dict[str, list[Text]] = {}
    for row in reading.rows(language):
        for place, text in words_of(row, resource):
            member = re.sub(r"/[0-9]+(?=/|$)", "", place)
            if member.rpartition("/")[2] not in proper and text.strip():
                found.setdefault(member, []).append((row, place, text))
    return found


def _none(_: str) -> int:
    return 0


_SCRIPTS = {
    Language.TRADITIONAL: (simplified_count, traditional_count, "traditional"),
    Language.SIMPLIFIED: (traditional_count, simplified_count, "simplified"),
}
