"""Objects that are not there: reads of one object, asked for identifiers in its form that nothing has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.absence import WIDE, Answered, Known, alike, at, varying
from conformance.answer import Answer
from conformance.document import NotJson
from conformance.generate import keywords
from conformance.generate.call import text_of
from conformance.generate.contract import Scoped
from conformance.generate.mutation import Mutation, broken, typed
from conformance.generate.survey import Seed, Survey, Trial, document
from conformance.openapi import ApiParameter, BadSchema

NO_OBJECT = ("lang", "language", "locale", "version", "date", "day", "month", "year", "amount", "page")
"""Names of path values that stand for no object, so that a bank may answer any of them."""


@dataclass(frozen=True, slots=True)
class Absent:
    """An unknown identifier, what was answered for it, and how that is to be judged."""

    trial: Trial
    known: Known
    asked: str
    answered: Answered

    def again(self, answer: Answer) -> bool:
        """Whether another answer to the same call says the same."""
        if not answer.ok:
            return False
        told = said(self.known, answer, self.asked)
        return told is self.answered or (self.answered is Answered.LIKE and told is Answered.ITSELF)

    def is_allowed(self) -> bool:
        """Whether the description has an object that is null where this answer has null."""
        response = self.trial.scoped.operation.response_for(self.trial.answer.status)
        schema = response.schema_for(self.trial.answer.media_type) if response else None
        made = document(self.trial.answer)
        if schema is None or not self.trial.answer.body.strip() or at(made, self.known.holder) is not None:
            return False
        try:
            return bool(schema.schema) and schema.validator().valid(made)
        except BadSchema:
            return False


def said(known: Known, answer: Answer, asked: str) -> Answered:
    """What an answer of success holds for an unknown identifier."""
    if not answer.body.strip():
        return Answered.EMPTY
    try:
        return known.says(answer.json(), asked)
    except NotJson:
        return Answered.UNCLEAR


def absences(survey: Survey) -> tuple[Absent, ...]:
    """What each read of one object answers for an identifier that nothing has, asked once in a round."""
    found: tuple[Absent, ...] = survey.once(
        "absences", lambda: tuple(one for held in survey.seeds.values() for one in _asked(survey, held))
    )
    return found


def _asked(survey: Survey, held: Seed) -> Iterator[Absent]:
    """The answers for one operation: a second identifier only where the first seems to be somebody's."""
    parameter = object_of(held.scoped)
    own = document(held.answer)
    if parameter is None or own is None or held.answer.status != 200:
        return
    identifier = held.call.path.get(parameter.name, "")
    known = Known(own, identifier)
    if not known.represents:
        return
    before = held.scoped.operation.path.partition(f"/{{{parameter.name}}}")[0]
    taken = [text_of(value) for value in survey.pool.identifiers(parameter.name, before)]
    met: list[Any] = []
    latest = None
    for asked in alike(identifier, taken):
        if not _allowed(held.scoped, parameter, asked):
            continue
        call = held.call.with_path(parameter.name, asked)
        answer = survey.attempt(call, held.scoped)
        if answer is None:
            return
        answered = said(known, answer, asked) if answer.ok else Answered.UNCLEAR
        changed = Mutation(
            call, "absent", "", f"an unknown {parameter.name}", f"path parameter {parameter.name}"
        )
        latest = Absent(Trial(held.scoped, "absent", call, answer, changed), known, asked, answered)
        if answered not in (Answered.ITSELF, Answered.LIKE):
            break
        made = known.but_identifier(document(answer))
        alike_twice = made in met and varying(identifier) >= WIDE
        latest = replace(latest, answered=Answered.LIKE if alike_twice else Answered.ITSELF)
        if alike_twice:
            break
        met.append(made)
    if latest is not None:
        yield latest


def object_of(scoped: Scoped) -> ApiParameter | None:
    """The parameter that names the object of a read by its path; None where the path names none."""
    if not scoped.reads or scoped.operation.method != "GET":
        return None
    holes = [p for p in scoped.operation.parameters if p.place == "path"]
    last = max(holes, key=lambda p: scoped.operation.path.find(f"{{{p.name}}}"), default=None)
    if last is None or last.name.lower() in NO_OBJECT:
        return None
    held = keywords.flat(scoped.document, last.schema.schema) if last.schema else {}
    free = held.get("format") in ("date", "date-time", "time") or "enum" in held or "const" in held
    return None if free or keywords.main_type(held) in ("boolean", "number", "array", "object") else last


def _allowed(scoped: Scoped, parameter: ApiParameter, text: str) -> bool:
    """Whether the description allows an identifier, so that its form is no reason to refuse it."""
    schema = parameter.schema
    if schema is None:
        return True
    kind = keywords.main_type(keywords.flat(scoped.document, schema.schema))
    return broken(schema, typed(text, kind)) is None
