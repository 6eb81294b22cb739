"""What an application holds: compulsory, conditional, enumerated, in its form, and agreed to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.answer import Answer
from conformance.checks.application.refusal import disagreed, judged, refuses
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.registry import Findings, check
from conformance.writing import member
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Applications

WRONG = {"birth_date": "no date", "phone": "call me", "email": "nobody"}
UNLISTED = "zz-unlisted"
MOST = 40
"""Values of one member that are tried."""


@check(writes=True, requests=8)
def enumerations_resolve(applications: Applications) -> Findings:
    """Takes every value that the reference data list, and lists values for every enumerated member."""
    rules, listed = applications.rules, applications.enumerations()
    for name in rules.enumerations:
        if not listed.get(name):
            yield Finding(f"values of {name}", "none", f"reference data: {name}")
    for number in range(min(MOST, max(map(len, listed.values()), default=0))):
        chosen = {
            name: listed[name][number] for name in rules.enumerations if number < len(listed.get(name, ()))
        }
        for name, value in _refused_among(applications, chosen):
            applications.submitted(applications.chosen)  # the control: the usual values are taken
            yield Finding(f"{name} {value!r} is taken, as the reference data say", "a refusal", name)
            return


def _refused_among(applications: Applications, chosen: dict[str, object]) -> Iterator[tuple[str, object]]:
    """The values that are refused: all at once and, where that is refused, each alone."""
    applicant = applications.applicant()
    for name, value in list(chosen.items()):
        needed = applications.rules.conditional.get(f"{name}={value}")
        if needed and member.found(applicant, needed) is None:
            del chosen[name]
    if not chosen or judged(applications, chosen).ok:
        return
    for name, value in chosen.items():
        if refused(judged(applications, {name: value})):
            yield name, value


@check(writes=True, requests=3)
def unlisted_value_is_refused(applications: Applications) -> Findings:
    """Refuses a value that the reference data do not list."""
    names = applications.rules.enumerations
    if not names:
        raise NotApplicable("the bank's file names no enumerated members")
    yield from refuses(applications, "an unlisted value", {names[0]: UNLISTED}, names[0])


def _in_no_form(applications: Applications) -> dict[str, str]:
    """Values that are in no bank's form, by path."""
    applicant = applications.applicant()
    wrong = {applications.place(role): value for role, value in WRONG.items()}
    chosen = {path: value for path, value in wrong.items() if member.found(applicant, path) is not None}
    if not chosen:
        raise NotApplicable("the applicant has no member whose form is known (writes.applications.members)")
    return chosen


@check(writes=True, requests=5)
def form_is_checked(applications: Applications) -> Findings:
    """Refuses a birth date, phone number or e-mail address that is none."""
    for path, value in _in_no_form(applications).items():
        answer = judged(applications, {path: value})
        if not refused(answer):
            yield finding(f"a refusal of {path} {value!r}", answer, path)
            return
    applications.submitted(applications.chosen)


@check(writes=True, requests=5)
def change_is_checked(applications: Applications) -> Findings:
    """Refuses to change a member into what is not in its form."""
    draft = applications.made(applications.chosen)
    for path, value in _in_no_form(applications).items():
        answer = applications.altered(draft, {path: value})
        if answer.ok:
            answer = applications.ask("submit", draft.id)
        if not refused(answer):
            yield finding(f"a refusal to change {path} to {value!r}", answer, path)
            return
    _changed(applications)


def _changed(applications: Applications) -> None:
    """The control: a change to what is right."""
    draft, email = applications.made(applications.chosen), applications.place("email")
    right = member.found(applications.applicant(), email)
    chosen = {email: right} if right else {p: v for p, v in applications.applicant().items() if v}
    if not applications.altered(draft, chosen).ok:
        raise Inconclusive("control request refused: a right change was refused")


@check(writes=True, requests=5)
def refused_member_is_named(applications: Applications) -> Findings:
    """Names the member whose value it refuses, at every step that refuses one."""
    listed = dict.fromkeys(applications.rules.enumerations[:1], UNLISTED)
    wrong = {**_in_no_form(applications), **listed}
    for path, value in wrong.items():
        answer = judged(applications, {path: value})
        if refused(answer) and not _names(answer, path):
            yield _unnamed(answer, path)
            return
    if applications.rules.change is None:
        return
    draft = applications.made(applications.chosen)
    for path, value in wrong.items():
        answer = applications.altered(draft, {path: value})
        if refused(answer) and not _names(answer, path):
            yield _unnamed(answer, path)
            return


def _unnamed(answer: Answer, path: str) -> Finding:
    said = f"status {answer.status}, {'an error' if answer.body else 'an empty body'} that does not"
    return Finding(f"an error that names {member.last_name(path)}", said, path, answer.exchange)


def _names(answer: Answer, path: str) -> bool:
    """Whether an error has a member's name in it, however its words are joined."""
    plain = re.sub(r"[\W_]+", "", answer.text().casefold())
    return re.sub(r"[\W_]+", "", member.last_name(path).casefold()) in plain


@check(writes=True, requests=6)
def incomplete_is_not_submitted(applications: Applications) -> Findings:
    """Submits no application that lacks what is compulsory."""
    for name, answer in _incomplete(applications):
        if not refused(answer):
            yield finding(f"a refusal of an application without {name}", answer, name)
            return


@check(writes=True, requests=6)
def missing_member_is_named(applications: Applications) -> Findings:
    """Names what an application lacks when it refuses it."""
    for name, answer in _incomplete(applications):
        if refused(answer) and not _names(answer, name):
            yield _unnamed(answer, name)
            return


def _incomplete(applications: Applications) -> list[tuple[str, Answer]]:
    names = applications.rules.required
    if not names:
        raise NotApplicable("the bank's file names no compulsory members (writes.applications.required)")

    def fetch() -> list[tuple[str, Answer]]:
        found = [(name, judged(applications, {name: None})) for name in names[:8]]
        applications.submitted(applications.chosen)
        return found

    kept: list[tuple[str, Answer]] = applications.access.memory.once(("applications", "incomplete"), fetch)
    return kept


@check(writes=True, requests=5)
def condition_holds(applications: Applications) -> Findings:
    """Submits no application that lacks what another of its values makes compulsory."""
    rules = applications.rules.conditional
    if not rules:
        raise NotApplicable("the bank's file names no conditional members")
    for condition, name in rules.items():
        path, _, value = condition.partition("=")
        answer = judged(applications, {path: value, name: None})
        if not refused(answer):
            yield finding(f"a refusal without {name} where {path} is {value}", answer, name)
            return
    applications.submitted(applications.chosen)


@check(writes=True, requests=6)
def consent_is_needed(applications: Applications) -> Findings:
    """Submits no application whose applicant has not agreed to what is done with their data."""
    name = applications.rules.consents
    if not name:
        raise NotApplicable("the bank's file names no member with consents (writes.applications.consents)")
    given = member.found(applications.applicant(), name)
    if given is None:
        raise Inconclusive(f"the applicant has no {name}")
    for what, value in disagreed(given).items():
        answer = judged(applications, {name: value})
        if not refused(answer):
            yield finding(f"a refusal of an application {what}", answer, name)
            return
    applications.submitted(applications.chosen)
