"""The one-time password with which an applicant confirms: their own, told to nobody, not to be guessed."""

from __future__ import annotations

from conformance.checks.application.refusal import ENDED
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.registry import Findings, check
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Application, Applications
from conformance.writing.password import another

PLACE = "one-time password"


def _drafted(applications: Applications) -> tuple[Application, str]:
    """A draft, and the password that its applicant was sent; raises ``Inconclusive`` without one."""
    applications.passwords  # noqa: B018 - raises where applicants confirm by no password
    draft = applications.made(applications.chosen)
    password = applications.password(draft.id)
    if not password.strip("0"):
        raise Inconclusive("the sandbox tells no one-time password of an applicant")
    return draft, password


def _control(applications: Applications, draft: Application, password: str) -> None:
    answer = applications.ask("submit", draft.id, values={"otp": password})
    if not answer.ok:
        raise Inconclusive(f"control request refused: the right password was answered {told(answer)}")


@check(writes=True, requests=8)
def wrong_password_submits_nothing(applications: Applications) -> Findings:
    """Submits no application with a wrong one-time password."""
    draft, password = _drafted(applications)
    answer = applications.ask("submit", draft.id, values={"otp": another(password)})
    if not refused(answer):
        yield finding("a refusal of a wrong password", answer, PLACE)
        return
    draft, password = (draft, password) if applications.passwords.tries > 1 else _drafted(applications)
    _control(applications, draft, password)


@check(writes=True, requests=12)
def password_is_of_its_application(applications: Applications) -> Findings:
    """Submits no application with the one-time password of another."""
    (one, first), (_, second) = _drafted(applications), _drafted(applications)
    if first == second:
        raise Inconclusive("both applicants have the same password")
    answer = applications.ask("submit", one.id, values={"otp": second})
    if not refused(answer):
        yield finding("a refusal of another applicant's password", answer, PLACE)
        return
    one, first = (one, first) if applications.passwords.tries > 1 else _drafted(applications)
    _control(applications, one, first)


@check(writes=True, requests=18)
def password_tries_are_bounded(applications: Applications) -> Findings:
    """Takes even the right one-time password no more after as many wrong ones as the bank says."""
    draft, password = _drafted(applications)
    for _ in range(applications.passwords.tries):
        applications.ask("submit", draft.id, values={"otp": another(password)})
    answer = applications.ask("submit", draft.id, values={"otp": password})
    if answer.ok and applications.standing(draft) not in (ENDED - {""}) | {"draft"}:
        expected = f"a refusal after {applications.passwords.tries} wrong passwords"
        yield finding(expected, answer, PLACE)
        return
    _control(applications, *_drafted(applications))


@check(writes=True, requests=8)
def password_is_told_to_the_applicant_alone(applications: Applications) -> Findings:
    """Tells a TSP in no answer the password that is for the applicant."""
    draft, password = _drafted(applications)
    answers = [draft.answer, applications.right("read", draft), *applications.sendings]
    for answer in answers:
        if password in answer.text() or any(password in value for _, value in answer.headers):
            yield Finding("an answer without the password", "the password", PLACE, answer.exchange)
            return
    _control(applications, draft, password)


@check(writes=True, requests=14)
def passwords_of_applicants_differ(applications: Applications) -> Findings:
    """Gives every applicant a one-time password of their own."""
    drafts = [_drafted(applications) for _ in range(3)]
    if len({password for _, password in drafts}) == 1:
        yield Finding("three passwords", "one for all", PLACE)
        return
    _control(applications, *drafts[0])
