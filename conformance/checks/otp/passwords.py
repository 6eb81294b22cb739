"""One-time passwords that confirm a mandate: bounded in tries and time, told to nobody, good once."""

from __future__ import annotations

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.password import another
from conformance.writing.payments import Payment, Payments, refused

UNKNOWN_BOUND = 10


def _begun(payments: Payments, operation: Operation) -> Payment:
    return payments.paid(payments.agreed(operation.id))


def _control(payments: Payments, payment: Payment, password: str) -> None:
    answer = payments.confirm(payment, password)
    if not answer.ok:
        raise Inconclusive(f"control request refused: the right password was answered {told(answer)}")


def _right_after(payments: Payments, operation: Operation, payment: Payment, password: str) -> None:
    """The control after one wrong password: of another payment, where no more than one is allowed."""
    if payments.passwords.tries > 1:
        _control(payments, payment, password)
        return
    other = _begun(payments, operation)
    _control(payments, other, payments.password(other))


def _finding(expected: str, actual: str, exchange: int) -> Finding:
    return Finding(expected=expected, actual=actual, at="one-time password", exchange=exchange)


@check(writes=True, requests=11)
def wrong_password_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a wrong one-time password."""
    payment = _begun(payments, operation)
    password = payments.password(payment)
    answer = payments.confirm(payment, another(password))
    if not refused(answer):
        yield _finding("a refusal of a wrong password", f"status {answer.status}", answer.exchange)
        return
    _right_after(payments, operation, payment, password)


@check(writes=True, requests=20)
def tries_are_bounded(payments: Payments, operation: Operation) -> Findings:
    """Takes even the right one-time password no more after as many wrong ones as the bank says."""
    payment = _begun(payments, operation)
    password = payments.password(payment)
    other = _begun(payments, operation)
    for _ in range(payments.passwords.tries):
        payments.confirm(payment, another(password))
    answer = payments.confirm(payment, password)
    if answer.ok:
        yield _finding(
            f"a refusal after {payments.passwords.tries} wrong passwords",
            f"status {answer.status}",
            answer.exchange,
        )
        return
    _control(payments, other, payments.password(other))


@check(writes=True, requests=12)
def password_ends(payments: Payments, operation: Operation) -> Findings:
    """Refuses a one-time password whose time is over."""
    lifetime = payments.passwords.lifetime
    if lifetime > 300:
        raise NotApplicable(f"a password lives {lifetime:.0f} s, which is too long to wait for")
    payment = _begun(payments, operation)
    password = payments.password(payment)
    payments.access.tsp.wait(lifetime + 1.5)
    answer = payments.confirm(payment, password)
    if not refused(answer):
        yield _finding("a refusal of an old password", f"status {answer.status}", answer.exchange)
        return
    other = _begun(payments, operation)
    _control(payments, other, payments.password(other))


@check(writes=True, requests=11)
def password_is_told_to_nobody(payments: Payments, operation: Operation) -> Findings:
    """Tells a TSP in no answer the password that is for the customer."""
    payment = _begun(payments, operation)
    if payments.passwords.fixed is not None:
        raise NotApplicable("the sandbox's password is a constant one")
    password = payments.password(payment)
    for answer in (payment.answer, payments.status(payment)):
        if password in answer.text() or any(password in value for _, value in answer.headers):
            yield _finding("an answer without the password", "the password", answer.exchange)
            return
    _control(payments, payment, password)


@check(writes=True, requests=12)
def password_is_good_once(payments: Payments, operation: Operation) -> Findings:
    """Refuses a one-time password that has been used."""
    payment = _begun(payments, operation)
    password = payments.password(payment)
    _control(payments, payment, password)
    again = payments.confirm(payment, password)
    if not refused(again):
        yield _finding("a refusal of a used password", f"status {again.status}", again.exchange)


@check(writes=True, requests=20)
def password_is_of_its_mandate(payments: Payments, operation: Operation) -> Findings:
    """Refuses the one-time password of another mandate."""
    one, two = _begun(payments, operation), _begun(payments, operation)
    first, second = payments.password(one), payments.password(two)
    if first == second:
        raise Inconclusive("both mandates have the same password")
    answer = payments.confirm(one, second)
    if not refused(answer):
        yield _finding("a refusal of another mandate's password", f"status {answer.status}", answer.exchange)
        return
    _right_after(payments, operation, one, first)


@check(writes=True, requests=14)
def password_is_replaced(payments: Payments, operation: Operation) -> Findings:
    """Refuses a one-time password when a new one has been sent."""
    payment = _begun(payments, operation)
    old = payments.password(payment)
    payments.renewed(payment)
    new = payments.password(payment)
    if old == new:
        raise Inconclusive("the new password is the same as the old one")
    answer = payments.confirm(payment, old)
    if not refused(answer):
        yield _finding("a refusal of the replaced password", f"status {answer.status}", answer.exchange)
        return
    _right_after(payments, operation, payment, new)


@check(writes=True, requests=20)
def passwords_differ(payments: Payments, operation: Operation) -> Findings:
    """Gives every mandate a one-time password of its own."""
    if payments.passwords.fixed is not None:
        raise NotApplicable("the sandbox's password is a constant one")
    passwords = [payments.password(_begun(payments, operation)) for _ in range(3)]
    if len(set(passwords)) == 1:
        yield Finding(expected="three passwords", actual="one for all", at="one-time password")


@check(writes=True, requests=22)
def renewals_are_bounded(payments: Payments, operation: Operation) -> Findings:
    """Sends a customer no endless row of one-time passwords."""
    asked = payments.passwords.renew
    if asked is None:
        raise NotApplicable("the bank's file declares no way to renew a password")
    payment = _begun(payments, operation)
    for _ in range(UNKNOWN_BOUND):
        answer = payments.ask(asked, payment.id)
        if not answer.ok:
            return
    yield _finding(f"a refusal within {UNKNOWN_BOUND} renewals", "none", answer.exchange)
