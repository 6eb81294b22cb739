"""The functions of Annex A, Phase III, as the bank serves them."""

from __future__ import annotations

from dataclasses import dataclass

PERMISSIONS = (
    "ReadAccountAvailability",
    "ReadAccountStatus",
    "ReadAccountBalance",
    "ReadAccountTransaction",
    "ReadCard",
    "ReadLoan",
    "ReadBill",
    "ReadCustomer",
    "ReadHolding",
    "ReadInsurance",
    "WriteDeposit",
    "WriteCard",
    "WriteLoan",
    "WriteBill",
    "WriteHolding",
    "WriteInsurance",
)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """A function that lists rows; `owner` is the field that the path's id is compared with."""

    id: str
    path: str
    permission: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Alteration:
    """A function that takes a request; `inputs` are its compulsory members and their forms."""

    id: str
    path: str
    permission: str
    inputs: tuple[tuple[str, str], ...]
    objects: str = ""


RETRIEVALS = (
    Retrieval("loans.credit-limit-details", "/cards/credit-limits", "ReadCard"),
    Retrieval("loans.card-payment-due-date", "/cards/payment-due-dates", "ReadCard"),
    Retrieval("loans.card-outstanding-payment", "/cards/outstanding-payments", "ReadCard"),
    Retrieval("loans.card-transactions", "/cards/<card_id>/transactions", "ReadCard", "card_id"),
    Retrieval("loans.loan-details", "/loans", "ReadLoan"),
    Retrieval("other.bill-payment-history", "/bills/payments", "ReadBill"),
    Retrieval("other.e-bills", "/ebpp/bills", "ReadBill"),
    Retrieval("other.customer-contact", "/customer/contacts", "ReadCustomer"),
    Retrieval("investments.fund-holdings", "/holdings/funds", "ReadHolding"),
    Retrieval("investments.precious-metal-holdings", "/holdings/precious-metals", "ReadHolding"),
    Retrieval("investments.stock-holdings", "/holdings/stocks", "ReadHolding"),
    Retrieval("insurance.general-policy-details", "/insurance/general-policies", "ReadInsurance"),
    Retrieval("insurance.life-policy-details", "/insurance/life-policies", "ReadInsurance"),
)

ALTERATIONS = (
    Alteration(
        "deposits.time-deposit-maturity-instruction",
        "/accounts/<account_id>/maturity-instruction",
        "WriteDeposit",
        (("instruction", "renew|renew_principal|credit_to_account"),),
        "account",
    ),
    Alteration(
        "loans.credit-limit-increase",
        "/cards/<card_id>/credit-limit-increase",
        "WriteCard",
        (("amount", "decimal"), ("currency", "currency")),
        "card",
    ),
    Alteration(
        "loans.credit-limit-decrease",
        "/cards/<card_id>/credit-limit-decrease",
        "WriteCard",
        (("amount", "decimal"), ("currency", "currency")),
        "card",
    ),
    Alteration(
        "loans.card-loss-report",
        "/cards/<card_id>/loss-report",
        "WriteCard",
        (("lost_at", "date-time"),),
        "card",
    ),
    Alteration(
        "loans.loan-term-change",
        "/loans/<loan_id>/term-change",
        "WriteLoan",
        (("term_months", "integer"),),
        "loan",
    ),
    Alteration("other.ebpp-registration", "/ebpp/registrations", "WriteBill", (("merchant", "text"),)),
    Alteration(
        "other.ebpp-deregistration",
        "/ebpp/registrations/<registration_id>/deregistration",
        "WriteBill",
        (),
        "registration",
    ),
    Alteration(
        "other.cheque-book-request",
        "/accounts/<account_id>/cheque-book-requests",
        "WriteDeposit",
        (("books", "integer"),),
        "account",
    ),
    Alteration(
        "investments.corporate-action-instruction",
        "/corporate-actions/<action_id>/instruction",
        "WriteHolding",
        (("election", "text"),),
        "action",
    ),
    Alteration(
        "insurance.non-financial-policy-change",
        "/insurance/policies/<policy_id>/non-financial-change",
        "WriteInsurance",
        (("field", "text"), ("value", "text")),
        "policy",
    ),
)
