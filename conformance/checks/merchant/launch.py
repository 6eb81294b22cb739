"""Payments to a merchant, app to app and web to app: where the customer is sent, and what counts as paid."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from conformance.address import url_parts
from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Request
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import at, finding
from conformance.writing.payments import Payment, Payments, refused

PERSONAL = re.compile(
    r"(?i)^(name|customer|account|amount|phone|mobile|email|hkid|address|payer|payee|creditor|debtor)"
)
MERCHANTS = "other.merchant-payment"
SETTLED = ("completed", "settled", "accepted", "paid")


def _openable(payments: Payments, url: str) -> str:
    """A URL that the suite may open; raises ``Inconclusive`` for another."""
    if url_parts(url) is None or not url.isprintable() or not payments.access.tsp.knows(url):
        raise Inconclusive("the launch URL is not one that the suite may open")
    return url


def _launch(payments: Payments, operation: Operation) -> tuple[Payment, str]:
    """A payment, and where its customer is sent to approve it."""
    if operation.id != MERCHANTS:
        link = payments.approval.link
        if not link:
            raise NotApplicable("the customer is sent to the authorization server, not to a page")
        waiting = payments.waiting(payments.agreed(operation.id))
        return waiting, at(waiting.answer, link)
    payment = payments.made(operation.id)
    url = payment.row.text("launch_url")
    if not url:
        raise Inconclusive("the bank tells no launch URL")
    return payment, url


@check(writes=True, requests=8, creates=1)
def launch_url_is_secure(payments: Payments, operation: Operation) -> Findings:
    """Sends the customer to https, where an app may take over the link, and nowhere else."""
    payment, url = _launch(payments, operation)
    parts = url_parts(url)
    scheme = parts.scheme.lower() if parts else ""
    if scheme != "https":
        yield Finding(
            expected="a launch URL with https",
            actual=f"scheme {scheme or 'none'}",
            at=payment.row.place("launch_url"),
            exchange=payment.answer.exchange,
        )


@check(writes=True, requests=9, creates=1)
def launch_url_answers(payments: Payments, operation: Operation) -> Findings:
    """Serves the page that it sends the customer to."""
    payment, url = _launch(payments, operation)
    answer = payments.access.tsp.send(Request("GET", _openable(payments, url), (("Accept", "text/html"),)))
    if answer.status >= 400:
        yield finding("a page, or a redirect to one", answer, payment.row.place("launch_url"))


CLAIMS = ("/.well-known/assetlinks.json", "/.well-known/apple-app-site-association")
"""Where a host says which apps may open its links: for Android, and for Apple's systems."""


@check(writes=True, requests=10, creates=1)
def launch_url_is_an_apps(payments: Payments, operation: Operation) -> Findings:
    """Names the bank's app as the one that opens the launch URL, so that no other app can."""
    _, url = _launch(payments, operation)
    host = urlsplit(_openable(payments, url))
    asked = Request("GET", "", (("Accept", "application/json"),))
    answers = [
        payments.access.tsp.send(replace(asked, url=urlunsplit((host.scheme, host.netloc, path, "", ""))))
        for path in CLAIMS
    ]
    if not any(_claims(answer) for answer in answers):
        yield Finding(
            expected=f"an app named at {CLAIMS[0]} or {CLAIMS[1]} of the launch URL's host",
            actual=f"status {answers[0].status} and {answers[1].status}, and no app",
            at="launch_url",
            exchange=answers[0].exchange,
        )


def _claims(answer: Answer) -> bool:
    """Whether an answer names an app: a statement of Digital Asset Links, or Apple's list of app links."""
    if answer.status != 200:
        return False
    try:
        told: Any = answer.json()
    except NotJson:
        return False
    if isinstance(told, dict):
        links = told.get("applinks")
        return isinstance(links, dict) and bool(links.get("details"))
    targets = (
        [each.get("target") for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    )
    return any(isinstance(each, dict) and each.get("package_name") for each in targets)


@check(writes=True, requests=8, creates=1)
def launch_url_is_the_banks(payments: Payments, operation: Operation) -> Findings:
    """Sends the customer to a host of the bank."""
    payment, url = _launch(payments, operation)
    host = url_parts(url)
    if host is not None and host.scheme == "https" and not payments.access.tsp.knows(url):
        yield Finding(
            expected="a host that the bank's file names, under base_url, authorization or hosts",
            actual=f"host {(host.hostname or 'none')[:100]}",
            at=payment.row.place("launch_url"),
            exchange=payment.answer.exchange,
        )


@check(writes=True, requests=8, creates=1)
def launch_url_is_impersonal(payments: Payments, operation: Operation) -> Findings:
    """Puts neither the customer nor the payment into the query of the launch URL."""
    payment, url = _launch(payments, operation)
    parts = url_parts(url)
    telling = [name for name, _ in parse_qsl(parts.query if parts else "") if PERSONAL.match(name)]
    if telling:
        yield Finding(
            expected="a reference that tells nothing",
            actual=f"query parameters {', '.join(telling[:5])}",
            at=payment.row.place("launch_url"),
            exchange=payment.answer.exchange,
        )


@check(writes=True, requests=10, creates=1)
def result_is_settled_by_the_bank(payments: Payments, operation: Operation) -> Findings:
    """Settles nothing on the word of the browser that comes to the launch URL."""
    payment = payments.paid(payments.agreed(operation.id))
    url = _openable(payments, payment.row.text("launch_url") or "")
    mark = "&" if urlsplit(url).query else "?"
    claimed = f"{url}{mark}status=success&result=paid&code=0000"
    payments.access.tsp.send(Request("GET", claimed, (("Accept", "text/html"),)))
    status = payments.standing(payment).text("status") or ""
    if status in SETTLED:
        yield Finding(
            expected="a payment that awaits its customer",
            actual=f"status {status}",
            at="status",
        )


@check(writes=True, requests=4)
def return_url_is_registered(payments: Payments, operation: Operation, *, member: str) -> Findings:
    """Refuses to send the customer back to an address that the TSP has not registered."""
    instruction = payments.instruction(operation.id)
    if member not in instruction:
        raise NotApplicable(f"the instruction of {operation.id} has no {member}")
    for url in ("https://attacker.example/return", f"{instruction[member]}.attacker.example/"):
        answer = payments.proposed(operation.id, {**instruction, member: url})
        if not refused(answer):
            yield finding("a refusal of an address that is not registered", answer, member)
            return
    control = payments.proposed(operation.id, instruction)
    if not control.ok:
        raise Inconclusive(f"control request refused: {told(control)}")
