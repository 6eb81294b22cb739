"""How much chance is in values that a server makes, from a sample of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise


def guessable(values: Sequence[str], bits: int = 128) -> str:
    """Why values of a sample can be guessed; empty when nothing speaks for it.

    What all have in common counts for nothing. The rest is held against the alphabet that it is seen to use:
    length times bits a character, with a quarter of allowance for structure and for the size of the sample.
    """
    if len(set(values)) < len(values):
        return "the same value twice"
    front = _common(values)
    back = _common([value[::-1] for value in values])
    changing = [value[front : len(value) - back] if back else value[front:] for value in values]
    shortest = min(map(len, changing))
    alphabet = len(set("".join(changing)))
    if all(value.isdigit() for value in changing):
        numbers = sorted(map(int, changing))
        gaps = {b - a for a, b in pairwise(numbers)}
        if max(gaps, default=0) < 1000:
            return "numbers that follow each other"
    estimate = shortest * math.log2(max(2, alphabet))
    if estimate < bits * 0.75:
        return f"{shortest} characters that change, of an alphabet of {alphabet}: about {estimate:.0f} bits"
    return ""


def _common(values: Sequence[str]) -> int:
    """How many characters all values begin with alike."""
    columns = zip(*values, strict=False)
    return next((n for n, column in enumerate(columns) if len(set(column)) > 1), min(map(len, values)))
