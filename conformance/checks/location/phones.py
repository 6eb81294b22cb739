"""Telephone numbers of Hong Kong, in any usual spelling."""

from __future__ import annotations

import re
import unicodedata

from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

_BETWEEN = re.compile(r"[/,;、|\n]|\bor\b|\band\b|或")
_EXTENSION = re.compile(
    r"(?:\bext(?:ension)?\b|\bpress\b|\bx(?=[ .]?\d)|內線|内线).*", re.IGNORECASE | re.DOTALL
)
_ABSENT = frozenset({"", "-", "--", "n/a", "na", "nil", "none", "null"})


@check()
def phone_numbers_can_be_dialled(reading: Reading) -> Findings:
    """Gives telephone numbers of eight digits, with or without +852, or others that can be dialled."""
    for row in reading.rows():
        phone = row.text("phone")
        if phone is not None and not can_be_dialled(phone):
            yield Finding("+852 and eight digits", repr(phone[:60]), row.place("phone"))


def can_be_dialled(phone: str) -> bool:
    """Whether every number in the text is one that a telephone in Hong Kong reaches.

    A number abroad begins with + or 00 and another country's code (ITU-T E.164: up to 15 digits); freephone
    numbers are 800 with six digits, short codes begin with 1. A word for absence is judged elsewhere.
    """
    if phone.strip().casefold() in _ABSENT:
        return True
    parts = [_EXTENSION.sub("", part) for part in _BETWEEN.split(unicodedata.normalize("NFKC", phone[:200]))]
    numbers = [("+" if "+" in part else "") + re.sub(r"[^0-9]", "", part) for part in parts]
    numbers = [number for number in numbers if number.strip("+")]
    return bool(numbers) and all(map(_reachable, numbers))


def _reachable(number: str) -> bool:
    local = number.lstrip("+")
    if not number.startswith("+"):
        local = re.sub(r"^00[0-9]?(?=852[0-9]{8}$)", "", local)
    if local.startswith("852") and len(local) >= 10:
        local = local[3:]
        return bool(re.fullmatch(r"[2-9][0-9]{7}|(?:800|900)[0-9]{6}", local))
    if number.startswith("+"):
        return 7 <= len(local) <= 15 and not local.startswith("852")
    return bool(re.fullmatch(r"[2-9][0-9]{7}|(?:800|900)[0-9]{6}|1[0-9]{2,6}|00[1-9][0-9]{6,14}", local))
