"""The steps of an application: what is taken, what is refused, and what nobody else learns."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import at, refused
from conformance.writing.applications import Applications

AT_ONCE = 4
LATER = (409, 425, 429, 503)
SURPLUS = "favourite_colour"
ORDER = {
    "draft": 0,
    "submitted": 1,
    "received": 1,
    "in_progress": 2,
    "approved": 3,
    "declined": 3,
    "withdrawn": 3,
}


def _finding(expected: str, answer: Answer, at: str) -> Finding:
    return Finding(expected, f"status {answer.status}", at, answer.exchange)


def _keys(applications: Applications) -> str:
    rule = applications.rules.idempotency
    if rule is None:
        raise NotApplicable("the bank's file declares no key of applications")
    return rule.header


@check(writes=True, requests=3)
def token_is_needed(applications: Applications, operation: Operation) -> Findings:
    """Refuses an application of a TSP that does not say who it is."""
    answer = applications.sent(operation.id, authorized=False)
    if not refused(answer):
        yield _finding("status 401 or 403 without a token", answer, "Authorization")
        return
    applications.made(operation.id)


@check(writes=True, requests=3)
def same_request_is_one(applications: Applications, operation: Operation) -> Findings:
    """Makes one application of one that is sent twice under its key."""
    header = _keys(applications)
    first = applications.made(operation.id)
    again = applications.sent(operation.id, key=first.key)
    if not again.ok:
        yield _finding("the first answer again", again, header)
    elif applications.identifier(operation.id, again) != first.id:
        yield Finding("the first application", "another one", header, again.exchange)


@check(writes=True, requests=3)
def other_request_is_refused(applications: Applications, operation: Operation) -> Findings:
    """Refuses a key under which another application was made."""
    header = _keys(applications)
    first = applications.made(operation.id)
    other = applications.applicant(**{_text(applications): "Synthetic Other"})
    answer = applications.sent(operation.id, other, key=first.key)
    if not refused(answer):
        yield _finding("a refusal of a key that belongs to another application", answer, header)
        return
    applications.made(operation.id, other)


def _text(applications: Applications) -> str:
    found = [n for n in ("name", "employer") if isinstance(applications.applicant().get(n), str)]
    if not found:
        raise Inconclusive("writes.applications.applicant has no name or employer that may differ")
    return found[0]


@check(writes=True, requests=6)
def requests_at_the_same_time_are_one(applications: Applications, operation: Operation) -> Findings:
    """Makes one application of several that arrive under one key at the same moment."""
    header, key = _keys(applications), applications.key()
    applications.made(operation.id)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(applications.sent, operation.id, key=key) for _ in range(AT_ONCE)]
        answers = [each.result() for each in sent]
    made = {applications.identifier(operation.id, each) for each in answers if each.ok}
    if len(made) > 1:
        yield Finding("one application", f"{len(made)}", header, answers[-1].exchange)
    wrong = [each for each in answers if not each.ok and each.status not in LATER]
    if wrong:
        yield _finding("the first answer again, or a status that asks to try again", wrong[0], header)


@check(writes=True, requests=5)
def submission_is_one(applications: Applications, operation: Operation) -> Findings:
    """Submits an application once, however often it is asked to."""
    application = applications.submitted(operation.id)
    again = applications.ask("submit", application.id)
    other = applications.identifier(operation.id, again) if again.ok else ""
    if other and other != application.id:
        yield Finding("the application itself, or a refusal", "another application", "id", again.exchange)


@check(writes=True, requests=8)
def enumerations_resolve(applications: Applications, operation: Operation) -> Findings:
    """Takes every value that the reference data list, and lists values for every enumerated member."""
    listed = applications.enumerations()
    for name in applications.rules.enumerations:
        if not listed.get(name):
            yield Finding(f"values of {name}", "none", f"reference data: {name}")
            continue
        for value in listed[name][:5]:
            condition = applications.rules.conditional.get(f"{name}={value}")
            sample = applications.applicant(**{name: value})
            if condition and condition not in sample:
                continue
            answer = applications.sent(operation.id, sample)
            if not answer.ok:
                yield _finding(f"{name} {value!r} is taken, as the reference data say", answer, name)
                return


def _refuses(
    applications: Applications, operation: Operation, what: str, changes: Mapping[str, Any], at: str
) -> Findings:
    answer = applications.sent(operation.id, applications.applicant(**changes))
    if not refused(answer):
        yield _finding(f"a refusal of {what}", answer, at)
        return
    applications.made(operation.id)


@check(writes=True, requests=3)
def unlisted_value_is_refused(applications: Applications, operation: Operation) -> Findings:
    """Refuses a value that the reference data do not list."""
    names = applications.rules.enumerations
    if not names:
        raise NotApplicable("the bank's file names no enumerated members")
    yield from _refuses(applications, operation, "an unlisted value", {names[0]: "zz-unlisted"}, names[0])


@check(writes=True, requests=5)
def form_is_checked(applications: Applications, operation: Operation) -> Findings:
    """Refuses a birth date, phone number or e-mail address that is none."""
    applicant = applications.applicant()
    wrong = {"birth_date": "31/12/1990", "phone": "call me", "email": "nobody"}
    chosen = {name: value for name, value in wrong.items() if name in applicant}
    if not chosen:
        raise NotApplicable("the applicant has no member whose form is known")
    for name, value in chosen.items():
        answer = applications.sent(operation.id, {**applicant, name: value})
        if not refused(answer):
            yield _finding(f"a refusal of {name} {value!r}", answer, name)
            return
    applications.made(operation.id)


@check(writes=True, requests=6)
def incomplete_is_not_submitted(applications: Applications, operation: Operation) -> Findings:
    """Submits no application that lacks what is compulsory."""
    for name, answer in _incomplete(applications, operation):
        if not refused(answer):
            yield _finding(f"a refusal of an application without {name}", answer, name)
            return


@check(writes=True, requests=6)
def missing_member_is_named(applications: Applications, operation: Operation) -> Findings:
    """Names what an application lacks when it refuses it."""
    for name, answer in _incomplete(applications, operation):
        if refused(answer) and name.lower() not in answer.text().lower():
            yield Finding(
                f"an error that names {name}", answer.text()[:200] or "an empty body", name, answer.exchange
            )
            return


def _incomplete(applications: Applications, operation: Operation) -> list[tuple[str, Answer]]:
    names = applications.rules.required
    if not names:
        raise NotApplicable("the bank's file names no compulsory members (writes.applications.required)")

    def fetch() -> list[tuple[str, Answer]]:
        found = []
        for name in names[:4]:
            answer = applications.sent(operation.id, applications.applicant(**{name: None}))
            if answer.ok:
                answer = applications.ask("submit", applications.identifier(operation.id, answer))
            found.append((name, answer))
        applications.submitted(operation.id)
        return found

    key = ("applications", "incomplete", operation.id)
    kept: list[tuple[str, Answer]] = applications.access.memory.once(key, fetch)
    return kept


@check(writes=True, requests=5)
def condition_holds(applications: Applications, operation: Operation) -> Findings:
    """Submits no application that lacks what another of its values makes compulsory."""
    rules = applications.rules.conditional
    if not rules:
        raise NotApplicable("the bank's file names no conditional members")
    condition, name = next(iter(rules.items()))
    member, _, value = condition.partition("=")
    answer = applications.sent(operation.id, applications.applicant(**{member: value, name: None}))
    if answer.ok:
        answer = applications.ask("submit", applications.identifier(operation.id, answer))
    if not refused(answer):
        yield _finding(f"a refusal without {name} where {member} is {value}", answer, name)
        return
    applications.submitted(operation.id)


@check(writes=True, requests=6)
def consent_is_needed(applications: Applications, operation: Operation) -> Findings:
    """Submits no application whose applicant has not agreed to what is done with their data."""
    name = applications.rules.consents
    if not name:
        raise NotApplicable("the bank's file names no member with consents (writes.applications.consents)")
    given = applications.applicant().get(name)
    if not isinstance(given, list):
        raise Inconclusive(f"the applicant's {name} is no list of consents")
    denied = [{**each, "given": False} for each in given if isinstance(each, dict)]
    for what, value in (("without consents", None), ("whose consents are denied", denied)):
        answer = applications.sent(operation.id, applications.applicant(**{name: value}))
        if answer.ok:
            answer = applications.ask("submit", applications.identifier(operation.id, answer))
        if not refused(answer):
            yield _finding(f"a refusal of an application {what}", answer, name)
            return
    applications.submitted(operation.id)


@check(writes=True, requests=3)
def error_keeps_the_applicant_to_itself(applications: Applications, operation: Operation) -> Findings:
    """Repeats no data of the applicant in an error."""
    applicant = applications.applicant()
    wrong = {**applicant, **{n: "not-a-date" for n in ("birth_date",) if n in applicant}}
    wrong |= {"phone": "private 61239876"} if "phone" in applicant else {}
    answer = applications.sent(operation.id, wrong)
    said = answer.text()
    values = [v for n, v in wrong.items() if n in ("name", "phone", "email") and isinstance(v, str)]
    shown = [v for v in values if v in said]
    if refused(answer) and shown:
        yield Finding(
            "an error without the applicant's data", f"{len(shown)} values repeated", "body", answer.exchange
        )


@check(writes=True, requests=4)
def status_is_its_tsps_alone(applications: Applications, operation: Operation) -> Findings:
    """Tells another TSP nothing of an application."""
    second = applications.access.second
    application = applications.made(operation.id)
    answer = applications.ask("read", application.id, client=second)
    if not refused(answer):
        yield _finding("a refusal of another TSP's question", answer, "path")
        return
    applications.right("read", application)


@check(writes=True, requests=5)
def foreign_application_is_like_none(applications: Applications, operation: Operation) -> Findings:
    """Answers for another TSP's application as for one that does not exist."""
    second = applications.access.second
    application = applications.made(operation.id)
    foreign = applications.ask("read", application.id, client=second)
    unknown = applications.ask("read", application.id[::-1], client=second)
    if refused(foreign) and refused(unknown) and foreign.status != unknown.status:
        yield _finding(f"status {unknown.status}, as for an unknown one", foreign, "path")
    applications.right("read", application)


