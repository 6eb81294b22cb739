"""Secrets and identities known by their shape: tokens, private keys, identity card and bank card numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.redaction import MASK, mask, random

_ESCAPE = r"(?:%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[nrtbf])"
_FREE = (
    r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"  # a word starts here
)
_JWT_STARTS = ("eyJ", "eyA", "ew0", "ewo", "ewk")  # {" and { with a space, a line end or a tab, in base64
_JWT = re.compile(_FREE + r"(?:eyJ|eyA|ew[0ok])[A-Za-z0-9_-]{9,}+(?:\.[A-Za-z0-9_-]*+){1,4}")
_SCHEMES = frozenset((b"bearer", b"dpop", b"basic"))
_BEARER = re.compile(
    r"(?i)\b(bearer|dpop|basic)(\s++|%20|\+)(?!(?:bearer|dpop|basic)\b)"
    r"([A-Za-z0-9._~+/-]{6,}+=*+)(?![A-Za-z0-9\"=])"
)
_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.S
)
_USERINFO = re.compile(r"(?<=://)[^/\s@\"'<>?#]++(?=@)")
_HKID = re.compile(
    rf"({_ESCAPE}?)(?<![A-Za-z0-9])([A-Za-z]{{1,2}}) ?(\d{{3}}) ?(\d{{3}}) ?"
    r"(?:(?:[(\uff08]|%28) ?[0-9Aa] ?(?:[)\uff09]|%29)|([0-9Aa])(?![A-Za-z0-9]|-[0-9A-Fa-f]{4}-))"
)
_AFTER_ESCAPE = re.compile(
    rf"{_ESCAPE}([A-Za-z]{{1,2}}) ?(\d{{3}}) ?(\d{{3}}) ?"
    r"(?:(?:[(\uff08]|%28) ?[0-9Aa] ?(?:[)\uff09]|%29)|([0-9Aa])(?![A-Za-z0-9]))"
)
_DIGITS = re.compile(rf"{_ESCAPE}?(\d(?:(?:[ +-]|%20|%2D)?\d)*+)")
_GROUP = re.compile(r"\d+")
_SEPARATOR = re.compile(r"%20|%2[Dd]|[ +-]")
_CLASSES = bytes(
    0x2E if b > 127 else 0x30 if chr(b).isdigit() else 0x41 if chr(b).isalpha() else 0x2E for b in range(256)
)
_SPACES = b" -+"


def _hkid_digit(letters: str, digits: str) -> str:
    """The check digit of an identity card number: weights 9 to 2, a missing letter as 36, modulo 11."""
    values = [36] * (2 - len(letters)) + [ord(c) - 55 for c in letters.upper()] + [int(d) for d in digits]
    rest = -sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def luhn(digits: str) -> bool:
    """Whether the last digit of a card number fits the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card(digits: str) -> bool:
    """Whether these digits are a payment card's: an issuer's range, a length in use, the check digit.

    The ranges keep timestamps (``20240502093000``) and epoch milliseconds out.
    """
    if not 13 <= len(digits) <= 19:
        return False
    issued = digits[0] in "456" or digits[:2] in ("30", "34", "35", "36", "37", "38", "39")
    issued = issued or (len(digits) == 16 and 2221 <= int(digits[:4]) <= 2720)
    return issued and luhn(digits)


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for run in _DIGITS.finditer(text):
        start, end = run.span(1)
        if end - start < 13:
            continue
        groups = _groups(text, start, end)
        if start and start == run.start() and _of_word(text[start - 1], "."):
            groups = groups[1:]
        if groups and end < len(text) and _of_word(text[end]):
            groups = groups[:-1]
        first = 0
        while first < len(groups):
            digits = ""
            for last in range(first, len(groups)):
                digits += text[groups[last][0] : groups[last][1]]
                if len(digits) > 19:
                    break
                if card(digits):
                    yield groups[first][0], groups[last][1]
                    first = last
                    break
            first += 1


def _of_word(letter: str, more: str = "") -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_" or letter in more)


def _groups(text: str, start: int, end: int) -> list[tuple[int, int]]:
    groups, position = [], start
    while group := _GROUP.match(text, position, end):
        groups.append(group.span())
        separator = _SEPARATOR.match(text, group.end(), end)
        if separator is None:
            break
        position = separator.end()
    return groups


def _hkid(found: re.Match[str]) -> str:
    *_, letters, first, second, last = found.groups()
    if last is not None and _hkid_digit(letters, first + second) != last.upper():
        return found[0]
    return found[0][: found.start(len(found.groups()) - 3) - found.start()] + MASK


def _bearer(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{MASK}" if random(found[3]) else found[0]


def by_shape(text: str, words: set[bytes]) -> str:
    """Text without JWTs, credentials of a scheme, private keys, identity card and payment card numbers."""
    if max(map(len, words), default=0) >= 12 and any(start in text for start in _JWT_STARTS):
        text = _JWT.sub(MASK, text)
    if "-----BEGIN" in text:
        text = _PEM.sub(MASK, text)
    if "@" in text and "://" in text:
        text = _USERINFO.sub(lambda m: mask(m[0]), text)
    if not words.isdisjoint(_SCHEMES):
        text = _BEARER.sub(_bearer, text)
    classes = text.encode("utf-8", "surrogatepass").translate(_CLASSES, _SPACES)
    if b"A000000" in classes:
        text = _AFTER_ESCAPE.sub(_hkid, _HKID.sub(_hkid, text))
    if b"0" * 13 in classes or "%2" in text:
        out, last = [], 0
        for start, end in _cards(text):
            out += [text[last:start], MASK]
            last = end
        text = "".join([*out, text[last:]])
    return text
