"""Regular expressions: whether they can be used, and whether they hold for the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from conformance.document import pointer, shown
from conformance.lint.walk import Part, Slip, Specimen
from conformance.schema import BadSchema, Validator


def _patterns(given: Specimen) -> Iterator[tuple[str, str, Part]]:
    for part in given.schemas:
        if isinstance(part.value.get("pattern"), str):
            yield f"{part.at}/pattern", part.value["pattern"], part
        for name in part.value.get("patternProperties") or ():
            yield f"{part.at}/patternProperties{pointer((str(name),))}", str(name), part


def compile_(given: Specimen) -> Iterator[Slip]:
    """Patterns are regular expressions of ECMA-262 (JSON Schema Validation 2020-12, 6.3.3)."""
    for at, pattern, _ in _patterns(given):
        if not _compiles(pattern):
            hint = "; it is written between slashes" if re.fullmatch(r"/.*/[a-z]*", pattern) else ""
            yield Slip("a regular expression of ECMA-262", shown(pattern) + hint, at)


def anchored(given: Specimen) -> Iterator[Slip]:
    """Patterns say where they begin and end, since one that does not matches anywhere in a text."""
    for at, pattern, part in _patterns(given):
        if at.startswith(f"{part.at}/pattern/") or not _compiles(pattern):
            continue
        if "/patternProperties/" in at[len(part.at) :]:
            continue
        loose = open_ends(pattern)
        if loose and not _short(part):
            yield Slip("a pattern between ^ and $, which otherwise matches anywhere in a text",
                       f"{shown(pattern)}, open at {loose}", at)  # fmt: skip


def _short(part: Part) -> bool:
    """Whether lengths leave no room beside what the pattern matches."""
    least, most = part.value.get("minLength"), part.value.get("maxLength")
    return most == 1 or (isinstance(least, int) and least == most and least == 1)


@lru_cache(maxsize=4096)
def _compiles(pattern: str) -> bool:
    if len(pattern) > 20_000:
        return True
    try:
        Validator({"pattern": pattern})
    except BadSchema:
        return False
    return True


def open_ends(pattern: str) -> str:
    """Which ends of a pattern are open: ``both ends``, ``its end``, ``its beginning``, or none.

    An end that is literal text, or ``.*``, is taken to be open on purpose when the other one is closed.
    """
    ends: set[str] = set()
    for branch in _branches(pattern):
        inner = _unwrapped(branch)
        if inner != branch:
            ends.update(filter(None, open_ends(inner).split("/")))
            continue
        body = re.sub(r"^(?:\(\?[=!][^()]*\))+", "", branch)
        begins, closes = body.startswith(("^", "(^")), _closes(body)
        if re.fullmatch(r"(?:\.|\[\\s\\S\]|\[\\S\\s\]|\\S)[*+]?\??", body):
            continue
        if not begins and not closes:
            ends.add("both ends")
        elif begins and not closes and not _ends_on_purpose(body):
            ends.add("its end")
        elif closes and not begins and not _begins_on_purpose(body):
            ends.add("its beginning")
    if "both ends" in ends or len(ends) > 1:
        return "both ends"
    return next(iter(ends), "")


def _closes(body: str) -> bool:
    found = re.search(r"(\\*)\$\)?$", body)
    return found is not None and len(found[1]) % 2 == 0


def _ends_on_purpose(body: str) -> bool:
    """Whether a pattern ends in literal text, or says itself that anything may follow."""
    if body.endswith((".*", ".+", "\\b")):
        return True
    escaped = re.search(r"\\(.)$", body)
    return not escaped[1].isalnum() if escaped else bool(re.search(r"[\w/:, #@&=-]$", body))


def _begins_on_purpose(body: str) -> bool:
    """The same of its beginning."""
    if body.startswith((".*", ".+", "\\b")):
        return True
    return bool(re.match(r"(?:\\\W|[\w/:, #@&=-])(?![*+?{])", body))


def _branches(pattern: str) -> list[str]:
    """The alternatives of a pattern that stand in no group and no class."""
    found, depth, start = [], 0, 0
    for at, letter in _signs(pattern):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            found.append(pattern[start:at])
            start = at + 1
    return [*found, pattern[start:]]


def _signs(pattern: str) -> Iterator[tuple[int, str]]:
    """The places and letters that may be signs of the pattern: none that is escaped or within a class."""
    inside, at = False, 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 1
        elif inside:
            inside = letter != "]"
        elif letter == "[":
            inside = True
        else:
            yield at, letter
        at += 1


def _unwrapped(branch: str) -> str:
    """The inside of a branch that is one group and nothing else."""
    if not (branch.startswith("(") and branch.endswith(")")) or branch.startswith(("(?=", "(?!", "(?<")):
        return branch
    inner = branch[1:-1].removeprefix("?:")
    depth = 0
    for _, letter in _signs(inner):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return branch
    return inner
