"""Events of payments that a TSP polls for: signed by the bank, for this TSP, about its payments alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance import jose
from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable
from conformance.jose import BadJws, Jws
from conformance.model import Finding
from conformance.oauth.client import Client
from conformance.operation import Operation
from conformance.path import compiled
from conformance.registry import Findings, check
from conformance.writing.payments import Payment, Payments

POLLS = 40
"""Polls that follow each other at most until there is nothing new."""
PATIENCE = 3
"""Times that an event which has not come yet is waited for, a second each."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it was polled: the token, taken apart where that can be done, and its exchange."""

    token: str
    jws: Jws | None
    exchange: int

    @property
    def id(self) -> str:
        return str(self.jws.claims.get("jti", "")) if self.jws else ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """A payment, the events that its TSP polled, those about it, and what the second TSP polled."""

    payment: Payment
    all: tuple[Told, ...]
    own: tuple[Told, ...]
    others: tuple[Told, ...]


def _polled(payments: Payments, client: Client | None = None) -> tuple[Told, ...]:
    answer, tokens = payments.events(client=client)
    return tuple(_told(token, answer) for token in tokens)


def _told(token: str, answer: Answer) -> Told:
    try:
        return Told(token, jose.taken_apart(token), answer.exchange)
    except BadJws:
        return Told(token, None, answer.exchange)


def _about(payments: Payments, told: Told) -> set[str]:
    rule = payments.settings.events
    if told.jws is None or rule is None:
        return set()
    return {str(match.value) for match in compiled(rule.about).find(dict(told.jws.claims))}


def _drained(payments: Payments, client: Client | None = None) -> Iterator[Told]:
    """All events that wait, oldest first; what was seen is acknowledged, so that the next ones come."""
    rule = payments.settings.events
    seen: set[str] = set()
    for _ in range(POLLS):
        fresh = [each for each in _polled(payments, client) if each.token not in seen]
        yield from fresh
        known = [each.id for each in fresh if each.id]
        if not known or rule is None or rule.acknowledge is None:
            return
        seen |= {each.token for each in fresh}
        payments.acknowledged(known, client=client)


def _until_told(payments: Payments, payment: Payment) -> tuple[Told, ...]:
    """What is polled until an event about a payment is among it, or nobody has patience any more."""
    found: tuple[Told, ...] = ()
    for _ in range(PATIENCE):
        found += _polled(payments)
        if any(payment.id in _about(payments, each) for each in found):
            break
        payments.access.tsp.wait(1.0)
    return found


def _harvest(payments: Payments, operation: Operation) -> Harvest:
    """A payment and the events after it, gathered once in a round."""
    if payments.settings.events is None:
        raise NotApplicable("the bank's file declares no events of payments (writes.events)")

    def fetch() -> Harvest:
        second = payments.access.second
        agreed = payments.agreed(operation.id)
        payments.own(payments.settings.read_scope, second)
        with payments.access.tsp.alone():
            list(_drained(payments))
            payment = payments.paid(agreed)
            found = _until_told(payments, payment)
            others = tuple(_drained(payments, second))
        own = tuple(each for each in found if payment.id in _about(payments, each))
        return Harvest(payment, found, own, others)

    harvest: Harvest = payments.access.memory.once(("payments", "events", operation.id), fetch)
    return harvest


def _own(payments: Payments, operation: Operation) -> Harvest:
    harvest = _harvest(payments, operation)
    if not harvest.own:
        raise Inconclusive("no event about the payment was polled")
    return harvest


@check(writes=True, requests=20, creates=1)
def event_is_told(payments: Payments, operation: Operation) -> Findings:
    """Tells the TSP of a payment by an event."""
    harvest = _harvest(payments, operation)
    if not harvest.own:
        unread = sum(each.jws is None for each in harvest.all)
        yield Finding(
            expected="an event about the payment",
            actual=f"{len(harvest.all)} events about others, of which {unread} are no signed tokens",
            at="events",
        )


