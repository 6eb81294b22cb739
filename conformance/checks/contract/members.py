"""Members of answers that the description does not have."""

from __future__ import annotations

from collections.abc import Callable

from conformance.answer import Answer
from conformance.document import NotJson, shown
from conformance.generate.cause import Sign
from conformance.generate.lifecycle import steps
from conformance.generate.proof import proven
from conformance.generate.survey import Survey, Trial
from conformance.model import Finding
from conformance.openapi import ApiSchema
from conformance.registry import Findings, check
from conformance.undescribed import undescribed


@check(requests=0, confirm=False)
def members_are_described(survey: Survey) -> Findings:
    """Answers what is right with no member that its description does not name.

    Where the schema rules other members out, that is a body unlike its description and told as that.
    """
    signs, judged = [], 0
    right = [t for t in survey.trials() if t.kind in ("seed", "positive") and not t.late]
    for trial in (*right, *(t for life in steps(survey) for t in life.trials)):
        schema = _schema(trial)
        if schema is None:
            continue
        judged += 1
        for place in _undescribed(trial.answer, schema, trial):
            name = place.rpartition("/")[2]
            finding = Finding(
                "a member that the description names", f"{shown(name)} in {trial.scoped.name}", place
            )
            signs.append(Sign((place,), trial, finding, _has(place, schema, trial)))
    yield from proven(survey, signs, judged, "no answer of success came with a schema described")


def _schema(trial: Trial) -> ApiSchema | None:
    if not trial.answer.ok or not trial.answer.is_json or not trial.answer.body.strip():
        return None
    response = trial.scoped.operation.response_for(trial.answer.status)
    return response.schema_for(trial.answer.media_type) if response else None


def _undescribed(answer: Answer, schema: ApiSchema, trial: Trial) -> set[str]:
    """The places of members without a description, an element of a list standing for all."""
    try:
        value = answer.json()
    except NotJson:
        return set()
    found = undescribed(trial.scoped.document, schema.schema, value, closed=False)
    return {"/".join("*" if part.isdigit() else part for part in place.split("/")) for place, _ in found}


def _has(place: str, schema: ApiSchema, trial: Trial) -> Callable[[Answer], bool]:
    return lambda again: again.ok and place in _undescribed(again, schema, trial)
