"""Marks that belong to a web page, an editor or another encoding, not to a text."""

from __future__ import annotations

import re

from conformance.checks.text.strings import around, documents, strings
from conformance.model import Finding
from conformance.reading import Reading, values
from conformance.registry import Findings, check

_TAG = re.compile(
    r"</?(?:a|b|br|div|em|font|h[1-6]|i|iframe|img|li|ol|p|script|small|span|strong|style|sub|sup|svg|table|tbody"
    r"|td|th|tr|u|ul)(?:\s+[a-zA-Z-]{1,30}\s*=[^<>]{0,400}|\s*)/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:amp|apos|bull|copy|euro|gt|hellip|laquo|ldquo|lsquo|lt|mdash|nbsp|ndash|pound|quot|raquo|rdquo|reg|rsquo"
    r"|trade|yen|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_TRAILING = (
    "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d"
    "\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
"""The bytes 80 to BF of UTF-8 as ISO 8859-1 and Windows-1252 have them."""
_MOJIBAKE = re.compile(
    "\ufffd|\u00c3[\u0080-\u00bf\u201a\u0192\u2020\u2021\u02c6\u2030]|\u00e2\u20ac[\u0080-\u00bf\u2122\u0153\u201c\u201d\u02dc\u00a6]"
    f"|(?:[\u00e4-\u00e9][{_TRAILING}]{{2}}){{2}}"
)
_LEFTOVER = re.compile(
    r"(?<=[^\s#])\s*#+\s*\Z|''|(?<!^)\"\"(?!\Z)"
    r"|\A\s*(?:null|undefined|NaN|#REF!|#VALUE!)\s*\Z|\[object Object\]|\{\{\s*[\w.]+\s*\}\}|\$\{[\w.]+\}"
)
"""Marks of footnotes and of quotation, values of programs, and places that nothing was put into."""


@check()
def no_markup(reading: Reading) -> Findings:
    """Sends text without markup, which a client would show as it is or run."""
    for member, text in strings(reading):
        if found := _TAG.search(text):
            yield Finding("text without markup", around(text, *found.span()), member.place, member.exchange)


@check()
def no_entities(reading: Reading) -> Findings:
    """Sends the characters themselves, not HTML's names for them."""
    for member, text in strings(reading):
        if found := _ENTITY.search(text):
            yield Finding("a plain character", around(text, *found.span()), member.place, member.exchange)


@check()
def no_control_characters(reading: Reading) -> Findings:
    """Sends no control character, and none that is invisible or turns the direction of a text."""
    for member, text in strings(reading):
        if (found := _CONTROL.search(text)) and not _MOJIBAKE.search(text):
            yield Finding("visible characters", around(text, *found.span()), member.place, member.exchange)


@check()
def no_damaged_characters(reading: Reading) -> Findings:
    """Sends characters that no change of encoding has damaged."""
    for answer, document in documents(reading):
        for place in document.broken_text:
            yield Finding("undamaged characters", "half of a surrogate pair", place, answer.exchange)
        for place, _, text in values(document.value):
            if (
                isinstance(text, str)
                and place not in document.broken_text
                and (found := _MOJIBAKE.search(text))
            ):
                yield Finding("undamaged characters", around(text, *found.span()), place, answer.exchange)


@check()
def no_leftover_marks(reading: Reading) -> Findings:
    """Sends text without left-overs: a trailing #, doubled quotation marks, a word of a program."""
    for member, text in strings(reading):
        if found := _LEFTOVER.search(text):
            yield Finding(
                "text without left-over marks", around(text, *found.span()), member.place, member.exchange
            )
