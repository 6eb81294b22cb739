"""A short text that a regular expression matches."""

from __future__ import annotations

import re

# The parser of the standard library is the only reader of its syntax; patterns that it cannot read give None.
from re import _constants as words
from re import _parser as parser
from typing import Any

_LIKELY = "a1A0 -_.b2B:/@"
_CATEGORIES = {
    words.CATEGORY_DIGIT: "1",
    words.CATEGORY_NOT_DIGIT: "a",
    words.CATEGORY_WORD: "a",
    words.CATEGORY_NOT_WORD: "-",
    words.CATEGORY_SPACE: " ",
    words.CATEGORY_NOT_SPACE: "a",
}
_LONGEST = 4096


def matching(pattern: str, length: int = 0) -> str | None:
    """A text of at least ``length`` characters, where repeats allow it, that the pattern matches; or None."""
    try:
        tree = parser.parse(pattern)
        for extra in (0, length) if length else (0, 1, 2):
            text = _sequence(tree, extra)
            if len(text) >= length and re.search(pattern, text):
                return text
        text = _sequence(tree, 0)
        return text if re.search(pattern, text) else None
    except (re.error, ValueError, RecursionError, OverflowError, KeyError):
        return None


def _sequence(items: Any, extra: int) -> str:
    text = ""
    for operator, argument in items:
        text += _one(operator, argument, extra)
        if len(text) > _LONGEST:
            raise ValueError("too long")
    return text


def _one(operator: Any, argument: Any, extra: int) -> str:
    if operator is words.LITERAL:
        return chr(argument)
    if operator is words.NOT_LITERAL:
        return next(c for c in _LIKELY if ord(c) != argument)
    if operator is words.ANY:
        return "a"
    if operator is words.IN:
        return _member(argument)
    if operator is words.BRANCH:
        return _sequence(argument[1][0], extra)
    if operator is words.SUBPATTERN:
        return _sequence(argument[-1], extra)
    if operator in (words.MAX_REPEAT, words.MIN_REPEAT, words.POSSESSIVE_REPEAT):
        least, most, inner = argument
        count = min(int(most), max(int(least), extra))
        return "".join(_sequence(inner, 0) for _ in range(min(count, _LONGEST)))
    if operator is words.ATOMIC_GROUP:
        return _sequence(argument, extra)
    if operator in (words.AT, words.ASSERT, words.ASSERT_NOT):
        return ""
    raise ValueError(f"{operator} is not read")


def _member(choices: Any) -> str:
    """A character of a class such as ``[a-z0-9]``."""
    if choices and choices[0][0] is words.NEGATE:
        for candidate in _LIKELY:
            if not any(_holds(choice, candidate) for choice in choices[1:]):
                return candidate
        raise ValueError("no likely character")
    operator, argument = choices[0]
    if operator is words.LITERAL:
        return chr(argument)
    if operator is words.RANGE:
        low, high = argument
        return "1" if low <= ord("1") <= high else chr(low)
    return _CATEGORIES[argument]


def _holds(choice: Any, character: str) -> bool:
    operator, argument = choice
    if operator is words.LITERAL:
        return bool(ord(character) == argument)
    if operator is words.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    kind = {words.CATEGORY_DIGIT: str.isdigit, words.CATEGORY_SPACE: str.isspace}.get(argument)
    return kind(character) if kind else argument is words.CATEGORY_WORD and character.isalnum()
