"""Objects that are not there: what is answered for an identifier of the right form that nothing has."""

from __future__ import annotations

from conformance.absence import Answered
from conformance.errors import Inconclusive
from conformance.generate.absence import Absent, absences, object_of
from conformance.generate.cause import Sign, findings
from conformance.generate.survey import Survey, needs
from conformance.model import Finding
from conformance.registry import Findings, check

_FOUND = frozenset({Answered.EMPTY, Answered.OTHER, Answered.ERROR, Answered.LIKE})


@check(requests=10, confirm=False)
def unknown_objects_are_not_found(survey: Survey) -> Findings:
    """Refuses to read an object by an identifier of the right form that nothing has."""
    asked = any(object_of(scoped) is not None for scoped in survey.contract.operations)
    needs(asked, "the description has no read of one object by an identifier in the path")
    found = absences(survey)
    if not any(one.answered is not Answered.ITSELF for one in found):
        raise Inconclusive("no object could be read by its identifier, or every identifier was somebody's")
    signs = []
    for one in found:
        if one.trial.answer.ok and one.answered in _FOUND and not _is_described(one):
            trial = one.trial
            finding = Finding(
                "404, or another refusal, for an identifier that nothing has",
                f"status {trial.answer.status} with {one.answered} from {trial.scoped.name}",
                trial.mutation.at if trial.mutation else "",
            )
            signs.append(Sign((one.answered,), trial, finding, one.again))
    yield from findings(survey, signs)


def _is_described(one: Absent) -> bool:
    """Whether the description itself says that this is how an absent object is answered."""
    answer, responses = one.trial.answer, one.trial.scoped.operation.responses
    if answer.status != 200:
        return str(answer.status) in responses
    if one.answered is Answered.ERROR:
        return not any(name.startswith("4") or name == "default" for name in responses)
    return one.answered is Answered.EMPTY and one.is_allowed()
