"""Making applications: who may, how often, and in what form."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from conformance.checks.application.refusal import key_field, text_member
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Applications

AT_ONCE = 4
LATER = (409, 425, 429, 503)
ABSENT = (404, 405, 410, 501)
MODES = ("application-link", "application-lead", "application-full")
XML = ("application/xml", b'<?xml version="1.0"?><application/>')


@check(requests=2)
def offered_in_some_way(applications: Applications, operation: Operation) -> Findings:
    """Has a way to apply for each product that it lists: by a link, a short form or in steps."""
    declared = set(MODES) & set(applications.access.target.capabilities)
    if not declared:
        raise Inconclusive(f"bank.yaml declares none of the capabilities {', '.join(MODES)}")
    if "application-link" in declared and operation.id in applications.rules.products:
        answer = applications.linked(operation.id)
        if answer.status in ABSENT:
            yield finding("a link to where the product is applied for", answer, "path")
        elif answer.status >= 400:
            raise Inconclusive(f"control request refused: the link was answered {answer.status}")


@check(writes=True, requests=2)
def function_takes_applications(applications: Applications, operation: Operation) -> Findings:
    """Takes applications for each product that it lists."""
    answer = applications.sent(operation.id)
    if answer.status in ABSENT:
        yield finding("an application is taken, since the function is listed", answer, "path")
    elif not answer.ok:
        raise Inconclusive(f"control request refused: the application was answered {answer.status}")


@check(writes=True, requests=3)
def token_is_needed(applications: Applications, operation: Operation) -> Findings:
    """Refuses an application of a TSP that does not say who it is."""
    answer = applications.sent(operation.id, authorized=False)
    if not refused(answer):
        yield finding("status 401 or 403 without a token", answer, "Authorization")
        return
    applications.made(operation.id)


@check(writes=True, requests=3)
def same_request_is_one(applications: Applications, operation: Operation) -> Findings:
    """Makes one application of one that is sent twice under its key."""
    header = key_field(applications)
    first = applications.made(operation.id)
    again = applications.sent(operation.id, key=first.key, content=first.content)
    if not again.ok and again.status not in LATER:
        yield finding("the first answer again", again, header)
    elif again.ok and applications.identifier(operation.id, again) not in (first.id, ""):
        yield Finding("the first application", "another one", header, again.exchange)


@check(writes=True, requests=3)
def other_request_is_refused(applications: Applications) -> Findings:
    """Refuses a key under which another application was made."""
    header, function = key_field(applications), applications.chosen
    first = applications.made(function)
    other = applications.applicant({text_member(applications): "Synthetic Other"})
    answer = applications.sent(function, other, key=first.key)
    if not refused(answer):
        yield finding("a refusal of a key that belongs to another application", answer, header)
        return
    applications.made(function, other)


@check(writes=True, requests=6)
def requests_at_the_same_time_are_one(applications: Applications) -> Findings:
    """Makes one application of several that arrive under one key at the same moment."""
    header, key, function = key_field(applications), applications.key(), applications.chosen
    applications.made(function)
    content = applications.content(function, None, key, applications.usual)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(applications.sent, function, key=key, content=content) for _ in range(AT_ONCE)]
        answers = [each.result() for each in sent]
    made = {applications.identifier(function, each) for each in answers if each.ok} - {""}
    if len(made) > 1:
        yield Finding("one application", f"{len(made)}", header, answers[-1].exchange)
    wrong = [each for each in answers if not each.ok and each.status not in LATER]
    if wrong:
        yield finding("the first answer again, or a status that asks to try again", wrong[0], header)


@check(writes=True, requests=5)
def submission_is_one(applications: Applications) -> Findings:
    """Submits an application once, however often it is asked to."""
    function = applications.chosen
    application = applications.made(function)
    first = applications.right("submit", application)
    again = applications.ask("submit", application.id)
    other = applications.shown(function, again) if again.ok else ""
    if applications.shown(function, first) == application.id and other not in ("", application.id):
        applications.found(function, other)
        yield Finding("the application itself, or a refusal", "another application", "id", again.exchange)


@check(writes=True, requests=3)
def other_media_type_is_refused_cleanly(applications: Applications) -> Findings:
    """Refuses XML where it describes another format, with an error of the request's own."""
    function = applications.chosen
    answer = applications.sent(function, content=XML)
    if not refused(answer):
        yield finding("status 415, or another that tells the request's own fault", answer, "Content-Type")
        return
    applications.made(function)


@check(writes=True, requests=3)
def digest_is_compared(applications: Applications) -> Findings:
    """Refuses an application whose Content-Digest is not that of its body."""
    function = applications.chosen
    wrong = ("Content-Digest", "sha-256=:" + "A" * 43 + "=:")
    answer = applications.sent(function, headers=(wrong,))
    if not refused(answer):
        yield finding("a refusal of a digest of something else", answer, "Content-Digest")
        return
    applications.made(function)
