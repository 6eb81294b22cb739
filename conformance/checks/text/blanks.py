"""Blanks: space around a value, and the ways to say that there is none."""

from __future__ import annotations

from conformance.checks.text.strings import Member, members, strings
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

SPACE = " \t\r\n\u00a0\u3000"
SHORT = 40
"""Characters of a value that clients compare rather than show."""
_ABSENT = {
    "": "an empty text",
    "n/a": '"N/A"',
    "-": '"-"',
    "--": '"-"',
    "null": '"null"',
    "undefined": '"undefined"',
}


@check()
def no_surrounding_space(reading: Reading) -> Findings:
    """Sends short values, which clients compare, without space before or after."""
    for member, text in strings(reading):
        if text != text.strip(SPACE) and text.strip(SPACE) and len(text) <= SHORT:
            yield Finding("no space around the value", repr(text), member.place, member.exchange)


@check()
def absence_said_one_way(reading: Reading) -> Findings:
    """Says in one way that there is no value, and not sometimes by null, an empty text, N/A or a dash."""
    found: dict[str, Member] = {}
    for member in members(reading):
        said = _absence(member.value)
        if said:
            found.setdefault(said, member)
    if len(found) > 1:
        first = next(iter(found.values()))
        said = ", ".join(f"{how} at {member.place[:60]}" for how, member in sorted(found.items()))
        yield Finding("one way to say that there is no value", said[:240], first.place, first.exchange)


def _absence(value: object) -> str:
    if value is None:
        return "null"
    return _ABSENT.get(value.strip().casefold(), "") if isinstance(value, str) else ""
