"""The functions of Annex A, Phase IV: their paths and the members of their instructions."""

from __future__ import annotations

from dataclasses import dataclass

Members = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """A function that a customer instructs. `members` are compulsory, `optional` may be left out; each has a
    form of `forms.py`. `outcome` is what the instruction becomes: a payment, a mandate, a merchant's payment,
    or a request without money."""

    id: str
    path: str
    members: Members
    optional: Members = ()
    outcome: str = "request"


MONEY: Members = (("amount", "amount"), ("currency", "currency"))
LATER: Members = (("reference", "text"), ("execution_date", "coming"), ("debtor_account", "text"))

INSTRUCTIONS = (
    Instruction(
        "deposits.fund-transfer",
        "/payments/fund-transfers",
        (*MONEY, ("creditor", "creditor")),
        LATER,
        "payment",
    ),
    Instruction(
        "deposits.e-cheque-issue", "/e-cheques", (*MONEY, ("payee", "text")), (("reference", "text"),)
    ),
    Instruction("deposits.e-cheque-deposit", "/e-cheques/deposits", (("e_cheque", "text"),)),
    Instruction("deposits.cheque-stop-payment", "/cheques/stop-payments", (("cheque_number", "digits"),)),
    Instruction(
        "loans.points-redemption", "/cards/points-redemptions", (("points", "count"), ("gift", "text"))
    ),
    Instruction("loans.card-cancellation", "/cards/cancellations", (("card", "text"), ("reason", "text"))),
    Instruction(
        "loans.card-repayment", "/payments/card-repayments", (*MONEY, ("card", "text")), LATER, "payment"
    ),
    Instruction(
        "loans.loan-repayment", "/payments/loan-repayments", (*MONEY, ("loan", "text")), LATER, "payment"
    ),
    Instruction(
        "other.bill-payment",
        "/payments/bills",
        (*MONEY, ("merchant", "text"), ("bill_account", "digits")),
        LATER,
        "payment",
    ),
    Instruction(
        "other.electronic-bill-payment",
        "/payments/e-bills",
        (*MONEY, ("e_bill", "text")),
        LATER,
        "payment",
    ),
    Instruction(
        "other.merchant-payment",
        "/payments/merchants",
        (*MONEY, ("merchant", "text"), ("order", "text"), ("return_url", "return")),
        (),
        "merchant",
    ),
    Instruction(
        "other.direct-debit-authorisation",
        "/direct-debit-authorisations",
        (("limit", "amount"), ("currency", "currency"), ("creditor", "creditor")),
        (("reference", "text"), ("frequency", "daily|weekly|monthly")),
        "mandate",
    ),
    Instruction("other.direct-debit-cancellation", "/direct-debit-cancellations", (("mandate", "text"),)),
    Instruction("other.atm-limit", "/overseas-atm-limits", (("limit", "amount"), ("currency", "currency"))),
    Instruction("other.customer-contact-update", "/customer/contact-updates", (("email", "email"),)),
    Instruction(
        "investments.fund-order",
        "/orders/funds",
        (("fund", "text"), ("side", "buy|sell"), ("units", "count")),
    ),
    Instruction(
        "investments.precious-metal-order",
        "/orders/precious-metals",
        (("metal", "gold|silver|platinum"), ("side", "buy|sell"), ("units", "count")),
    ),
    Instruction(
        "investments.stock-order",
        "/orders/stocks",
        (("stock", "digits"), ("side", "buy|sell"), ("units", "count")),
    ),
    Instruction(
        "insurance.financial-policy-change",
        "/insurance/financial-changes",
        (("policy", "text"), ("premium", "amount"), ("currency", "currency")),
    ),
    Instruction(
        "insurance.claim", "/insurance/claims", (("policy", "text"), *MONEY, ("incident_date", "past"))
    ),
)
BY_ID = {each.id: each for each in INSTRUCTIONS}
