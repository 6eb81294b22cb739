"""Events about consents and accounts, which a TSP polls for in its own name."""

from __future__ import annotations

import json

from conformance.answer import Answer
from conformance.errors import NotApplicable
from conformance.model import Finding, Request
from conformance.oauth.client import Client
from conformance.operation import Operation
from conformance.protected import Protected
from conformance.registry import Findings, check
from conformance.row import Row

SIZE = (("page_size", "100"),)


def _polled(protected: Protected, client: Client | None = None) -> tuple[tuple[Row, ...], Answer]:
    """The TSP's events, and the answer that has them."""
    operation = _events(protected)
    rule = protected.access.settings.consent
    token = protected.access.machine(rule.scope if rule is not None and rule.scope else None, client=client)
    query = SIZE if operation.canonical else ()
    rows: list[Row] = []
    for number in range(1, 21):
        page = (("page", str(number)),) if operation.canonical and number > 1 else ()
        answer = protected.access.call(token, protected.request(operation, query=(*query, *page)))
        found = protected.reading(operation).rows_of(answer).rows if answer.ok else ()
        rows += found
        if len(found) < 100 or not operation.canonical:
            break
    return tuple(rows), answer


def _events(protected: Protected) -> Operation:
    operation = protected.operation("accounts.events")
    if protected.access.settings.consent is None:
        raise NotApplicable("the bank makes no consents before its customers are asked")
    return operation


def _acknowledged(protected: Protected, names: list[str], client: Client | None = None) -> Answer:
    """The answer to the acknowledgement of events, as the canonical API has it."""
    operation = _events(protected)
    if not operation.canonical:
        raise NotApplicable("the bank does not speak the canonical API, which says how to acknowledge")
    rule = protected.access.settings.consent
    token = protected.access.machine(rule.scope if rule is not None and rule.scope else None, client=client)
    plain = protected.request(operation)
    headers = (*plain.headers, ("Content-Type", "application/json"))
    body = json.dumps({"acknowledge": names}).encode()
    return protected.access.call(token, Request("POST", plain.url.split("?")[0], headers, body))


def _about(rows: tuple[Row, ...], consent: str) -> list[Row]:
    return [row for row in rows if row.text("consent_id") == consent]


@check(requests=12, logins=(1,))
def approval_told(protected: Protected) -> Findings:
    """Tells the TSP by an event that a customer has approved its consent."""
    _events(protected)
    consent = protected.fresh().consent
    rows, answer = _polled(protected)
    if not _about(rows, consent):
        yield Finding("an event about the consent", "none", "events", answer.exchange)


@check(requests=12, logins=(1,))
def events_are_own(protected: Protected) -> Findings:
    """Tells a TSP events about its own consents alone."""
    other = protected.access.second
    _events(protected)
    consent = protected.fresh().consent
    rows, answer = _polled(protected, other)
    if _about(rows, consent):
        yield Finding("events about the TSP's own consents", "another TSP's", "events", answer.exchange)


@check(writes=True, requests=13, logins=(1,))
def acknowledged_events_go(protected: Protected) -> Findings:
    """Tells an event no more once it was acknowledged."""
    consent = protected.fresh().consent
    mine = _about(_polled(protected)[0], consent)
    names = [row.text("id") or "" for row in mine]
    if not names:
        raise NotApplicable("there is no event to acknowledge")
    answer = _acknowledged(protected, names)
    if answer.ok and _about(_polled(protected)[0], consent):
        yield Finding("no acknowledged event", "the same event again", "events", answer.exchange)


@check(writes=True, requests=14, logins=(1,))
def foreign_acknowledgement_ignored(protected: Protected) -> Findings:
    """Keeps an event that another TSP acknowledges."""
    other = protected.access.second
    consent = protected.fresh().consent
    names = [row.text("id") or "" for row in _about(_polled(protected)[0], consent)]
    if not names:
        raise NotApplicable("there is no event to acknowledge")
    answer = _acknowledged(protected, names, other)
    if not _about(_polled(protected)[0], consent):
        yield Finding("the event to stay", "gone", "events", answer.exchange)
