"""The consent resource of a bank, as its bank.yaml describes it."""

from __future__ import annotations

import json
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.oauth.client import Client
from conformance.oauth.consent import DAYS, consent_answer, consent_request
from conformance.oauth.grant import told
from conformance.oauth.settings import Asked, ConsentRule
from conformance.protected import Protected

HEADERS = ("X-Consent-Id", "Consent-ID", "Consent-Id", "X-Consent-ID", "x-fapi-consent-id")
"""Header fields in which bank APIs of the world carry the identifier of a consent."""


def rule_of(protected: Protected, *names: str, by_day: bool = True) -> ConsentRule:
    """How consents are made; raises ``NotApplicable`` where none is, or they lack one of the names.

    A moment may be told ``by_day`` alone, unless that says too little.
    """
    rule = protected.access.settings.consent
    if rule is None:
        raise NotApplicable("the bank makes no consents before its customers are asked")
    template = json.dumps(rule.create.json_)
    for name in names:
        known = (name, DAYS[name]) if by_day and name in DAYS else (name,)
        if not any("{" + each + "}" in template for each in known):
            raise NotApplicable(f"the bank's consents have no {name}")
    return rule


def made(protected: Protected, **members: Any) -> Answer:
    """The answer to the making of a consent, right but for the members given."""
    access = protected.access
    return consent_answer(access, rule_of(protected), access.client, protected.permissions, members)


def control(protected: Protected) -> Answer:
    """The making of a right consent; raises ``Inconclusive`` when it is refused."""
    answer = made(protected)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right consent was answered {told(answer)}")
    return answer


def sent(protected: Protected, asked: Asked | None, consent: str, client: Client | None = None) -> Answer:
    """The answer to a request about one consent, sent by a TSP in its own name."""
    if asked is None:
        raise NotApplicable("bank.yaml does not say how a consent is read or revoked")
    rule = rule_of(protected)
    token = protected.access.machine(rule.scope or None, client=client)
    request = consent_request(protected.access, asked, {"consent_id": consent})
    return protected.access.call(token, request)


def revoked(protected: Protected, consent: str) -> Answer:
    """The answer to a right revocation; raises ``Inconclusive`` when it is refused."""
    answer = sent(protected, rule_of(protected).revoke, consent)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right revocation was answered {told(answer)}")
    return answer
