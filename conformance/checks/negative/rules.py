"""Each kind of rule that a schema states: what breaks it is refused."""

from __future__ import annotations

from conformance.generate.cause import Sign
from conformance.generate.proof import proven
from conformance.generate.survey import Survey
from conformance.model import Finding
from conformance.registry import Findings, check


def _accepted(survey: Survey, *families: str) -> Findings:
    """Changed calls of some families that the bank accepted, one finding for each broken rule."""
    signs, judged = [], 0
    for trial in survey.trials():
        broken = trial.mutation
        if trial.kind != "negative" or broken is None or broken.family not in families:
            continue
        judged += 1
        if not trial.answer.ok:
            continue
        rule = f" ({broken.keyword} at {broken.schema})" if broken.keyword else f" ({broken.schema})"
        finding = Finding(
            f"a refusal: the description asks for {broken.expected}{rule}",
            f"status {trial.answer.status} from {trial.scoped.name} to {broken.what}",
            broken.at,
        )
        place = broken.schema if broken.keyword else broken.family
        key = (broken.family, place or broken.at, broken.at if broken.keyword == "required" else "")
        signs.append(Sign(key, trial, finding, lambda again: again.ok))
    yield from proven(survey, signs, judged, "no accepted request has such a rule to break")


@check(requests=40, confirm=False)
def what_is_required_must_be_there(survey: Survey) -> Findings:
    """Refuses a request without a required parameter, body or member."""
    yield from _accepted(survey, "required")


@check(requests=0, confirm=False)
def types_are_checked(survey: Survey) -> Findings:
    """Refuses a value of another type than the described one."""
    yield from _accepted(survey, "type")


@check(requests=0, confirm=False)
def listed_values_are_checked(survey: Survey) -> Findings:
    """Refuses a value that is not among those listed."""
    yield from _accepted(survey, "enumeration")


@check(requests=0, confirm=False)
def bounds_are_checked(survey: Survey) -> Findings:
    """Refuses a number outside its bounds or off its step."""
    yield from _accepted(survey, "bounds")


@check(requests=0, confirm=False)
def lengths_are_checked(survey: Survey) -> Findings:
    """Refuses a text that is too short or too long."""
    yield from _accepted(survey, "length")


@check(requests=0, confirm=False)
def patterns_are_checked(survey: Survey) -> Findings:
    """Refuses a text that does not match its pattern: signs, line breaks, full-width digits."""
    yield from _accepted(survey, "pattern")


@check(requests=0, confirm=False)
def formats_are_checked(survey: Survey) -> Findings:
    """Refuses a date, an identifier or an address that is none."""
    yield from _accepted(survey, "format")


@check(requests=0, confirm=False)
def numbers_of_elements_are_checked(survey: Survey) -> Findings:
    """Refuses a list with too few, too many or repeated elements."""
    yield from _accepted(survey, "items")


@check(requests=0, confirm=False)
def unknown_members_are_refused(survey: Survey) -> Findings:
    """Refuses a member that the description rules out."""
    yield from _accepted(survey, "members")


@check(requests=0, confirm=False)
def broken_bodies_are_refused(survey: Survey) -> Findings:
    """Refuses a body that is no JSON text."""
    yield from _accepted(survey, "syntax")


@check(requests=0, confirm=False)
def repeated_members_are_refused(survey: Survey) -> Findings:
    """Refuses a body in which a member comes twice with different values."""
    yield from _accepted(survey, "duplicates")


@check(requests=0, confirm=False)
def media_types_are_checked(survey: Survey) -> Findings:
    """Refuses a body in a media type that the operation does not take."""
    yield from _accepted(survey, "media")


@check(requests=0, confirm=False)
def undescribed_methods_are_refused(survey: Survey) -> Findings:
    """Refuses a method that the description does not have for the path."""
    signs, judged = [], 0
    for trial in survey.trials():
        judged += trial.kind == "method"
        if trial.kind == "method" and trial.mutation is not None and trial.answer.ok:
            finding = Finding(
                "a refusal with 405, 404 or 501",
                f"status {trial.answer.status} to {trial.mutation.what}",
                trial.scoped.operation.path,
            )
            signs.append(Sign((), trial, finding, lambda again: again.ok))
    yield from proven(survey, signs, judged, "no method was sent that the description does not have")
