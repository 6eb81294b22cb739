"""Member names that are nearly the ones wanted: ``creditDebitIndictor``, ``mortagageProductInfo``."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

SHORTEST = 6
"""Names below this length differ by one letter too easily on purpose."""


MOST = 1000
"""Members of an object that are compared; one with more is a table, and its names are data."""


def slip_of(wanted: str, present: Collection[str], known: Collection[str] = ()) -> str | None:
    """The name among those present that is a slip of the wanted one, and that is not ``known`` as another."""
    if len(wanted) < SHORTEST or len(present) > MOST:
        return None
    return next((name for name in present if name not in known and _near(wanted, name)), None)


def _near(wanted: str, name: str) -> bool:
    # Looked at before the cache, which must not keep a bank's endless names.
    return abs(len(wanted) - len(name)) <= 3 and is_slip(wanted, name)


@lru_cache(maxsize=65536)
def is_slip(wanted: str, name: str) -> bool:
    """Whether two different names differ by one letter, or only by case and signs."""
    if wanted == name or abs(len(wanted) - len(name)) > 3:
        return False
    if _folded(wanted) == _folded(name):
        return True
    return one_edit(wanted, name)


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def one_edit(one: str, other: str) -> bool:
    """Whether one letter more, less or different, or two neighbours exchanged, make one name the other.

    Digits do not count: ``line1`` and ``line2`` are two names.
    """
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if any(character.isdigit() for character in left + right):
        return False
    if len(left) == len(right) == 2:
        return left == right[::-1]
    return len(left) <= 1 and len(right) <= 1
