"""What no description allows: failures of the server, and described operations that are not there."""

from __future__ import annotations

from conformance.generate.absence import absences
from conformance.generate.cause import Sign, findings
from conformance.generate.proof import accepted, proven
from conformance.generate.survey import Survey, Trial
from conformance.model import Finding
from conformance.registry import Findings, check

GUARDED = frozenset({401, 403, 407, 429})
"""Statuses that say nothing of whether there is something at a path."""


@check(requests=0, confirm=False)
def input_never_fails_the_server(survey: Survey) -> Findings:
    """Answers no input with a status of 500 or above, its own or that of a gateway before it."""
    from conformance.generate.lifecycle import steps

    signs = []
    lives = (trial for life in steps(survey) for trial in life.trials)
    for trial in (*survey.trials(), *lives, *(one.trial for one in absences(survey))):
        status = trial.answer.status
        if not _crashed(trial):
            continue
        changed = trial.mutation
        what = changed.what if changed else "a right request"
        finding = Finding(
            f"an answer, or a refusal with a 4xx status, to {_input(trial)}",
            f"status {status} to {what} in {trial.scoped.name}",
            changed.at if changed else trial.scoped.operation.pointer,
        )
        signs.append(Sign(_kind(trial), trial, finding, lambda again: again.status >= 500))
    if not signs:
        accepted(survey)
    yield from findings(survey, signs)


def _crashed(trial: Trial) -> bool:
    """Whether an answer says that the server failed: itself with 500, or behind a gateway that tells so.

    A function may be closed (503) or not be made yet (501); what asks to come back later is no crash.
    """
    status = trial.answer.status
    closed = trial.kind in ("seed", "positive", "chain") or trial.answer.header("Retry-After") is not None
    return status >= 500 and status != 501 and not (status == 503 and closed)


def _input(trial: Trial) -> str:
    """What fails the server, in words that are the same for all inputs of one cause."""
    changed = trial.mutation
    if changed is None or trial.kind == "positive":
        return f"a right {trial.scoped.name}"
    if changed.family == "deep" or trial.kind != "odd" or changed.at == "body":
        return f"{changed.what} in {trial.scoped.name}" if changed.at != "body" else "a wrong body"
    return changed.what.rpartition(" with ")[2]


def _kind(trial: Trial) -> tuple[str, ...]:
    """What the failure comes of, so that one defect is told once however many inputs show it."""
    changed = trial.mutation
    if changed is None or trial.kind == "positive":
        return ("right", trial.scoped.name)
    if changed.family == "deep":
        return ("deep", trial.scoped.name, changed.at)
    if changed.at == "body":
        return ("body",)
    if trial.kind == "odd":
        return ("odd", changed.what.rpartition(" with ")[2])
    return (changed.family, changed.schema if changed.family != "required" else changed.keyword)


@check(requests=0, confirm=False)
def described_operations_exist(survey: Survey) -> Findings:
    """Serves every operation of its description that has no value in its path."""
    signs, judged = [], 0
    for trial in survey.shared.learnt:
        scoped = trial.scoped
        if "{" in scoped.operation.path or scoped.function is not None or not scoped.reads:
            continue
        judged += trial.answer.status < 500 and trial.answer.status not in GUARDED
        judged += trial.answer.status == 501
        if trial.answer.status in (404, 405, 410, 501):
            finding = Finding(
                f"{scoped.name}, as described", f"status {trial.answer.status}", scoped.operation.pointer
            )
            signs.append(
                Sign((scoped.name,), trial, finding, lambda again: again.status in (404, 405, 410, 501))
            )
    nothing = "every read without a value in its path is a function, which its phase judges, or was refused"
    yield from proven(survey, signs, judged, nothing)


@check(requests=0, confirm=False)
def allowed_values_are_accepted(survey: Survey) -> Findings:
    """Accepts each value and each bound that its description allows."""
    signs, judged = [], 0
    for trial in survey.trials():
        changed = trial.mutation
        if trial.kind != "positive" or changed is None:
            continue
        judged += 1
        if trial.answer.status not in (400, 422):
            continue
        if trial.answer.status == 422 and changed.at.startswith("/"):
            continue  # a rule of business, which a schema cannot tell
        finding = Finding(
            f"{changed.what} accepted ({changed.keyword} at {changed.schema})",
            f"status {trial.answer.status} from {trial.scoped.name}",
            changed.at,
        )
        signs.append(Sign((changed.schema,), trial, finding, lambda again: again.status in (400, 422)))
    nothing = "the description allows no other value than those of the requests that were accepted"
    yield from proven(survey, signs, judged, nothing)
