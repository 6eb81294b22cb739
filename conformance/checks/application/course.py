"""The course of an application, from draft to its end."""

from __future__ import annotations

from conformance.checks.application.refusal import ENDED, text_member
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.registry import Findings, check
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Applications

ORDER = {
    "draft": 0,
    "submitted": 1,
    "received": 1,
    "in_progress": 2,
    "approved": 3,
    "declined": 3,
    "withdrawn": 3,
}


@check(writes=True, requests=6)
def submitted_application_is_fixed(applications: Applications) -> Findings:
    """Changes no application that has been submitted."""
    name, function = text_member(applications), applications.chosen
    draft = applications.made(function)
    right = applications.altered(draft, {name: "Synthetic Draft"})
    if not right.ok:
        raise Inconclusive(f"control request refused: the change of a draft was answered {told(right)}")
    application = applications.submitted(function)
    answer = applications.altered(application, {name: "Synthetic Change"})
    if not refused(answer) and applications.status(application) != "draft":
        yield finding("a refusal to change what was submitted", answer, name)


@check(writes=True, requests=5)
def submission_takes_effect(applications: Applications) -> Findings:
    """Calls an application that it has submitted a draft no longer."""
    application = applications.submitted(applications.chosen)
    now = applications.reached(application, None, left="draft")
    if now == "draft":
        yield Finding("submitted, or what comes after it", now, "status")


@check(writes=True, requests=8)
def status_moves_forward(applications: Applications) -> Findings:
    """Never takes an application's status back."""
    application = applications.submitted(applications.chosen)
    before = applications.status(application)
    for _ in range(4):
        now = applications.status(application)
        if before in ORDER and now in ORDER and ORDER[now] < ORDER[before]:
            yield Finding(f"{before}, or what comes after it", now, "status")
            return
        before = now or before


@check(writes=True, requests=5)
def withdrawal_ends_it(applications: Applications) -> Findings:
    """Ends an application that is withdrawn."""
    application = applications.made(applications.chosen)
    applications.right("withdraw", application)
    now = applications.reached(application, ENDED)
    if now not in ENDED:
        yield Finding("withdrawn", now, "status")


@check(writes=True, requests=6)
def withdrawn_application_stays_so(applications: Applications) -> Findings:
    """Submits no application that was withdrawn."""
    application = applications.made(applications.chosen)
    applications.right("withdraw", application)
    if applications.reached(application, ENDED) in ENDED:
        answer = applications.ask("submit", application.id)
        now = applications.standing(application) if answer.ok else ""
        if now in ORDER and now not in ENDED:
            yield Finding("withdrawn still", now, "status", answer.exchange)
    applications.submitted(applications.chosen)