@check(writes=True, requests=6)
def submitted_application_is_fixed(applications: Applications, operation: Operation) -> Findings:
    """Changes no application that has been submitted."""
    name = _text(applications)
    draft = applications.made(operation.id)
    applications.right("change", draft, body={name: "Synthetic Draft"})
    application = applications.submitted(operation.id)
    answer = applications.ask("change", application.id, body={name: "Synthetic Change"})
    if not refused(answer):
        yield _finding("a refusal to change what was submitted", answer, name)


@check(writes=True, requests=8)
def status_moves_forward(applications: Applications, operation: Operation) -> Findings:
    """Never takes an application's status back."""
    application = applications.submitted(operation.id)
    before = applications.status(application)
    for _ in range(4):
        now = applications.status(application)
        if before in ORDER and now in ORDER and ORDER[now] < ORDER[before]:
            yield Finding(f"{before}, or what comes after it", now, "status")
            return
        before = now or before


@check(writes=True, requests=5)
def withdrawal_ends_it(applications: Applications, operation: Operation) -> Findings:
    """Ends an application that is withdrawn."""
    application = applications.made(operation.id)
    applications.right("withdraw", application)
    answer = applications.ask("read", application.id)
    if answer.ok and applications.status(application) not in ("withdrawn", "cancelled", "deleted", ""):
        yield Finding("withdrawn", applications.status(application), "status", answer.exchange)