@check(writes=True, requests=20, creates=1)
def event_is_signed(payments: Payments, operation: Operation) -> Findings:
    """Signs every event with a key that it has published."""
    harvest = _own(payments, operation)
    keys = _keys(payments)
    for each in harvest.own:
        if each.jws is None:
            continue
        try:
            jose.verified(each.jws, keys)
        except BadJws as fault:
            yield Finding(
                "a signature by a published key", f"the token {fault}"[:200], "events", each.exchange
            )
            return


def _keys(payments: Payments) -> list[Mapping[str, Any]]:
    rule, access = payments.settings.events, payments.access
    url = rule.keys if rule is not None and rule.keys else access.server.endpoint("jwks_uri")
    try:
        found = access.tsp.get(url).json()
    except NotJson as error:
        raise Inconclusive(f"the keys of events cannot be read: {error}") from error
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list):
        raise Inconclusive("the keys of events are no key set")
    return [each for each in keys if isinstance(each, dict)]


@check(writes=True, requests=20, creates=1)
def event_names_its_parties(payments: Payments, operation: Operation) -> Findings:
    """Names the bank as the issuer of an event and the TSP as its audience."""
    harvest, rule = _own(payments, operation), payments.settings.events
    issuer = rule.issuer if rule is not None and rule.issuer else payments.access.server.issuer
    for each in harvest.own:
        claims: Mapping[str, Any] = each.jws.claims if each.jws else {}
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != issuer:
            yield Finding(f"iss {issuer}", f"iss {claims.get('iss')!r}"[:200], "events.iss", each.exchange)
        if payments.access.client.client_id not in named:
            yield Finding(
                "aud with the TSP's client_id", f"aud {audience!r}"[:200], "events.aud", each.exchange
            )
        if not claims.get("jti"):
            yield Finding("jti, by which an event is known", "none", "events.jti", each.exchange)
        return


@check(writes=True, requests=20, creates=1)
def events_are_ones_own(payments: Payments, operation: Operation) -> Findings:
    """Tells another TSP no event of a payment."""
    harvest = _own(payments, operation)
    foreign = [each for each in harvest.others if harvest.payment.id in _about(payments, each)]
    if foreign:
        yield Finding(
            expected="no event of a payment that another TSP has made",
            actual=f"{len(foreign)} of them",
            at="events",
            exchange=foreign[0].exchange,
        )


@check(writes=True, requests=20, creates=1)
def event_keeps_the_payee_to_itself(payments: Payments, operation: Operation) -> Findings:
    """Names in an event the payment, and neither its payee's identification nor name."""
    harvest = _own(payments, operation)
    creditor = harvest.payment.agreed.instruction.get("creditor")
    if not isinstance(creditor, Mapping):
        raise NotApplicable(f"the instruction of {operation.id} names no payee")
    values = [str(v) for k, v in creditor.items() if k in ("identification", "name") and len(str(v)) > 5]
    for each in harvest.own:
        said = jose.decoded(each.token.split(".")[1]).decode("utf-8", "replace")
        if any(value in said for value in values):
            yield Finding("an event without the payee's data", "the payee's data", "events", each.exchange)
            return


@check(writes=True, requests=24, creates=1)
def unacknowledged_event_stays(payments: Payments, operation: Operation) -> Findings:
    """Gives an event again until it is acknowledged, and then no more."""
    if payments.settings.events is None or payments.settings.events.acknowledge is None:
        raise NotApplicable("the bank's file declares no way to acknowledge events (writes.events)")
    agreed = payments.agreed(operation.id)
    with payments.access.tsp.alone():
        list(_drained(payments))
        payment = payments.paid(agreed)
        came = _until_told(payments, payment)
        first = next((each for each in came if each.id and payment.id in _about(payments, each)), None)
        if first is None:
            raise Inconclusive("no event about the payment was polled")
        if first.id not in {each.id for each in _polled(payments)}:
            yield Finding("the event again until it is acknowledged", "it is gone", "events", first.exchange)
            return
        payments.acknowledged([first.id])
        if first.id in {each.id for each in _polled(payments)}:
            yield Finding("no event that was acknowledged", "it comes again", "events", first.exchange)
