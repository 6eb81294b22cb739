"""What an instruction may hold: amounts, currencies, payees, dates, and the members that must be there.

A bank may refuse at the first step at which it sees an instruction, or when it is to be carried out: what
passes the first step is taken on to the last. No wrong amount would cost more than a right one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.checks.payment.days import later
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing import calendar, member
from conformance.writing.agreement import finding
from conformance.writing.payments import Payments, Refusal, refused


def _refuses(
    payments: Payments, operation: Operation, wrong: Iterable[tuple[str, Mapping[str, Any]]], at: str
) -> Findings:
    """Proposes instructions that are wrong, and one that is right."""
    instruction = payments.instruction(operation.id)
    late = False
    for what, changes in wrong:
        refusal = payments.refusal(operation.id, {**instruction, **changes})
        late = late or refusal.late
        if not refusal.refused:
            yield finding(f"a refusal of {what}", refusal.answer, at)
            return
    _control(payments, operation, late=late)


def _control(payments: Payments, operation: Operation, *, late: bool = False) -> None:
    """A right instruction, taken as far as the wrong ones came: to the first step, or to the last."""
    if late:
        payments.paid(payments.agreed(operation.id))
        return
    answer = payments.proposed(operation.id, payments.instruction(operation.id))
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right instruction was answered {told(answer)}")


def _amount(payments: Payments, operation: Operation) -> str:
    value = payments.instruction(operation.id).get("amount")
    if not isinstance(value, str):
        raise NotApplicable(f"the instruction of {operation.id} has no amount that is a text")
    return value


@check(writes=True, requests=3, creates=2)
def zero_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment of nothing."""
    _amount(payments, operation)
    wrong = [("an amount of 0", {"amount": "0"}), ("an amount of 0.00", {"amount": "0.00"})]
    yield from _refuses(payments, operation, wrong, "amount")


@check(writes=True, requests=3, creates=1)
def negative_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment of less than nothing, which would take money from its payee."""
    amount = _amount(payments, operation)
    yield from _refuses(payments, operation, [("a negative amount", {"amount": f"-{amount}"})], "amount")


@check(writes=True, requests=3, creates=1)
def precision_fits_the_currency(payments: Payments, operation: Operation) -> Findings:
    """Refuses an amount with more decimals than its currency has, in place of rounding it."""
    amount = Decimal(_amount(payments, operation)).quantize(Decimal("0.01"))
    wrong = [("an amount with three decimals", {"amount": f"{amount}5"})]
    yield from _refuses(payments, operation, wrong, "amount")


@check(writes=True, intrusive=True, requests=4)
def limit_is_kept(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payment above the largest that the bank says it takes, and amounts beyond all sense."""
    _amount(payments, operation)
    largest = payments.settings.largest
    if not largest:
        raise NotApplicable("the bank's file declares no largest payment (writes.largest)")
    over = Decimal(largest) + Decimal("0.01")
    wrong = [("an amount above the largest", str(over)), ("an amount of 30 digits", "9" * 30)]
    instruction = payments.instruction(operation.id)
    for what, amount in wrong:  # at the first step alone: nothing above the largest is carried out
        answer = payments.proposed(operation.id, {**instruction, "amount": amount})
        if not refused(answer):
            yield finding(f"a refusal of {what}", answer, "amount")
            return
    _control(payments, operation)


@check(writes=True, requests=3, creates=1)
def exponent_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses an amount written with an exponent."""
    written = f"{Decimal(_amount(payments, operation)):E}".lower()
    yield from _refuses(payments, operation, [(f"the amount {written}", {"amount": written})], "amount")


@check(writes=True, requests=3, creates=1)
def other_digits_are_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses an amount in digits other than those of ASCII."""
    wide = _amount(payments, operation).translate({48 + n: 0xFF10 + n for n in range(10)})
    yield from _refuses(payments, operation, [("full-width digits", {"amount": wide})], "amount")


@check(writes=True, requests=8, creates=6)
def loose_numbers_are_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses what only resembles an amount: blanks, a plus sign, separators, words."""
    amount = _amount(payments, operation)
    loose = (f" {amount}", f"+{amount}", f"0,00{amount}", f"HKD{amount}", "NaN", "")
    yield from _refuses(payments, operation, [(f"the amount {x!r}", {"amount": x}) for x in loose], "amount")


@check(writes=True, requests=4, creates=3)
def unknown_currency_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a currency that does not exist, and one that is not spelt as ISO 4217 spells it."""
    if "currency" not in payments.instruction(operation.id):
        raise NotApplicable(f"the instruction of {operation.id} has no currency")
    wrong = [(f"the currency {x}", {"currency": x}) for x in ("XXX", "HK$", "QQQ")]
    yield from _refuses(payments, operation, wrong, "currency")


@check(writes=True, requests=9, creates=3)
def missing_member_is_named(payments: Payments, operation: Operation) -> Findings:
    """Refuses an instruction that lacks a compulsory member, and names it."""
    for name, refusal in _lacking(payments, operation):
        answer = refusal.answer
        said = answer.text().lower().replace("-", "_")
        if refused(answer) and not any(each.lower() in said for each in payments.names(operation.id, name)):
            yield Finding(
                expected=f"an error that names {name}",
                actual=answer.text()[:200] or "an empty body",
                at=name,
                exchange=answer.exchange,
            )
            return


@check(writes=True, requests=9, creates=3)
def missing_member_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses an instruction that lacks its amount, currency or payee as the request's own fault."""
    for name, refusal in _lacking(payments, operation):
        if not refusal.refused:
            yield finding(f"status 4xx without {name}", refusal.answer, name)
            return


