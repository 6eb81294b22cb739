"""Values of an applicant that are others in each application, such as an identity card number."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.oauth.settings import filled

_HKID = re.compile(r"([A-Z]{1,2})([0-9]{6})(\(?)([0-9A])(\)?)", re.ASCII)
_LETTER, _NEXT = secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), itertools.count(secrets.randbelow(10**6))
"""Where the numbers of this process begin; none comes twice in a million."""
KEPT = 40
"""Drawn values that are remembered, to be known again in an answer."""


def check_digit(letters: str, digits: str) -> str:
    """The check digit of an identity card number: weights 9 to 2, no first letter counts 36, modulo 11."""
    values = [36 if each == " " else ord(each) - 55 for each in letters.rjust(2)] + [int(d) for d in digits]
    rest = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def misprinted(number: str) -> str:
    """An identity card number whose check digit is another; empty for what is no right number."""
    found = _HKID.fullmatch(number)
    if found is None or check_digit(found[1], found[2]) != found[4] or (found[3] == "(") != (found[5] == ")"):
        return ""
    other = "3" if found[4] != "3" else "5"
    return f"{found[1]}{found[2]}{found[3]}{other}{found[5]}"


def _hkid(bracket: str = "()") -> str:
    digits = f"{next(_NEXT) % 10**6:06d}"
    opening, closing = bracket[:1], bracket[1:]
    return f"{_LETTER}{digits}{opening}{check_digit(_LETTER, digits)}{closing}"


DRAWS: Mapping[str, Callable[[], str]] = {
    "fresh_hkid": _hkid,
    "fresh_hkid_bare": lambda: _hkid(""),
    "fresh_email": lambda: f"a{secrets.token_hex(6)}@customer.example",
    "fresh_text": lambda: f"synthetic{secrets.token_hex(4)}",
}


@dataclass
class Drawn:
    """The values that were drawn for the applications of one case."""

    given: list[str] = field(default_factory=list)

    def filled(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A document with each value that is to be fresh drawn anew."""
        named = {name: draw() for name, draw in DRAWS.items() if f"{{{name}}}" in str(document)}
        if not named:
            return dict(document)
        self.given = [*self.given, *named.values()][-KEPT:]
        whole: dict[str, Any] = filled(document, named)
        return whole
