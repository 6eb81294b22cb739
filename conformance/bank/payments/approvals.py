"""Payments that are made first: the customer is asked for them by a request that names the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.bank.authorization.consent import KINDS, ConsentView
from conformance.bank.payments import days, events, ledger
from conformance.bank.payments.consents import PaymentConsents
from conformance.bank.payments.stores import Payment, PaymentConsent, stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TYPE = "payment_approval"


def ask(bank: Bank, payment: Payment) -> None:
    """Keep the question for the customer, under the identifier of the payment itself."""
    asked = PaymentConsent(
        payment.identifier, payment.client_id, payment.function, payment.instruction, bank.now(), None
    )
    stores(bank).consents[payment.identifier] = asked


class Approvals(PaymentConsents):
    """How the authorization server shows such payments, and what the customer's answer does."""

    def view(self, bank: Bank, consent_id: str) -> ConsentView | None:
        """Give the payment for the consent page, to whoever asks where nobody looks at that."""
        found = super().view(bank, consent_id)
        if found is None or bank.policy.payments.approval_client_bound:
            return found
        asking = next(c for c in reversed(bank.authorization_fixture.tsps))
        return ConsentView(asking.client_id, found.awaiting, found.title, found.lines, picks_accounts=True)

    def authorise(self, bank: Bank, consent_id: str, customer_id: str, chosen: tuple[str, ...]) -> None:
        """Carry the payment out, or have it wait for its day."""
        super().authorise(bank, consent_id, customer_id, chosen)
        asked = stores(bank).consents[consent_id]
        _go_on(bank, stores(bank).payments[consent_id], asked, customer_id)

    def reject(self, bank: Bank, consent_id: str) -> None:
        """End the payment."""
        super().reject(bank, consent_id)
        made = stores(bank).payments.get(consent_id)
        if made is None or made.status != "awaiting_customer":
            return
        if bank.policy.payments.denial_kept:
            made.status = "rejected"
            events.tell(bank, made)
        else:
            _go_on(bank, made, stores(bank).consents[consent_id], made.customer_id)


def _go_on(bank: Bank, made: Payment, asked: PaymentConsent, customer_id: str) -> None:
    with stores(bank).lock:
        if made.status != "awaiting_customer":
            return
        made.customer_id = customer_id
        named = made.instruction.get("debtor_account")
        made.account_id = ledger.account(bank, customer_id, asked, named)
        later = made.execution_date > days.now(bank).date().isoformat()
        made.status = "scheduled" if later else "accepted"
        if not later:
            ledger.book(bank, made)
        events.tell(bank, made)


KINDS[TYPE] = Approvals()