def _lacking(payments: Payments, operation: Operation) -> Iterable[tuple[str, Refusal]]:
    instruction = payments.instruction(operation.id)
    named = ("amount", "currency", "creditor", "limit", *payments.settings.required)
    compulsory = [n for n in named if member.found(instruction, n) is not None]
    if not compulsory:
        raise NotApplicable(f"no member of {operation.id} is known to be compulsory")

    def fetch() -> list[tuple[str, Refusal]]:
        kept: list[tuple[str, Refusal]] = [
            (name, payments.refusal(operation.id, member.changed(instruction, {name: None})))
            for name in compulsory
        ]
        _control(payments, operation, late=any(refusal.late for _, refusal in kept))
        return kept

    found: list[tuple[str, Refusal]] = payments.access.memory.once(
        ("payments", "lacking", operation.id), fetch
    )
    return found


WRONG_PAYEES: Mapping[str, tuple[str, ...]] = {
    "phone": ("+852-", "+852-61AB4567"),
    "email": ("payee.customer.example", "@customer.example"),
    "fps_id": ("12AB567", "1"),
    "account": ("", "not-an-account"),
}


@check(writes=True, requests=10, creates=8)
def payee_is_in_its_form(payments: Payments, operation: Operation) -> Findings:
    """Refuses a payee's phone number, e-mail address, FPS identifier or account that is none."""
    wrong: list[tuple[str, Mapping[str, Any]]] = []
    for creditor in payments.settings.creditors:
        kind = creditor.get("kind") or creditor.get("scheme", "")
        wrong += [
            (f"the {kind} {value!r}", {"creditor": {**creditor, "identification": value}})
            for value in WRONG_PAYEES.get(kind, ())
        ]
    if not wrong:
        raise NotApplicable("the bank's file names no payees by scheme or kind (writes.creditors)")
    yield from _refuses(payments, operation, wrong, "creditor")


@check(writes=True, requests=3, creates=1)
def qr_checksum_is_checked(payments: Payments, operation: Operation) -> Findings:
    """Refuses a QR payload whose checksum is not that of its content (EMVCo, Hong Kong's common QR)."""
    qr = payments.payee_by("qr")
    if qr is None:
        raise NotApplicable("the bank's file names no payee by QR code (writes.creditors)")
    text = qr.get("identification", "")
    altered = text[:-1] + ("1" if text.endswith("0") else "0")
    wrong = [("a QR payload with another checksum", {"creditor": {**qr, "identification": altered}})]
    yield from _refuses(payments, operation, wrong, "creditor")


@check(writes=True, requests=6, creates=3)
def unregistered_payee_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a phone number, e-mail address or FPS identifier that nobody has registered."""
    nobody = [dict(each) for each in payments.settings.unregistered]
    if not nobody:
        raise NotApplicable("the bank's file names no payee that nobody has registered (writes.unregistered)")
    wrong = [(f"a {c.get('scheme', 'payee')} that nobody has registered", {"creditor": c}) for c in nobody]
    yield from _refuses(payments, operation, wrong, "creditor")


@check(writes=True, requests=6)
def declared_payees_are_taken(payments: Payments, operation: Operation) -> Findings:
    """Takes every kind of payee that the bank says it takes."""
    instruction = payments.instruction(operation.id)
    if not payments.settings.creditors:
        raise NotApplicable("the bank's file names no payees (writes.creditors)")
    _control(payments, operation)
    for creditor in payments.settings.creditors:
        if dict(creditor) == instruction.get("creditor"):
            continue
        answer = payments.proposed(operation.id, {**instruction, "creditor": dict(creditor)})
        if not answer.ok:
            yield finding(
                f"a payee by {creditor.get('scheme', 'the declared scheme')} is taken", answer, "creditor"
            )


@check(writes=True, requests=3, creates=1)
def past_date_is_refused(payments: Payments, operation: Operation, *, member: str) -> Findings:
    """Refuses a payment to be made on a day that has passed."""
    later(payments, operation, member, 3)
    past = calendar.moment(payments.access.now()).date() - timedelta(days=40)
    yield from _refuses(payments, operation, [("a day in the past", {member: past.isoformat()})], member)


@check(writes=True, requests=3)
def error_keeps_the_payee_to_itself(payments: Payments, operation: Operation) -> Findings:
    """Repeats no payee's name or identification in an error, or in a header field of any answer."""
    secrets = [c for c in payments.settings.creditors if len(c.get("identification", "")) > 5]
    if not secrets:
        raise NotApplicable("the bank's file names no payees (writes.creditors)")
    creditor = dict(secrets[0])
    usual = {**payments.instruction(operation.id), "creditor": creditor}
    spoilt = {**creditor, "identification": f"{creditor['identification']}?"}
    for wrong in (member.changed(usual, {"amount": None}), {**usual, "creditor": spoilt}):
        answer = payments.proposed(operation.id, wrong)
        said = "\n".join((answer.text(), *(value for _, value in answer.headers)))
        shown = _repeated(creditor, said) if refused(answer) else 0
        if shown:
            yield _telling("an error without the payee's data", shown, "body", answer)
            return
    taken = payments.made(operation.id)
    told_ = taken.agreed.instruction.get("creditor")
    shown = _repeated(told_, "\n".join(value for _, value in taken.answer.headers))
    if shown:
        yield _telling("header fields without the payee's data", shown, "headers", taken.answer)


def _repeated(creditor: Any, said: str) -> int:
    """How many of a payee's values stand in a text."""
    values = creditor.items() if isinstance(creditor, Mapping) else ()
    return sum(k in ("identification", "name") and len(str(v)) > 3 and str(v) in said for k, v in values)


def _telling(expected: str, shown: int, at: str, answer: Answer) -> Finding:
    return Finding(expected, f"{shown} of its values are repeated", at, answer.exchange)
