"""A payment that waits at its bank until its customer has looked at it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from conformance.address import url_parts
from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.oauth.access import Access
from conformance.oauth.client import Client
from conformance.oauth.grant import Asked, Attempt
from conformance.oauth.login import Browser, Landing, Step
from conformance.oauth.settings import filled
from conformance.oauth.strategy import customer_values, decided, sees_pages
from conformance.writing.agreement import Agreed, Payment, at
from conformance.writing.rules import ApprovalRules


def _request(access: Access, rule: ApprovalRules, payment: Payment, client: Client) -> Asked:
    """A right authorization request that refers to a payment."""
    told: dict[str, Any] = {k: filled(v, {"id": payment.id}) for k, v in rule.parameters.items()}
    if rule.authorization_details is not None:
        told["authorization_details"] = json.dumps(filled(rule.authorization_details, {"id": payment.id}))
    return access.ask(client=client, **{"scope": rule.scope, "consent": "", **told})


def decide(access: Access, rule: ApprovalRules, payment: Payment, decision: str) -> None:
    """The customer of a payment approves or denies it; raises ``Inconclusive`` where they cannot."""
    if rule.link:
        on_the_page(access, payment.answer, rule.link, payment.agreed, decision)
        return
    client, customer = payment.agreed.client, payment.agreed.customer
    asked = _request(access, rule, payment, client)
    if decision == "approve":
        access.tokens(access.redeem(access.code(asked, customer=customer)), client)
        return
    access.landing(asked, customer=customer, decision=decision)


def foreign(access: Access, rule: ApprovalRules, payment: Payment, client: Client) -> Attempt:
    """What becomes of the request of another TSP that a customer be asked for a payment."""
    return access.attempt(_request(access, rule, payment, client))


def on_the_page(access: Access, answer: Answer, link: str, agreed: Agreed, decision: str) -> None:
    """The customer's way through the page that an answer links; raises ``Inconclusive`` without one."""
    told = at(answer, link)
    if not told:
        raise Inconclusive(f"the bank's answer has no link at {link} for the customer")
    try:
        url = urljoin(answer.request.url, told)
    except ValueError:
        raise Inconclusive(f"the bank's answer has no address at {link} for the customer") from None
    host = url_parts(url)
    if host is None or not url.isprintable() or not access.tsp.knows(url):
        named = f"{host.scheme}://{host.hostname}"[:100] if host else "none"
        raise Inconclusive(f"the customer is sent to a host that bank.yaml does not name: {named}")
    if not sees_pages(access.configured):
        raise Inconclusive("the page of a payment is gone through by login.strategy form alone")
    client = agreed.client
    window = Browser(access.tsp.knows, tuple({client.redirect_uri, *client.other_redirect_uris} - {""}))
    begun: Step = access.run(window.open(url), None)
    if isinstance(begun, Landing):
        raise Inconclusive("the link for the customer leads back without having asked them")
    values = customer_values(access.customer(agreed.customer))
    access.logs_in(agreed.customer)
    decided(access.configured, begun, window, values, decision, lambda flow: access.run(flow, None))
