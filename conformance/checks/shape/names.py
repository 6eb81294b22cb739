"""How members are named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from conformance.checks.shape.members import Entity, entities
from conformance.checks.shape.vocabulary import joined, meant_by, words_of
from conformance.document import shown
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

_MOMENT = re.compile(r"(?:[Dd]ate)?[Tt]ime$|[Dd]ate$|_at$|At$|_on$|On$")
_DISTINCT = 6
"""Letters from which a name that begins another does so on purpose."""


@check()
def names_are_spelt_right(reading: Reading) -> Findings:
    """Misspells no word in the name of a member."""
    rows = reading.first_rows()
    if not rows.rows and rows.problems:
        return  # a misspelt envelope is told where the rows are missed
    told: set[str] = set()
    for name, place, entity in _names(reading):
        for word in words_of(name):
            known = meant_by(word)
            if known and name not in told:
                told.add(name)
                yield Finding(f"{known} in the name", shown(name), place, entity.exchange)
    yield from (slip for slip in rows.slips if slip.at.rpartition("/")[2] not in told)


@check()
def names_have_no_space(reading: Reading) -> Findings:
    """Names members without space or control characters."""
    told: set[str] = set()
    for name, place, entity in _names(reading):
        if name not in told and (not name or re.search(r"[\s\x00-\x1f\x7f]", name)):
            told.add(name)
            yield Finding("a name without space", shown(name), place, entity.exchange)


MOST_NAMES = 2000
"""Names of one object that are looked at; a bank may send any number."""


@check()
def names_have_one_style(reading: Reading) -> Findings:
    """Writes the names in one object in one style, and the same words with the same capitals."""
    told: set[str] = set()
    for entity in entities(reading):
        names = [name for name in islice(entity.members, MOST_NAMES) if name]
        styles: dict[str, str] = {}
        for name in names:
            styles.setdefault(_style(name), name)
        styles.pop("", None)
        if len(styles) > 1:
            clash = " and ".join(sorted(shown(name, 40) for name in styles.values()))
        else:
            clash = _capitals(names) or _run_together(names)
        if clash and entity.pattern not in told:
            told.add(entity.pattern)
            yield Finding("one style of names", clash, entity.place, entity.exchange)


@check()
def one_name_for_one_meaning(reading: Reading) -> Findings:
    """Uses one name for one meaning in all the rows of a list."""
    rows: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities(reading):
        if entity.pattern.endswith("/*"):
            rows[entity.pattern].append(entity)
    for alike in rows.values():
        names = dict.fromkeys(name for entity in alike for name in entity.members)
        stems: dict[str, list[str]] = defaultdict(list)
        for name in names:
            stems[_stem(name)].append(name)
        for stem, same in stems.items():
            if len({_lists_things(name, alike) for name in same}) > 1:
                continue  # the rate of a loan and the rates of a deposit's tiers are two things
            if stem and len(same) > 1 and not any(sum(name in e.members for name in same) > 1 for e in alike):
                second = next(entity for entity in alike if same[1] in entity.members)
                yield Finding(
                    f"one name, such as {shown(same[0], 60)}",
                    f"{shown(same[1], 60)} in other rows",
                    second.at(same[1]),
                    second.exchange,
                )


def _lists_things(name: str, alike: list[Entity]) -> bool:
    """Whether a member is a list of something else than texts, and so no other form of a single value."""
    held = next(entity.members[name] for entity in alike if name in entity.members)
    return isinstance(held, list) and bool(held) and not isinstance(held[0], str)


def _names(reading: Reading) -> Iterator[tuple[str, str, Entity]]:
    for entity in entities(reading):
        for name in entity.members:
            yield name, entity.at(name), entity


def _style(name: str) -> str:
    """The style of a name of several words; empty where one word, or capitals alone, show none."""
    core = name.lstrip("@$_-").removeprefix("x-")
    if " " in core or not core.isascii():
        return ""
    if "_" in core:
        return "snake"
    if "-" in core:
        return "kebab"
    if core.isupper() or core.islower() or not core[:1].isalpha():
        return ""
    if core[0].isupper():
        acronym = core[:2].isupper()  # ATMNetwork is written so in either style
        return "Pascal" if len(words_of(core)) > 1 and not acronym else ""
    return "camel"


def _capitals(names: list[str]) -> str:
    """Two names of which one is, or begins, the other but for its capitals."""
    ordered = sorted(names, key=str.casefold)
    for index, name in enumerate(ordered):
        if len(name) < _DISTINCT:
            continue
        for other in ordered[index + 1 :]:
            if not other.casefold().startswith(name.casefold()):
                break
            if not other.startswith(name):
                return f"{shown(name, 40)} and {shown(other, 40)}"
    return ""


def _run_together(names: list[str]) -> str:
    """A name whose capitals mark some of its words but not all."""
    for name in names:
        words = words_of(name)
        if len(words) > 1 and _style(name) in ("camel", "Pascal"):
            for word in words:
                if found := joined(word):
                    return f"{shown(name, 60)}, in which {found[0]} and {found[1]} run together"
    return ""


def _stem(name: str) -> str:
    """A name without case, signs, plural and the word for a moment at its end."""
    folded = re.sub(r"[\s_-]", "", name).casefold()
    moment = _MOMENT.sub("", name)
    if moment and moment != name:
        return f"{re.sub(r'[^a-z]', '', moment.casefold())} moment"
    return folded.removesuffix("s")
