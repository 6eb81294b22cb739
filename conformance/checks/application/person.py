"""Whose application it is: old enough, with an identity card that can exist, and one of a person."""

from __future__ import annotations

import re

from conformance.checks.application.refusal import concluded, refuses
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.registry import Findings, check
from conformance.writing import calendar, member
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Applications
from conformance.writing.fresh import misprinted


@check(writes=True, requests=8)
def age_is_checked(applications: Applications) -> Findings:
    """Takes no application of somebody who is younger than the bank says that applicants are."""
    least = applications.rules.least_age
    if not least:
        raise NotApplicable("the bank's file tells no least age (writes.applications.least_age)")
    path = applications.place("birth_date")
    born = member.found(applications.applicant(), path)
    if not isinstance(born, str) or not re.search(r"(19|20)\d\d", born):
        raise Inconclusive("the applicant has no birth date with a year (writes.applications.members)")
    year = calendar.moment(applications.access.now()).year - least + 1
    young = re.sub(r"(19|20)\d\d", str(year), born, count=1)
    what = f"an applicant born in {year}, younger than {least}"
    yield from refuses(applications, what, {path: young}, path)


@check(writes=True, requests=8)
def identity_number_is_checked(applications: Applications) -> Findings:
    """Refuses a Hong Kong identity card number whose check digit is wrong."""
    path = applications.place("identity_number")
    given = member.found(applications.applicant(), path)
    wrong = misprinted(given) if isinstance(given, str) else ""
    if not wrong:
        raise NotApplicable("the applicant has no right Hong Kong identity card number")
    yield from refuses(applications, "an identity card number with a wrong check digit", {path: wrong}, path)


@check(writes=True, requests=8)
def person_applies_once(applications: Applications) -> Findings:
    """Refuses a second application of a person whose first is open, where the bank says that it does."""
    if not applications.rules.one_of_a_person:
        raise NotApplicable("the bank's file names no such rule (writes.applications.one_of_a_person)")
    function, applicant = applications.chosen, applications.applicant()
    applications.submitted(function, applications.made(function, applicant))
    answer = concluded(applications, applications.sent(function, applicant))
    if not refused(answer):
        yield finding("a refusal of a second application of one person", answer, "body")
        return
    applications.submitted(function)


@check(writes=True, requests=8)
def earlier_step_is_needed(applications: Applications) -> Findings:
    """Takes no application that refers to a step before it which was never taken."""
    rules, function = applications.rules, applications.chosen
    names = [name for step in rules.beforehand for name in step.keep]
    told = [name for step in rules.lead.beforehand for name in step.keep] if rules.lead else []
    if not names and not told:
        raise NotApplicable("the bank's file tells no earlier step (writes.applications.beforehand)")
    for name in told:
        with applications.strayed(name):
            answer = applications.enquired(function)
        if not refused(answer):
            yield finding(f"a refusal of a {name} that the bank never gave", answer, name)
            return
    for name in names:
        with applications.strayed(name):
            answer = applications.sent(function)
        answer = concluded(applications, answer)
        if not refused(answer):
            yield finding(f"a refusal of a {name} that the bank never gave", answer, name)
            return
    applications.submitted(function)


@check(writes=True, requests=5)
def every_question_counts(applications: Applications) -> Findings:
    """Shows an application to nobody who does not know what the bank asks for beside its identifier."""
    asked = applications.rules.read
    role = next((r for r in applications.identifying if f"{{{r}}}" in f"{asked.path} {asked.json_}"), "")
    if not role:
        raise NotApplicable("an application is read by its identifier alone (writes.applications.read)")
    draft = applications.made(applications.chosen)
    answer = applications.ask("read", draft.id, values={role: _another(applications.identifying[role])})
    if not refused(answer) and applications.status(draft, answer):
        yield Finding(f"a refusal of another {role}", f"status {answer.status}", role, answer.exchange)
        return
    applications.right("read", draft)


def _another(value: str) -> str:
    """A value of the same form: its last digit, else its first letter, is another one."""
    place = max((n for n, c in enumerate(value) if c.isdecimal() and c.isascii()), default=-1)
    if place < 0:
        return f"{'b' if value[:1] != 'b' else 'c'}{value[1:]}"
    return f"{value[:place]}{(int(value[place]) + 9) % 10}{value[place + 1 :]}"
