"""What becomes of an applicant's data: who learns them, and what is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from conformance.checks.application.refusal import ENDED, judged
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.registry import Findings, check
from conformance.writing import member
from conformance.writing.agreement import at, finding, refused
from conformance.writing.applications import Applications
from conformance.writing.fresh import misprinted

SURPLUS = "favourite_colour"
COLOUR = "synthetic-ultramarine"
PRIVATE = "private 61239876"


def _repeated(text: str, personal: Mapping[str, str]) -> list[str]:
    """Which of somebody's data stand in a text, also percent-encoded or as digits alone."""
    plain = text + "\n" + unquote_plus(text)
    digits = "".join(c for c in text if c.isdecimal())
    found = []
    for role, value in personal.items():
        number = "".join(c for c in value if c.isdecimal())
        if value in plain or (role == "phone" and len(number) >= 10 and number in digits):
            found.append(role)
    return found


def _phone(applications: Applications) -> str:
    """The path of the phone number, which may be a wrong one that is still somebody's."""
    path = applications.place("phone")
    if member.found(applications.applicant(), path) is None:
        raise NotApplicable("the applicant has no phone number (writes.applications.members)")
    return path


@check(writes=True, requests=5)
def error_keeps_the_applicant_to_itself(applications: Applications) -> Findings:
    """Repeats no data of the applicant in an error, at any step."""
    phone = _phone(applications)
    personal = applications.personal(applications.applicant({phone: PRIVATE}))
    wrong: list[dict[str, Any]] = [{phone: PRIVATE}]
    wrong += [{phone: PRIVATE, name: None} for name in applications.rules.required[:1]]
    card = applications.place("identity_number")
    number = member.found(applications.applicant(), card)
    if isinstance(number, str) and misprinted(number):
        personal["identity number"] = misprinted(number)
        wrong.append({card: personal["identity number"]})
    answers = [judged(applications, changes) for changes in wrong]
    draft = applications.made(applications.chosen)
    if applications.rules.change is not None:
        answers.append(applications.altered(draft, {phone: PRIVATE}))
    for answer in answers:
        shown = _repeated(answer.text(), personal) if refused(answer) else []
        if shown:
            yield Finding(
                "an error without the applicant's data", f"it tells the {shown[0]}", "body", answer.exchange
            )
            return


@check(writes=True, requests=4)
def headers_keep_the_applicant_to_themselves(applications: Applications) -> Findings:
    """Repeats no data of the applicant in a header field, of an answer or of an error."""
    application = applications.made(applications.chosen)
    answers = [application.answer, applications.right("read", application)]
    answers.append(judged(applications, {_phone(applications): PRIVATE}))
    personal = applications.personal(applications.applicant()) | {"a phone number": PRIVATE}
    for answer in answers:
        for name, value in answer.headers:
            shown = _repeated(value, personal)
            if shown:
                told_ = f"{name[:40]} tells the {shown[0]}"
                yield Finding("header fields without the applicant's data", told_, "headers", answer.exchange)
                return


@check(writes=True, requests=4)
def status_is_its_tsps_alone(applications: Applications) -> Findings:
    """Tells another TSP nothing of an application."""
    application = applications.made(applications.chosen)
    answer = applications.ask("read", application.id, stranger=True)
    if not refused(answer):
        yield finding("a refusal of another TSP's question", answer, "path")
        return
    applications.right("read", application)


@check(writes=True, requests=6)
def strangers_change_nothing(applications: Applications) -> Findings:
    """Lets no other TSP submit or withdraw an application."""
    application = applications.made(applications.chosen)
    for name in ("submit", "withdraw"):
        if getattr(applications.rules, name) is None:
            continue
        answer = applications.ask(name, application.id, stranger=True)
        if not refused(answer):
            yield finding(f"a refusal of another TSP's wish to {name} it", answer, "path")
            return
    applications.right("read", application)


@check(writes=True, requests=5)
def foreign_application_is_like_none(applications: Applications) -> Findings:
    """Answers for another TSP's application as for one that does not exist."""
    application = applications.made(applications.chosen)
    foreign = applications.ask("read", application.id, stranger=True)
    unknown = applications.ask("read", application.id[::-1], stranger=True)
    if refused(foreign) and refused(unknown) and foreign.status != unknown.status:
        yield finding(f"status {unknown.status}, as for an unknown one", foreign, "path")
    applications.right("read", application)


@check(writes=True, requests=5)
def withdrawal_deletes_the_data(applications: Applications) -> Findings:
    """Keeps no data of an applicant who has withdrawn within reach."""
    application = applications.made(applications.chosen)
    applications.right("withdraw", application)
    applications.reached(application, ENDED)
    answer = applications.ask("read", application.id)
    kept = _repeated(answer.text(), applications.personal(applications.applicant()))
    if answer.ok and kept:
        yield Finding("no data of the applicant", f"{', '.join(kept)} told", "body", answer.exchange)


@check(writes=True, requests=3)
def surplus_is_not_kept(applications: Applications) -> Findings:
    """Keeps nothing of an applicant that it has not asked for."""
    answer = applications.sent(applications.chosen, applications.applicant({SURPLUS: COLOUR}))
    if answer.ok:
        shown = applications.ask("read", applications.identifier(applications.chosen, answer))
        if shown.ok and COLOUR in shown.text():
            yield Finding("a member that is refused or dropped", "it is kept", SURPLUS, shown.exchange)
    applications.made(applications.chosen)


@check(requests=2)
def privacy_notice_is_linked(applications: Applications) -> Findings:
    """Says with the reference data where the notice on personal data is, by a link that leads to it."""
    path = applications.rules.privacy_notice
    if not path:
        raise NotApplicable(
            "the bank's file names no place of the notice (writes.applications.privacy_notice)"
        )
    names = applications.rules.enumerations
    answer = applications.ask("reference", values={"name": member.last_name(names[0]) if names else ""})
    if not answer.ok:
        raise Inconclusive(f"the reference data were answered {told(answer)}")
    url = at(answer, path)
    if not re.match(r"https://[^/\s]", url, re.IGNORECASE):
        yield Finding("an https link to the notice", url[:100] or "none", path, answer.exchange)
        return
    if applications.access.tsp.knows(url):
        page = applications.access.tsp.get(url)
        if page.status in (404, 410):
            yield finding("a page with the notice", page, path)
