"""Payments as a TSP makes and follows them: passwords, debits, refunds, events, and what became of each."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable
from conformance.oauth.client import Client
from conformance.oauth.consent import consent_request
from conformance.oauth.grant import Attempt, told
from conformance.oauth.settings import Asked
from conformance.path import compiled
from conformance.protected import Protected
from conformance.row import Row
from conformance.writing import approval
from conformance.writing.agreement import Agreed, Instruction, Payment, at, refused
from conformance.writing.amounts import written
from conformance.writing.instructions import NEW, Instructions
from conformance.writing.rules import ApprovalRules
from conformance.writing.settings import OneTimePassword

_SECOND_CUSTOMER = threading.Lock()
__all__ = ["Agreed", "Payment", "Payments", "refused"]


BOOKED = ("current", "booked", "ledger", "closing_booked")
"""Types of balances that change with an entry alone."""
NOT_MADE = ("rejected", "failed", "cancelled")
"""Statuses of an instruction that was received and is not carried out."""
MADE = ("completed", "settled", "active")
"""Statuses of an instruction that was carried out."""
PATIENCE = (0.25, 1.0, 3.0)
"""Seconds between looks at what a bank that takes instructions first (202) makes of a wrong one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Whether a wrong instruction was refused, the last answer, and whether it passed the first step."""

    refused: bool
    answer: Answer
    late: bool


class Payments(Instructions):
    """One case's view of the functions of Phase IV, and of all that follows an instruction."""

    # One-time passwords.

    @property
    def passwords(self) -> OneTimePassword:
        rule = self.settings.one_time_password
        if rule is None:
            raise NotApplicable("the bank's file declares no one-time passwords (writes.one_time_password)")
        return rule

    def password(self, payment: Payment) -> str:
        """The password that the customer of an instruction has been sent now."""
        rule = self.passwords
        if rule.fixed is not None:
            return rule.fixed.reveal()
        if rule.inbox is None:
            raise Inconclusive("the bank's file tells no way to a synthetic customer's password")
        found = at(self.ask(rule.inbox, payment.id, reads=True), rule.at)
        if not found:
            raise Inconclusive("the sandbox tells no one-time password")
        self.access.tsp.hide(found, "OTP")
        return found

    def confirm(self, payment: Payment, password: str) -> Answer:
        """The answer to a password."""
        return self.ask(self.passwords.confirm, payment.id, values={"otp": password})

    def renewed(self, payment: Payment) -> None:
        """Has the customer sent another password."""
        asked = self.passwords.renew
        if asked is None:
            raise NotApplicable("the bank's file declares no way to renew a password")
        answer = self.ask(asked, payment.id)
        if not answer.ok:
            raise Inconclusive(f"control request refused: the renewal was answered {told(answer)}")

    # Approval of what has been instructed.

    @property
    def approval(self) -> ApprovalRules:
        rule = self.settings.approval
        if rule is None:
            raise NotApplicable("the bank's customers allow no payment afterwards (writes.approval)")
        return rule

    def decided(self, payment: Payment, decision: str = "approve") -> None:
        """Has the customer of a waiting payment approve or deny it; what is approved costs."""
        agreed, number = payment.agreed, 0
        if decision == "approve":
            number = self.intended(f"{agreed.function} approval", agreed.instruction, payment.key)
        approval.decide(self.access, self.approval, payment, decision)
        if number:
            self.ledger.settle(number, "made", payment.id)

    def foreign_approval(self, payment: Payment, client: Client) -> Attempt:
        """What becomes of the wish of another TSP that a customer be asked for a payment."""
        return approval.foreign(self.access, self.approval, payment, client)

    def waiting(self, agreed: Agreed, *, key: str = NEW, **options: Any) -> Payment:
        """A right instruction that was taken, before its customer is asked; see ``paid``."""
        return super().paid(agreed, key=key, **options)

    def paid(self, agreed: Agreed, *, key: str = NEW, **options: Any) -> Payment:
        """A right instruction that must be taken, approved where the bank asks its customer afterwards."""
        payment = self.waiting(agreed, key=key, **options)
        if self.settings.approval is None:
            return payment
        self.decided(payment)
        return replace(payment, row=self.standing(payment))

    @property
    def cancel(self) -> Asked:
        if self.settings.cancel is None:
            raise NotApplicable("the bank's file declares no way to cancel (writes.cancel)")
        return self.settings.cancel

    def cancelled(self, payment: Payment) -> Answer:
        """The answer to a cancellation, which the customer confirms where the bank asks them to."""
        answer, rule = self.ask(self.cancel, payment.id), self.settings.approval
        if answer.ok and rule is not None and rule.cancellation and at(answer, rule.cancellation):
            approval.on_the_page(self.access, answer, rule.cancellation, payment.agreed, "approve")
        return answer

    # Accounts.

    def cleaned(self, payment: Payment) -> None:
        """Tells the ledger that a payment was cancelled."""
        self.ledger.clean(payment.id)

    def funds(self, currency: str, customer: int = 0, *, booked: bool = False) -> Decimal:
        """What a customer's accounts hold in a currency now, as Phase III tells it.

        It is what is available, which a bank may hold back before it books, or what is ``booked``. Raises
        ``NotApplicable`` where the bank does not tell it.
        """
        protected = Protected(self.access, {each.id: each for each in self.offered})
        if not {"accounts.balances", "accounts.status"} <= protected.operations.keys():
            raise NotApplicable("the bank does not offer the balances of accounts (Phase III)")
        total = Decimal(0)
        for operation in protected.objects(protected.operation("accounts.balances"), customer):
            answer = self.access.call(protected.tokens(operation, customer), protected.request(operation))
            if not answer.ok:
                raise Inconclusive(f"the balances were answered {told(answer)}")
            rows = [r for r in operation.mapping.read(answer.json()).rows if r.text("currency") == currency]
            kinds = BOOKED if booked else ("available",)
            wanted = [row for row in rows if row.text("type") in kinds]
            if rows and booked and not wanted:
                raise NotApplicable("the bank tells no booked balance of accounts")
            for row in (wanted or rows)[:1]:
                amount = row.decimal("amount") or Decimal(0)
                total += -abs(amount) if row.text("credit_debit") == "debit" else amount
        return total

    def movements(self, currency: str, customer: int = 0) -> dict[str, Decimal]:
        """The latest movements of a customer's accounts in a currency by identifier, debits below zero.

        Raises ``NotApplicable`` where the bank does not tell them.
        """
        protected = Protected(self.access, {each.id: each for each in self.offered})
        if not {"accounts.transactions", "accounts.status"} <= protected.operations.keys():
            raise NotApplicable("the bank does not offer the transactions of accounts (Phase III)")
        told_: dict[str, Decimal] = {}
        for operation in protected.objects(protected.operation("accounts.transactions"), customer):
            answer = self.access.call(protected.tokens(operation, customer), protected.request(operation))
            if not answer.ok:
                raise Inconclusive(f"the transactions were answered {told(answer)}")
            for row in operation.mapping.read(answer.json()).rows:
                amount, name = row.decimal("amount"), row.text("id")
                if amount is not None and name and row.text("currency") == currency:
                    told_[f"{operation.path} {name}"] = (
                        amount if row.text("credit_debit") == "credit" else -amount
                    )
        return told_

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Keeps other cases from charging the second customer's accounts while the block lasts."""
        with _SECOND_CUSTOMER:
            yield

    def accounts(self, customer: int = 0) -> tuple[str, ...]:
        """The identifiers of a customer's accounts: those of bank.yaml, else those that Phase III lists."""
        if self.settings.accounts:
            return self.settings.accounts
        protected = Protected(self.access, {each.id: each for each in self.offered})
        if "accounts.status" not in protected.operations:
            raise NotApplicable("the bank lists no accounts, and its file names none (writes.accounts)")
        return protected.identifiers("account_id", customer)

    def payee_by(self, kind: str) -> dict[str, str] | None:
        """The first payee of a kind that the bank's file names."""
        named = (dict(c) for c in self.settings.creditors if kind in (c.get("kind"), c.get("scheme")))
        return next(named, None)

    # What is wrong.

    def refusal(self, function: str, instruction: Instruction) -> Refusal:
        """What becomes of a wrong instruction: refused at the first step, at the customer's, or at the last.

        A bank may look at an instruction when a consent to it is made, or not before it is to be carried out.
        """
        agreed = None if self.settings.consent is not None else self.agreed(function, instruction)
        first = self.sent(agreed) if agreed is not None else self.proposed(function, instruction)
        if not first.ok:
            return Refusal(refused(first), first, False)
        if agreed is None:
            consent = at(first, self.rule.id)
            if not consent:
                return Refusal(False, first, True)
            try:
                tokens = self.authorised(consent)
            except Inconclusive:
                return Refusal(True, first, True)
            agreed = Agreed(function, instruction, tokens, consent, self.access.client)
            last = self.sent(agreed)
        else:
            last = first
        return Refusal(refused(last) or (last.ok and self._dropped(agreed, last)), last, True)

    def _dropped(self, agreed: Agreed, answer: Answer) -> bool:
        """Whether an instruction that was received is not carried out, as is told then or a little later.

        Where the customer is asked afterwards, it is told when they have approved.
        """
        try:
            payment = self.payment(agreed, answer)
        except Inconclusive:
            return False
        status, asks = payment.status, self.settings.approval is not None
        for pause in (*PATIENCE, 0.0):
            if status in NOT_MADE or status in MADE or not payment.id:
                break
            if asks:
                self.decided(payment)
            elif pause:
                self.access.tsp.wait(pause)
            asks = False
            try:
                status = self.standing(payment).text("status") or ""
            except Inconclusive:
                break
        return status in NOT_MADE

    # What became of it.

    def status(self, payment: Payment, *, client: Client | None = None, id: str = "") -> Answer:
        """The answer when a TSP asks what became of a payment."""
        return self.ask(self.settings.status, id or payment.id, client=client, reads=True)

    def standing(self, payment: Payment) -> Row:
        """The row that the bank tells now; raises ``Inconclusive`` when it tells none."""
        answer = self.status(payment)
        if not answer.ok:
            raise Inconclusive(f"the payment's status was answered {told(answer)}")
        return self.row(answer, self.operation(payment.agreed.function))

    def ask(
        self,
        asked: Asked,
        id: str,
        *,
        client: Client | None = None,
        values: Mapping[str, Any] | None = None,
        reads: bool = False,
    ) -> Answer:
        """The answer to a call about one payment, with the TSP's own token. One that does not only read, as
        bank.yaml says, else by what it is for and its method, is told to the ledger."""
        caller = client or self.access.client
        request = consent_request(self.access, asked, {"id": id, **(values or {})})
        number = 0
        known = asked.reads if asked.reads is not None else reads or asked.method in ("GET", "HEAD")
        if not known:
            number = self.intended(f"{asked.method} {asked.path}", {}, "")
        tokens = self.own(self.settings.read_scope, caller)
        answer = self.access.call(tokens, request, client=caller)
        if number and answer.ok:
            self.ledger.settle(number, "done", id)
        elif number and answer.status < 500:
            self.ledger.settle(number, "refused", id)
        return answer

    # In the TSP's own name.

    def debited(
        self, mandate: str, amount: str, currency: str, *, key: str = NEW, client: Client | None = None
    ) -> Answer:
        """The answer to a debit under a direct debit authorisation."""
        rule = self.settings.debit
        if rule is None:
            raise NotApplicable("the bank's file declares no debits under an authorisation (writes.debit)")
        values = {"mandate": mandate, "amount": amount, "currency": currency}
        return self._instructed(rule.instruct, rule.id, values, key, client)

    def refunded(
        self, payment: Payment, amount: str, *, key: str = NEW, client: Client | None = None
    ) -> Answer:
        """The answer to a refund of a payment to a merchant."""
        rule = self.settings.refund
        if rule is None:
            raise NotApplicable("the bank's file declares no refunds (writes.refund)")
        values = {"id": payment.id, "amount": amount, "currency": payment.agreed.instruction.get("currency")}
        return self._instructed(rule.create, rule.id, values, key, client, costs=False)

    def approved(self, payment: Payment) -> None:
        """Has the sandbox's customer approve a payment to a merchant."""
        asked = self.settings.refund.approve if self.settings.refund else None
        if asked is None:
            raise NotApplicable("the bank's file tells no way to approve (writes.refund.approve)")
        answer = self.ask(asked, payment.id)
        if not answer.ok:
            raise Inconclusive(f"the sandbox's approval was answered {told(answer)}")

    def _instructed(
        self,
        asked: Asked,
        id: str,
        values: Mapping[str, Any],
        key: str,
        client: Client | None,
        *,
        costs: bool = True,
    ) -> Answer:
        """A signed call that moves money, under a key and with the TSP's own token."""
        caller, chosen = client or self.access.client, self.key() if key == NEW else key
        facts = {**written(values, self.settings.amounts), "idempotency_key": chosen or None}
        request = consent_request(self.access, asked, facts)
        idempotency = self.settings.idempotency
        if idempotency is not None and idempotency.header and chosen:
            request = request.with_header(idempotency.header, chosen)
        tokens = self.own(self.settings.read_scope, caller)
        word = "DPoP" if self.access.constraint == "dpop" else "Bearer"
        request = request.with_header("Authorization", f"{word} {tokens.access_token}")
        request = self.signed(request, caller)
        number = self.intended(f"{asked.method} {asked.path}", values if costs else {}, chosen)
        answer = self.access.call(tokens, request, client=caller, scheme="")
        self.settled(number, answer, id)
        return answer

    # Events.

    def events(self, *, client: Client | None = None) -> tuple[Answer, tuple[str, ...]]:
        """The answer to a poll for events, and the tokens in it."""
        rule = self.settings.events
        if rule is None:
            raise NotApplicable("the bank's file declares no events of payments (writes.events)")
        answer = self.ask(rule.poll, "", client=client, reads=True)
        if not answer.ok:
            raise Inconclusive(f"the poll for events was answered {told(answer)}")
        try:
            found = [match.value for match in compiled(rule.sets).find(answer.json())]
        except NotJson as error:
            raise Inconclusive(f"the answer with the events is not JSON that can be read: {error}") from error
        held = found[0] if len(found) == 1 and isinstance(found[0], list | dict) else found
        tokens = list(held.values()) if isinstance(held, dict) else held
        return answer, tuple(each for each in tokens if isinstance(each, str))

    def acknowledged(self, identifiers: list[str], *, client: Client | None = None) -> Answer:
        """The answer when events are acknowledged."""
        asked = self.settings.events.acknowledge if self.settings.events else None
        if asked is None:
            raise NotApplicable("the bank's file declares no way to acknowledge events (writes.events)")
        return self.ask(asked, "", client=client, values={"ids": identifiers})
