"""Text that would become part of a query: SQL, XPath, operators of document stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.generate.places import Place, places
from conformance.generate.pool import rows
from conformance.generate.survey import Survey, document, needs
from conformance.model import Finding
from conformance.registry import Findings, check

NOBODY = "qzx7331"
"""A word that no bank has in its data."""
_ERRORS = re.compile(
    r"SQLSTATE\[|ORA-\d{5}|SQL syntax|syntax error at or near|Unclosed quotation mark|OperationalError"
    r"|PSQLException|SQLServerException|org\.hibernate|MongoError|MongoServerError|XPathException"
    r"|Invalid expression|unterminated quoted string|near \"'\": syntax error",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows, to be compared: its status and its rows."""

    status: int
    rows: tuple[str, ...]


def _shown(answer: Answer | None) -> Shown | None:
    if answer is None:
        return None
    return Shown(answer.status, tuple(sorted(repr(row) for row in rows(document(answer)))))


def _free(survey: Survey, text: str) -> Iterator[Place]:
    found = [place for place in places(survey) if place.allows(text)]
    needs(bool(found), "the description has no place for free text")
    yield from found


@check(intrusive=True, requests=6)
def text_stays_out_of_queries(survey: Survey) -> Findings:
    """Searches for text as it is: a condition in quotes has no effect on what is found (SQL, XPath)."""
    for place in _free(survey, f"{NOBODY}' OR '1'='1"):
        if not place.in_query:
            continue
        found = _difference(survey, place)
        if found is not None:
            told, answer = found
            yield Finding(
                f"the same rows for a condition that is true and one that is false in {place.name} of "
                f"{place.seed.scoped.name}",
                told,
                place.at,
                answer.exchange,
            )


def _difference(survey: Survey, place: Place) -> tuple[str, Answer] | None:
    """Whether a true condition gives other rows than a false one, twice with different constants."""
    nothing = _ask(survey, place, NOBODY)
    base = _shown(nothing)
    if base is None or nothing is None:
        return None
    for form in ("{}' OR '{}'='{}", '{}" OR "{}"="{}', "{}') OR ('{}'='{}"):
        times = 0
        told: tuple[str, Answer] | None = None
        for one, other in (("1", "2"), ("ab", "ac")):
            right = _ask(survey, place, form.format(NOBODY, one, one))
            wrong = _ask(survey, place, form.format(NOBODY, one, other))
            true, false = _shown(right), _shown(wrong)
            if true is None or false is None or right is None:
                break
            if true.status != 200 or true.rows == false.rows or false.rows != base.rows or not true.rows:
                break
            times += 1
            told = f"{len(true.rows)} rows where it is true, {len(false.rows)} where it is false", right
        if times == 2:
            return told
    return None


@check(intrusive=True, requests=3)
def operators_stay_out_of_queries(survey: Survey) -> Findings:
    """Reads no operator of a document store out of the name of a parameter."""
    asked = [place for place in places(survey) if place.in_query]
    needs(bool(asked), "the description has no text in a query")
    for place in asked:
        call = place.seed.call.with_query(place.name, None)
        equal = survey.attempt(call.with_query(f"{place.name}[$eq]", NOBODY), place.seed.scoped)
        unequal = survey.attempt(call.with_query(f"{place.name}[$ne]", NOBODY), place.seed.scoped)
        one, other = _shown(equal), _shown(unequal)
        if one is None or other is None or unequal is None:
            continue
        if one.status == other.status == 200 and one.rows != other.rows and not one.rows:
            yield Finding(
                f"{place.name}[$eq] and {place.name}[$ne] taken alike in {place.seed.scoped.name}",
                f"{len(one.rows)} rows and {len(other.rows)} rows",
                place.at,
                unequal.exchange,
            )


@check(intrusive=True, requests=1)
def queries_do_not_show_in_errors(survey: Survey) -> Findings:
    """Shows no error of a database or a query language for a quote."""
    for place in _free(survey, f"{NOBODY}'"):
        answer = _ask(survey, place, f"{NOBODY}'")
        if answer is None:
            continue
        found = _ERRORS.search(answer.text())
        if found and not _ERRORS.search(place.seed.answer.text()):
            yield Finding(
                f"no error of a database for a quote in {place.name} of {place.seed.scoped.name}",
                found.group()[:80],
                place.at,
                answer.exchange,
            )


def _ask(survey: Survey, place: Place, text: str) -> Answer | None:
    return survey.attempt(place.call(text, f"injection {text}"), place.seed.scoped)
