"""Short forms by which a customer asks the bank to call back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.answer import Answer
from conformance.checks.application.refusal import disagreed, key_field
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing import member
from conformance.writing.agreement import at, finding, refused
from conformance.writing.applications import Applications


def _taken(applications: Applications, function: str, key: str = "") -> Answer:
    """The answer to a right form: the control."""
    answer = applications.enquired(function, key=key)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right form was answered {told(answer)}")
    return answer


def _form(applications: Applications, changes: Mapping[str, Any]) -> dict[str, Any]:
    return member.changed(applications.lead.form, changes)


@check(writes=True, requests=3)
def lead_needs_a_token(applications: Applications, operation: Operation) -> Findings:
    """Refuses a short form of a TSP that does not say who it is."""
    answer = applications.enquired(operation.id, authorized=False)
    if not refused(answer):
        yield finding("status 401 or 403 without a token", answer, "Authorization")
        return
    _taken(applications, operation.id)


@check(writes=True, requests=3)
def lead_is_one(applications: Applications) -> Findings:
    """Makes one enquiry of a short form that is sent twice under its key."""
    header, function = key_field(applications), applications.chosen
    key, path = applications.key(), applications.lead.id
    first = at(_taken(applications, function, key), path)
    if not first:
        raise NotApplicable("the bank answers a short form without an identifier")
    again = applications.enquired(function, key=key)
    if not again.ok:
        yield finding("the first answer again", again, header)
    elif at(again, path) != first:
        yield Finding("the first enquiry", "another one", header, again.exchange)


@check(writes=True, requests=5)
def incomplete_lead_is_refused(applications: Applications) -> Findings:
    """Refuses a short form that lacks what is compulsory."""
    names = applications.lead.required
    if not names:
        raise NotApplicable("the bank's file names no compulsory members (writes.applications.lead.required)")
    for name in names[:8]:
        answer = applications.enquired(applications.chosen, _form(applications, {name: None}))
        if not refused(answer):
            yield finding(f"a refusal of a form without {name}", answer, name)
            return
    _taken(applications, applications.chosen)


@check(writes=True, requests=4)
def lead_needs_consent(applications: Applications) -> Findings:
    """Takes no short form of a customer who has not agreed to be called."""
    name = applications.lead.consents
    given = member.found(applications.lead.form, name) if name else None
    if given is None:
        raise NotApplicable("the bank's file names no consents of the form (writes.applications.lead)")
    for what, value in disagreed(given).items():
        answer = applications.enquired(applications.chosen, _form(applications, {name: value}))
        if not refused(answer):
            yield finding(f"a refusal of a form {what}", answer, name)
            return
    _taken(applications, applications.chosen)


def _personal(applications: Applications) -> dict[str, str]:
    """The personal data of the form: what looks like a way to reach somebody, or is the applicant's."""
    own = set(applications.personal(applications.rules.applicant).values())
    texts = {name: v for name, v in applications.lead.form.items() if isinstance(v, str)}
    return {n: v for n, v in texts.items() if v in own or "@" in v or sum(map(str.isdecimal, v)) >= 8}


@check(writes=True, requests=4)
def lead_error_keeps_the_customer_to_itself(applications: Applications) -> Findings:
    """Repeats no data of the customer in the refusal of a short form."""
    personal = _personal(applications)
    for name in (*applications.lead.required, applications.lead.consents):
        if not name:
            continue
        answer = applications.enquired(applications.chosen, _form(applications, {name: None}))
        said = "\n".join((answer.text(), *(value for _, value in answer.headers)))
        shown = [role for role, value in personal.items() if value in said]
        if refused(answer) and shown:
            yield Finding(
                "an error without the customer's data", f"it tells the {shown[0]}", "body", answer.exchange
            )
            return
    _taken(applications, applications.chosen)
