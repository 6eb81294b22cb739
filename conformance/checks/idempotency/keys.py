"""What an idempotency key promises: one request, however often it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import finding
from conformance.writing.payments import Payments, refused

AT_ONCE = 4
LONGEST = 300.0
"""Seconds that a key may live for a run to wait for its end."""
LATER = (409, 425, 429, 503)
"""Statuses that ask a TSP to try again while the first request is on its way."""


@check(writes=True, requests=11, creates=2)
def same_request_is_one(payments: Payments, operation: Operation) -> Findings:
    """Answers a request that is repeated under its key with what the first one made."""
    payments.idempotency  # noqa: B018 - raises where the bank has no keys
    payment = payments.paid(payments.agreed(operation.id))
    again = payments.sent(payment.agreed, key=payment.key)
    if not again.ok:
        yield finding("the first answer again", again, payments.idempotency.header)
    elif payments.identifier(again, operation) != payment.id:
        yield Finding(
            expected="the identifier of the first answer",
            actual="another identifier: it was made twice",
            at=payments.idempotency.header,
            exchange=again.exchange,
        )


@check(writes=True, requests=11, creates=2)
def other_request_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a key under which another request was sent before."""
    rule = payments.idempotency
    payment = payments.paid(payments.agreed(operation.id))
    other = payments.agreed(operation.id, _other(payments, operation))
    answer = payments.sent(other, key=payment.key)
    if not refused(answer):
        yield finding("a refusal of a key that belongs to another request", answer, rule.header)
        return
    payments.paid(other)


def _other(payments: Payments, operation: Operation) -> dict[str, object]:
    """A right instruction that differs from the usual one."""
    usual = payments.instruction(operation.id)
    for name in ("reference", "order", "gift", "reason"):
        if isinstance(usual.get(name), str):
            return {**usual, name: f"{usual[name]} B"}
    raise Inconclusive(f"writes.values.{operation.id} has no member such as reference that may differ")


@check(writes=True, requests=14, creates=AT_ONCE)
def requests_at_the_same_time_are_one(payments: Payments, operation: Operation) -> Findings:
    """Makes one thing of requests that arrive under one key at the same moment."""
    rule, key = payments.idempotency, payments.key()
    agreed = payments.agreed(operation.id)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(payments.sent, agreed, key=key) for _ in range(AT_ONCE)]
        answers = [each.result() for each in sent]
    taken = [answer for answer in answers if answer.ok]
    if not taken:
        raise Inconclusive(f"control request refused: all were answered {answers[0].status}")
    made = {payments.identifier(answer, operation) for answer in taken}
    if made == {""}:
        raise Inconclusive("no answer names what was made, so that one is not told from many")
    if len(made) > 1:
        yield Finding(
            expected="one identifier",
            actual=f"{len(made)} identifiers: it was made more than once",
            at=rule.header,
            exchange=taken[-1].exchange,
        )
    wrong = [answer for answer in answers if not answer.ok and answer.status not in LATER]
    if wrong:
        yield Finding(
            expected="the first answer again, or a status that asks to try again",
            actual=f"status {wrong[0].status}",
            at=rule.header,
            exchange=wrong[0].exchange,
        )


@check(writes=True, requests=16, creates=2)
def key_belongs_to_its_tsp(payments: Payments, operation: Operation) -> Findings:
    """Takes a key from one TSP that another TSP has used."""
    rule, second = payments.idempotency, payments.access.second
    payment = payments.paid(payments.agreed(operation.id))
    other = payments.agreed(operation.id, client=second)
    answer = payments.sent(other, key=payment.key)
    same = answer.ok and payments.identifier(answer, operation) == payment.id
    if answer.ok and not same:
        return
    if not same:
        payments.paid(other)  # the control: without the shared key the other TSP's request is right
    yield Finding(
        expected="a payment of the other TSP's own",
        actual="the first TSP's payment" if same else f"status {answer.status}",
        at=rule.header,
        exchange=answer.exchange,
    )


@check(writes=True, requests=9, creates=1)
def key_is_needed(payments: Payments, operation: Operation) -> Findings:
    """Refuses an instruction without a key, where the bank says that it needs one."""
    rule = payments.idempotency
    agreed = payments.agreed(operation.id)
    if not rule.required:
        return
    answer = payments.sent(agreed, key="")
    if not refused(answer):
        yield finding("a refusal without the key", answer, rule.header)
        return
    payments.paid(agreed)


@check(writes=True, requests=16, creates=2)
def other_key_is_another_request(payments: Payments, operation: Operation) -> Findings:
    """Carries out an equal instruction under another key, which its customer has allowed as well."""
    rule = payments.idempotency
    first = payments.paid(payments.agreed(operation.id))
    answer = payments.sent(payments.agreed(operation.id))
    if refused(answer):
        raise NotApplicable("the bank refuses an equal instruction so soon, which it may")
    if answer.ok and payments.identifier(answer, operation) == first.id:
        yield Finding(
            expected="an identifier of its own",
            actual="the identifier of the request under the other key",
            at=rule.header,
            exchange=answer.exchange,
        )


def _lifetime(payments: Payments) -> float:
    seconds = payments.idempotency.lifetime
    if seconds > LONGEST:
        raise NotApplicable(f"a key lives {seconds:.0f} s, which is too long to wait for")
    return seconds


@check(writes=True, requests=11, creates=2)
def key_lives_as_long_as_declared(payments: Payments, operation: Operation) -> Findings:
    """Answers a repeated request as before for as long as it says that a key lives."""
    lifetime = _lifetime(payments)
    payment = payments.paid(payments.agreed(operation.id))
    soon = payments.sent(payment.agreed, key=payment.key)
    if not soon.ok or payments.identifier(soon, operation) != payment.id:
        raise NotApplicable("a request is not answered again at once, of which another requirement tells")
    payments.access.tsp.wait(lifetime * 0.8)
    again = payments.sent(payment.agreed, key=payment.key)
    if not again.ok or payments.identifier(again, operation) != payment.id:
        yield Finding(
            expected=f"the first answer again, {lifetime * 0.8:.0f} s later",
            actual=f"status {again.status}" if not again.ok else "another identifier",
            at=payments.idempotency.header,
            exchange=again.exchange,
        )


@check(writes=True, requests=18, creates=2)
def key_ends_as_declared(payments: Payments, operation: Operation) -> Findings:
    """Takes a key for a new request when its declared life is over."""
    lifetime = _lifetime(payments)
    payment = payments.paid(payments.agreed(operation.id))
    payments.access.tsp.wait(lifetime + 1.5)
    other = payments.agreed(operation.id, _other(payments, operation))
    answer = payments.sent(other, key=payment.key)
    same = answer.ok and payments.identifier(answer, operation) == payment.id
    if answer.ok and not same:
        return
    if not same:
        payments.paid(other)  # the control: under a fresh key the request is right
    yield Finding(
        expected="a request of its own",
        actual="the answer of the request before" if same else f"status {answer.status}",
        at=payments.idempotency.header,
        exchange=answer.exchange,
    )
