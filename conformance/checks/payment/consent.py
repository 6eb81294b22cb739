"""A payment is the one that its customer allowed, and is made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.currency import exponent
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.consent import consent_request, instant, referring
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import finding
from conformance.writing.payments import Agreed, Payments, refused

AT_ONCE = 4
LIKELY = ("CNY", "CNH")
"""Currencies that a bank in Hong Kong may take beside its own."""
SHORT = 6.0
"""Seconds that a consent lives which is to end before it is used."""


def _changed(
    payments: Payments, operation: Operation, wrong: Iterable[Mapping[str, Any]], what: str
) -> Findings:
    """Gives instructions other than the one agreed to, and then the right one."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    agreed = payments.agreed(operation.id)
    for changes in wrong:
        answer = payments.sent(agreed, instruction={**agreed.instruction, **changes})
        if not refused(answer):
            yield finding(
                f"a refusal of a payment whose {what} is not the one that the customer allowed",
                answer,
                f"{what} of the instruction",
            )
            return
    payments.paid(agreed)


def _member(payments: Payments, operation: Operation, name: str) -> Any:
    value = payments.instruction(operation.id).get(name)
    if value is None:
        raise NotApplicable(f"the instruction of {operation.id} has no {name}")
    return value


@check(writes=True, requests=12, creates=2)
def amount_is_that_of_the_consent(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment of another amount than its customer allowed."""
    amount = Decimal(_member(payments, operation, "amount"))
    least = Decimal(1).scaleb(-exponent(str(_member(payments, operation, "currency"))))
    wrong = [{"amount": str(amount + more)} for more in (amount, least)]
    yield from _changed(payments, operation, wrong, "amount")


@check(writes=True, requests=12, creates=1)
def currency_is_that_of_the_consent(payments: Payments, operation: Operation, *, other: str) -> Findings:
    """Refuses a payment in another currency than its customer allowed."""
    present = _member(payments, operation, "currency")
    if present == other:
        raise NotApplicable(f"payments are in {other} already")
    others = [each for each in (other, *LIKELY) if each != present]
    yield from _changed(payments, operation, [{"currency": each} for each in others], "currency")


@check(writes=True, requests=12, creates=1)
def payee_is_that_of_the_consent(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment to another payee than its customer allowed."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    present = _member(payments, operation, "creditor")
    others = [dict(each) for each in payments.settings.creditors if dict(each) != present]
    if not others:
        raise Inconclusive("writes.creditors names no second payee in bank.yaml")
    yield from _changed(payments, operation, [{"creditor": others[0]}], "creditor")


@check(writes=True, requests=16, creates=1)
def account_is_that_of_the_consent(payments: Payments, operation: Operation, *, member: str) -> Findings:
    """Refuses a payment from another account than its customer allowed."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    payments.knows(operation.id, member)
    instruction = payments.instruction(operation.id)
    known = payments.accounts()
    if len(known) < 2:
        raise Inconclusive("only one account of the customer is known; give writes.accounts in bank.yaml")
    wanted = {**instruction, member: known[0]}
    if not payments.proposed(operation.id, wanted).ok:
        raise NotApplicable("the bank takes no instruction that names the account to charge")
    agreed = payments.agreed(operation.id, wanted)
    answer = payments.sent(agreed, instruction={**instruction, member: known[1]})
    if not refused(answer):
        yield finding(
            "a refusal of a payment whose account is not the one that the customer allowed",
            answer,
            "account of the instruction",
        )
        return
    payments.paid(agreed)


@check(writes=True, requests=12, creates=1)
def consent_serves_one_function(payments: Payments, operation: Operation, *, other: str) -> Findings:
    """Refuses an instruction of another kind than its customer allowed."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    payments.operation(other)
    instruction = payments.instruction(other)
    agreed = payments.agreed(operation.id)
    stranger = Agreed(other, instruction, agreed.tokens, agreed.consent, agreed.client)
    answer = payments.sent(stranger)
    if not refused(answer):
        yield finding(f"a refusal of {other} with a consent to {operation.id}", answer, "Authorization")
        return
    payments.paid(agreed)


@check(writes=True, requests=12, creates=2)
def consent_is_used_once(payments: Payments, operation: Operation) -> Findings:
    """Refuses a second payment with a consent that has been used."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    agreed = payments.agreed(operation.id)
    payment = payments.paid(agreed)
    again = payments.sent(agreed)
    same = again.ok and payments.identifier(again, operation) == payment.id
    if not refused(again) and not same:
        yield finding("a refusal of a second payment with the same consent", again, "Authorization")


@check(writes=True, requests=14, creates=AT_ONCE)
def consent_is_used_once_at_the_same_time(payments: Payments, operation: Operation) -> Findings:
    """Makes one payment of several that use one consent at the same moment."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    agreed = payments.agreed(operation.id)
    answers = at_once(lambda: payments.sent(agreed))
    taken = [answer for answer in answers if answer.ok]
    if not taken:
        raise Inconclusive(f"control request refused: {told(answers[0])}")
    made = {payments.identifier(answer, operation) for answer in taken}
    if len(taken) > 1 and made == {""}:
        raise Inconclusive("no answer names what was made, so that one is not told from many")
    if len(taken) > 1 and len(made) > 1:
        yield Finding(
            expected="one payment",
            actual=f"{len(made)} payments",
            at="Authorization",
            exchange=taken[-1].exchange,
        )


def at_once(send: Any) -> list[Answer]:
    """The answers to a request that leaves several times at the same moment."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [each.result() for each in [pool.submit(send) for _ in range(AT_ONCE)]]


@check(writes=True, requests=14, creates=1)
def consent_ends(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment with a consent that has ended by its time."""
    if "expires_at" not in str(payments.rule.create.json_):
        raise NotApplicable("the bank's consents to a payment have no end that a TSP sets")
    agreed = payments.agreed(operation.id, expires_at=instant(payments.access.now() + SHORT))
    payments.access.tsp.wait(SHORT + 1.5)
    answer = payments.sent(agreed)
    yield from _ended(payments, operation, answer, "that has expired")


@check(writes=True, requests=14, creates=1)
def revoked_consent_pays_nothing(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment with a consent that its TSP has revoked."""
    asked = payments.rule.revoke
    if asked is None:
        raise NotApplicable("the bank's file declares no way to revoke a consent (writes.consent.revoke)")
    agreed = payments.agreed(operation.id)
    request = consent_request(payments.access, asked, {"consent_id": agreed.consent})
    answer = payments.access.call(payments.own(payments.rule.scope), request)
    if not answer.ok:
        raise Inconclusive(f"the consent could not be revoked: {told(answer)}")
    yield from _ended(payments, operation, payments.sent(agreed), "that was revoked")


def _ended(payments: Payments, operation: Operation, answer: Answer, which: str) -> Iterator[Finding]:
    if not refused(answer):
        yield finding(f"a refusal of a payment with a consent {which}", answer, "Authorization")
        return
    payments.made(operation.id)


@check(writes=True, requests=12, creates=1)
def consent_of_another_tsp_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Lets no TSP ask a customer for the consent that another TSP has made."""
    access = payments.access
    consent = payments.awaiting(operation.id, payments.instruction(operation.id))
    named = referring(payments.rule, consent)
    asked = access.ask(client=access.second, scope=payments.settings.scope, consent="", **named)
    attempt = access.attempt(asked)
    if attempt.accepted:
        yield Finding(
            expected="a refusal of a consent that another TSP has made",
            actual=attempt.words,
            at="authorization_details",
            exchange=attempt.answer.exchange,
        )
        return
    right = access.attempt(access.ask(scope=payments.settings.scope, consent="", **named))
    if not right.accepted:
        raise Inconclusive(f"control request refused: {right.words}")


@check(writes=True, requests=14, creates=1)
def customer_must_have_agreed(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment before its customer has allowed it, with the TSP's own token or another's."""
    access, instruction = payments.access, payments.instruction(operation.id)
    machine = payments.own(payments.rule.scope)
    consent = payments.awaiting(operation.id, instruction)
    answer = payments.sent(Agreed(operation.id, instruction, machine, consent, access.client))
    if refused(answer) and payments.names_consents(operation.id):
        other = payments.agreed(operation.id)
        answer = payments.sent(Agreed(operation.id, instruction, other.tokens, consent, access.client))
    if not refused(answer):
        yield finding("a refusal of a payment that no customer has allowed", answer, "Authorization")
        return
    allowed = payments.authorised(consent)
    payments.paid(Agreed(operation.id, instruction, allowed, consent, access.client))


@check(writes=True, requests=8, creates=1)
def token_is_needed(payments: Payments, operation: Operation) -> Findings:
    """Refuses an instruction without a token."""
    agreed = payments.agreed(operation.id)
    answer = payments.sent(agreed, after=lambda request: request.without_header("Authorization"))
    if not refused(answer):
        yield finding("status 401 or 403 without a token", answer, "Authorization")
        return
    payments.paid(agreed)


@check(writes=True, requests=24, creates=1)
def consent_is_of_the_tokens_customer(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment that one customer has allowed with the token of another."""
    payments.rule  # noqa: B018 - raises where there is no such consent
    if not payments.names_consents(operation.id):
        raise NotApplicable("an instruction names no consent: the token alone says which it is")
    if len(payments.access.configured.customers) < 2:
        raise Inconclusive("only one customer is configured (authorization.customers)")
    own, foreign = payments.agreed(operation.id), payments.agreed(operation.id, customer=1)
    mixed = replace(own, consent=foreign.consent)
    answer = payments.sent(mixed)
    if not refused(answer):
        yield finding("a refusal of another customer's consent", answer, "Authorization")
        return
    payments.paid(own)
