"""Whether the languages say the same: the same rows with the same numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from conformance.checks.language.script import words_of
from conformance.document import pointer
from conformance.model import Finding, Language
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row, read_decimal

_ASIDE = frozenset({"last_updated", "phone"})
"""Members that may differ: written later, or in another spelling."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@check()
def languages_have_the_same_rows(reading: Reading) -> Findings:
    """Lists the same rows in every language."""
    first, others = _languages(reading)
    rows = reading.rows(first).rows
    for language in others:
        twins = reading.rows(language).rows
        ids, other_ids = _ids(rows), _ids(twins)
        if ids is None or other_ids is None:
            if len(rows) != len(twins):
                yield _different(first, language, f"{len(rows)} and {len(twins)} rows")
            continue
        missing, extra = sorted(ids.keys() - other_ids.keys()), sorted(other_ids.keys() - ids.keys())
        if missing or extra:
            said = [f"{', '.join(names[:5])} only in {tongue.value}"[:100] for names, tongue in (
                (missing, first), (extra, language)) if names]  # fmt: skip
            yield _different(first, language, "; ".join(said))


@check()
def languages_have_the_same_numbers(reading: Reading) -> Findings:
    """Gives a row the same numbers, dates, codes and yes or no in every language that gives them."""
    for first, language, row, twin in (*_twins(reading), *_unnamed_twins(reading)):
        facts, same = _facts(row, reading), _facts(twin, reading)
        apart = "\0"
        for place in sorted(facts.keys() & same.keys()):
            if facts[place] != same[place] and not place.startswith(apart):
                apart = f"{place}/"  # of lists with unequal lengths no elements are compared
                yield Finding(
                    f"the same value in {first.value} and {language.value}",
                    f"{_shown(facts[place])} and {_shown(same[place])}",
                    twin.place(place),
                )


@check()
def languages_have_the_same_members(reading: Reading) -> Findings:
    """Gives a row in every language the members that it has in one."""
    told: set[tuple[Language, str]] = set()
    for first, language, row, twin in _twins(reading):
        for one, other, tongue in ((row, twin, language), (twin, row, first)):
            for name in sorted(_told(one) - _told(other)):
                if (tongue, name) not in told:
                    told.add((tongue, name))
                    yield Finding(f"{name[:60]} in {tongue.value}", "none", other.place())


def _told(row: Row) -> set[str]:
    """The members that say anything."""
    return {name for name, value in row.value.items() if not isinstance(value, str) or value.strip()}


def _unnamed_twins(reading: Reading) -> Iterator[tuple[Language, Language, Row, Row]]:
    """Rows that nothing names in every language, of those whose facts no row of the other language has.

    Each is paired with the row that shares most of its facts; not where a list has been updated meanwhile.
    """
    first, others = _languages(reading)
    rows = reading.rows(first).rows
    for language in others:
        twins = reading.rows(language).rows
        if _ids(rows) is not None and _ids(twins) is not None:
            continue
        if len(rows) != len(twins) or _updates(rows) != _updates(twins):
            continue
        lone, others_lone = _lone(rows, twins, reading), _lone(twins, rows, reading)
        for row in lone:
            facts = set(_facts(row, reading).items())
            near = max(others_lone, key=lambda twin: len(facts & set(_facts(twin, reading).items())))
            others_lone.remove(near)
            yield first, language, row, near


def _updates(rows: tuple[Row, ...]) -> list[str]:
    return sorted(str(row.get("last_updated")) for row in rows)


def _lone(rows: tuple[Row, ...], twins: tuple[Row, ...], reading: Reading) -> list[Row]:
    """The rows whose facts are not those of a row among the twins, each of which answers for one."""
    known = Counter(frozenset(_facts(twin, reading).items()) for twin in twins)
    left = []
    for row in rows:
        facts = frozenset(_facts(row, reading).items())
        if known[facts]:
            known[facts] -= 1
        else:
            left.append(row)
    return left


def _twins(reading: Reading) -> Iterator[tuple[Language, Language, Row, Row]]:
    """Each row of the first language with its twin in each other; not where one was updated meanwhile."""
    first, others = _languages(reading)
    ids = _ids(reading.rows(first).rows)
    for language in others:
        other_ids = _ids(reading.rows(language).rows) or {}
        for name, row in (ids or {}).items():
            twin = other_ids.get(name)
            if twin is not None and row.get("last_updated") == twin.get("last_updated"):
                yield first, language, row, twin


def _languages(reading: Reading) -> tuple[Language, tuple[Language, ...]]:
    reading.other_languages()
    return reading.languages[0], reading.languages[1:]


def _different(first: Language, language: Language, actual: str) -> Finding:
    return Finding(f"the same rows in {first.value} and {language.value}", actual)


def _ids(rows: tuple[Row, ...]) -> dict[str, Row] | None:
    """The rows by what names them in every language; None where nothing does, or it names two rows."""
    named: dict[str, Row] = {}
    for row in rows:
        own = (
            [str(row.get("id"))]
            if row.has("id")
            else [row.text(name) for name in ("currency", "base", "rate_type")]
        )
        name = "/".join(part for part in own if part)
        if not name or name in named:
            return None
        named[name] = row
    return named


def _facts(row: Row, reading: Reading) -> dict[str, Any]:
    """The values that no translation changes, by JSON Pointer; links may lead to a page in the language."""
    aside = {place for place, _ in words_of(row, reading.operation.resource)}
    return {place: value for place, value in _scalars(row.value, ()) if place not in aside}


def _scalars(node: Any, parts: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    """Each fact; of a list of objects, the length comes before what is in it."""
    pairs = node.items() if isinstance(node, Mapping) else enumerate(node)
    for name, value in pairs:
        here = (*parts, name)
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield pointer(here), f"{len(value)} elements"
        if isinstance(value, Mapping | list):
            yield from _scalars(value, here)
        elif (
            name not in _ASIDE
            and (fact := _fact(parts[-1] if isinstance(name, int) else name, value)) is not None
        ):
            yield pointer(here), fact


def _fact(name: str | int, value: Any) -> bool | Decimal | str | None:
    if isinstance(value, bool):
        return value
    number = read_decimal(value)
    if number is not None:
        return number
    if isinstance(value, str) and (_DATE.fullmatch(value) or name in ("currency", "base", "currencies")):
        return value
    return None


def _shown(value: Any) -> str:
    return f"{value:f}"[:60] if isinstance(value, Decimal) else str(value)[:60]
