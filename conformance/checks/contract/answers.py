"""Every answer of the survey against its description: status, media type, header fields, body."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.answer import Answer
from conformance.document import NotJson, parse
from conformance.errors import NotApplicable
from conformance.generate.cause import Sign
from conformance.generate.proof import proven
from conformance.generate.survey import Survey, Trial
from conformance.model import Finding
from conformance.openapi import ApiOperation, ApiResponse, BadSchema
from conformance.registry import Findings, check
from conformance.schema import Violation

GATEWAY = frozenset({304, 401, 403, 405, 406, 408, 411, 412, 413, 414, 415, 428, 429, 431})
"""Statuses of HTTP itself, its gateways and its guards, which few descriptions list and any path may give."""
_EMPTY = (204, 205, 304)
_FROM = "from an operation that describes it"


@check(requests=0, confirm=False)
def statuses_are_described(survey: Survey) -> Findings:
    """Answers what is right with a status that its description has."""
    signs, judged = [], 0
    for trial in _right(survey):
        answer, operation = trial.answer, trial.scoped.operation
        judged += bool(operation.responses)
        if not operation.responses or operation.response_for(answer.status) is not None:
            continue
        if answer.ok or (answer.status < 500 and answer.status not in GATEWAY and trial.kind == "chain"):
            known = ", ".join(operation.responses)
            finding = Finding(f"a status that is described ({known})", f"status {answer.status}", _at(trial))
            signs.append(Sign((trial.scoped.name, str(answer.status)), trial, finding, _same_status(answer)))
    yield from proven(survey, signs, judged, "no operation has its answers described")


@check(requests=0, confirm=False)
def refusals_are_described(survey: Survey) -> Findings:
    """Refuses what is wrong with a status that its description has."""
    signs, judged = [], 0
    for trial in survey.trials():
        answer, operation = trial.answer, trial.scoped.operation
        refusal = trial.kind == "negative" and 400 <= answer.status < 500 and answer.status not in GATEWAY
        if not refusal or not _describes_refusals(operation):
            continue
        judged += 1
        if operation.response_for(answer.status):
            continue
        known = ", ".join(name for name in operation.responses if name[:1] in "4d")
        finding = Finding(f"a refusal that is described ({known})", f"status {answer.status}", _at(trial))
        signs.append(Sign((str(answer.status),), trial, finding, _same_status(answer)))
    yield from proven(survey, signs, judged, f"no refusal came {_FROM}")


@check(requests=0, confirm=False)
def media_types_are_described(survey: Survey, *, refusals: bool = False) -> Findings:
    """Sends bodies in a media type that the description has for the status."""
    signs, judged = [], 0
    for trial, response in _described(survey, refusals):
        answer = trial.answer
        if not response.content or not answer.body or answer.status in _EMPTY:
            continue
        judged += 1
        if answer.media_type and _knows(response, answer.media_type):
            continue
        known = ", ".join(response.content)
        finding = Finding(known, answer.media_type or "no Content-Type", "header Content-Type")
        key = (answer.media_type, known, "" if refusals else trial.scoped.name)
        signs.append(Sign(key, trial, finding, _same_type(answer)))
    yield from proven(survey, signs, judged, f"no {_kind(refusals)} with a body came {_FROM}")


@check(requests=0, confirm=False)
def header_fields_are_as_described(survey: Survey, *, refusals: bool = False) -> Findings:
    """Sends the header fields that the description requires, with values that it allows."""
    signs, judged = [], 0
    for trial, response in _described(survey, refusals):
        for name in response.headers:
            if name.lower() == "content-type":
                continue
            judged += 1
            fault = _header_fault(trial.answer, response, name)
            if fault is not None:
                expected, actual = fault
                finding = Finding(expected, actual, f"header {name}")
                signs.append(Sign((name, expected, actual[:4]), trial, finding, _bad_header(response, name)))
    yield from proven(survey, signs, judged, f"no {_kind(refusals)} came with header fields described")


@check(requests=0, confirm=False)
def bodies_are_as_described(survey: Survey, *, refusals: bool = False) -> Findings:
    """Sends bodies that hold what their schema says."""
    signs, judged = [], 0
    for trial, response in _described(survey, refusals):
        if trial.answer.ok and (trial.scoped.function is not None or _echoes(trial)):
            continue  # the requirements of the phase judge the rows; what was let in wrong comes back wrong
        judged += response.schema_for(trial.answer.media_type) is not None
        for violation in violations(trial.answer, response):
            where = "/".join(
                "*" if part.isdigit() else part for part in violation.instance_pointer.split("/")
            )
            finding = Finding(
                f"{violation.expected} ({violation.keyword} at {violation.schema_pointer or 'the schema'})",
                f"{violation.actual} in {trial.scoped.name}",
                violation.instance_pointer,
            )
            key = (violation.keyword, violation.schema_pointer or where)
            signs.append(Sign(key, trial, finding, _violates(response, violation)))
    nothing = f"no {_kind(refusals)} came with a schema described that the phases do not judge"
    yield from proven(survey, signs, judged, nothing)


def violations(answer: Answer, response: ApiResponse) -> list[Violation]:
    """What a body has that its schema does not allow; a body that is no JSON is one violation."""
    schema = response.schema_for(answer.media_type)
    if schema is None or not answer.is_json or answer.status in _EMPTY or not answer.body.strip():
        return []
    try:
        document = parse(answer.body)
    except NotJson as error:
        return [Violation("json", "", "", "a JSON text (RFC 8259)", error.reason)]
    found = [
        Violation("members", p, "", "each member once", "a member that comes twice")
        for p in document.duplicates
    ]
    try:
        return [*found, *schema.validator().findings(document.value, 8)]
    except BadSchema:
        return found


def _right(survey: Survey) -> Iterator[Trial]:
    """Answers to calls that the description allows."""
    from conformance.generate.lifecycle import steps

    for trial in survey.trials():
        if trial.kind in ("seed", "positive") and not (trial.kind == "seed" and not trial.answer.ok):
            yield trial
    for life in steps(survey):
        yield from life.trials


def _described(survey: Survey, refusals: bool) -> Iterator[tuple[Trial, ApiResponse]]:
    """Answers with the response that describes them: successes, or refusals."""
    from conformance.generate.lifecycle import steps

    everything = [*survey.trials(), *(trial for life in steps(survey) for trial in life.trials)]
    if not everything:
        raise NotApplicable("nothing that is described could be called")
    for trial in everything:
        answer = trial.answer
        if trial.kind == "method" or (answer.status >= 400) is not refusals or answer.status >= 500:
            continue
        response = trial.scoped.operation.response_for(answer.status)
        if response is not None:
            yield trial, response


def _kind(refusals: bool) -> str:
    return "refusal" if refusals else "answer of success"


def _echoes(trial: Trial) -> bool:
    """Whether what comes back may be wrong input that was let in, which is told as that."""
    return trial.late or (trial.kind in ("negative", "odd") and trial.call.verb != "GET")


def _describes_refusals(operation: ApiOperation) -> bool:
    return any(name.startswith("4") for name in operation.responses) and "default" not in operation.responses


def _knows(response: ApiResponse, media_type: str) -> bool:
    named = {name.split(";")[0].strip().lower() for name in response.content}
    return bool({media_type, f"{media_type.partition('/')[0]}/*", "*/*"} & named)


def _header_fault(answer: Answer, response: ApiResponse, name: str) -> tuple[str, str] | None:
    header = response.headers[name]
    value = answer.header(name)
    if value is None:
        return (f"the header field {name}", "none") if header.required else None
    if header.schema is None:
        return None
    typed = value
    schema = header.schema.schema
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind in ("integer", "number"):
        try:
            typed = parse(value.encode()).value
        except NotJson:
            return f"{'a whole' if kind == 'integer' else 'a'} number", f"{value[:80]!r}"
    elif kind not in ("string", None):
        return None
    try:
        found = header.schema.validator().findings(typed, 1)
    except BadSchema:
        return None
    return (found[0].expected, f"{value[:80]!r}") if found else None


def _at(trial: Trial) -> str:
    return trial.scoped.operation.pointer


def _same_status(answer: Answer) -> Callable[[Answer], bool]:
    return lambda again: again.status == answer.status


def _same_type(answer: Answer) -> Callable[[Answer], bool]:
    return lambda again: again.media_type == answer.media_type


def _bad_header(response: ApiResponse, name: str) -> Callable[[Answer], bool]:
    return lambda again: _header_fault(again, response, name) is not None


def _violates(response: ApiResponse, violation: Violation) -> Callable[[Answer], bool]:
    return lambda again: any(
        v.keyword == violation.keyword and v.schema_pointer == violation.schema_pointer
        for v in violations(again, response)
    )