@check(writes=True, requests=5)
def withdrawal_deletes_the_data(applications: Applications, operation: Operation) -> Findings:
    """Keeps no data of an applicant who has withdrawn within reach."""
    application = applications.made(operation.id)
    applications.right("withdraw", application)
    answer = applications.ask("read", application.id)
    applicant = applications.applicant()
    kept = [n for n in ("name", "phone", "email") if str(applicant.get(n, "\0")) in answer.text()]
    if answer.ok and kept:
        yield Finding("no data of the applicant", f"{', '.join(kept)} told", "body", answer.exchange)
    applications.ledger.clean(application.id)


@check(writes=True, requests=3)
def surplus_is_not_kept(applications: Applications, operation: Operation) -> Findings:
    """Keeps nothing of an applicant that it has not asked for."""
    sample = applications.applicant(**{SURPLUS: "synthetic-ultramarine"})
    answer = applications.sent(operation.id, sample)
    if answer.ok:
        shown = applications.ask("read", applications.identifier(operation.id, answer))
        if shown.ok and "synthetic-ultramarine" in shown.text():
            yield Finding("a member that is refused or dropped", "it is kept", SURPLUS, shown.exchange)
    applications.made(operation.id)


@check(requests=2)
def privacy_notice_is_linked(applications: Applications) -> Findings:
    """Says with the reference data where the notice on personal data is."""
    path = applications.rules.privacy_notice
    if not path:
        raise NotApplicable(
            "the bank's file names no place of the notice (writes.applications.privacy_notice)"
        )
    answer = applications.ask("reference")
    if not answer.ok:
        raise Inconclusive(f"the reference data were answered {told(answer)}")
    if not at(answer, path).startswith("https://"):
        yield Finding("an https link to the notice", at(answer, path) or "none", path, answer.exchange)


@check(writes=True, requests=3)
def digest_is_compared(applications: Applications, operation: Operation) -> Findings:
    """Refuses an application whose Content-Digest is not that of its body."""
    wrong = ("Content-Digest", "sha-256=:" + "A" * 43 + "=:")
    answer = applications.sent(operation.id, headers=(wrong,))
    if not refused(answer):
        yield _finding("a refusal of a digest of something else", answer, "Content-Digest")
        return
    applications.made(operation.id)
