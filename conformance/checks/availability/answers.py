"""Whether a function that is offered answers, and with something to read."""

from __future__ import annotations

from conformance.document import NotJson, parse
from conformance.errors import Inconclusive, Miscoded, NotApplicable
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check

CLOSED = frozenset({429, 503})
REFUSED = frozenset({401, 403, 407, 511})


@check()
def answers(reading: Reading) -> Findings:
    """Answers 200 in every language on offer for a function that the bank offers."""
    for language in reading.languages:
        answer = reading.answer(language)
        if answer.status == 200:
            continue
        if answer.status == 404 and reading.operation.assumed and not reading.operation.function.core:
            raise NotApplicable("the bank does not offer this optional function")
        if answer.status in REFUSED:
            raise Inconclusive(f"the bank refused the suite's credentials with {answer.status}")
        if answer.status in CLOSED:
            raise Inconclusive(f"the bank is closed or limits the suite: {answer.status}")
        yield Finding(
            f"status 200 in {language.value}",
            f"status {answer.status}",
            reading.operation.path,
            answer.exchange,
        )


@check()
def can_be_parsed(reading: Reading) -> Findings:
    """Answers with JSON that can be decoded and parsed wherever it says that it answers with JSON."""
    try:
        for language in reading.languages:
            answer = reading.success(language)
            if not answer.is_json:
                continue
            try:
                parse(answer.body)
            except NotJson as error:
                yield Finding(f"JSON of RFC 8259 in {language.value}", error.reason, "body", answer.exchange)
    except Miscoded as error:
        place = "header Content-Encoding"
        yield Finding("a body in the coding that Content-Encoding names", error.reason, place)


@check()
def rows_found(reading: Reading) -> Findings:
    """Keeps its rows where the definition of the answer says."""
    told: set[tuple[str, str]] = set()
    for language in reading.languages:
        rows = reading.first_rows(language)
        # Where another language has rows, the problems are told as values that cannot be read.
        lost = not rows.rows and (language == reading.languages[0] or not reading.first_rows().rows)
        for problem in rows.problems:
            if lost and (problem.expected, problem.at) not in told:
                told.add((problem.expected, problem.at))
                yield problem


@check()
def list_not_empty(reading: Reading) -> Findings:
    """Lists at least one row for a function that the bank offers."""
    rows = reading.first_rows()
    if not rows.rows and not rows.problems:
        yield Finding("at least one row", "an empty list", reading.operation.path)
