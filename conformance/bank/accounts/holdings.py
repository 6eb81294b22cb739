"""What the customers have besides accounts: cards, loans, bills, holdings and policies. All synthetic."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from conformance.bank.accounts.data import HONG_KONG, Row, instant

if TYPE_CHECKING:
    from conformance.bank.app import Bank

OWNERS = ("customer-1", "customer-2")
DAY = 86400
MONEY = {"currency": "HKD"}
Table = dict[str, list[Row]]
"""The rows of each function of one field of business."""
_CONTACTS = {
    "customer-1": {"name": "陳大文 Chan Tai Man", "email": "taiman.chan@example.hk", "phone": "+85255501234"},
    "customer-2": {"name": "李小明 Lee Siu Ming", "email": "siuming.lee@example.hk", "phone": "+85255505678"},
    "customer-3": {"name": "黃家輝 Wong Ka Fai", "email": "kafai.wong@example.hk", "phone": "+85255509012"},
}


def identifier(bank: Bank, customer_id: str, kind: str) -> str:
    """Give the opaque id of the customer's card, loan, registration, action, general or life policy."""
    return f"{bank.random(kind, customer_id).getrandbits(128):032x}"


def objects(bank: Bank, customer_id: str, kind: str) -> tuple[str, ...]:
    """Give the ids of this kind that belong to the customer."""
    if customer_id not in OWNERS:
        return ()
    kinds = ("general-policy", "life-policy") if kind == "policy" else (kind,)
    return tuple(identifier(bank, customer_id, each) for each in kinds)


def _date(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, HONG_KONG).date().isoformat()


def _loans(bank: Bank, customer_id: str) -> Table:
    opened, as_of = bank.opened, {"as_of": instant(bank.opened)}
    card, loan = (identifier(bank, customer_id, kind) for kind in ("card", "loan"))
    return {
        "loans.credit-limit-details": [
            {"card_id": card, "limit": "80000.00", "available": "74359.60", **MONEY},
        ],
        "loans.card-payment-due-date": [{"card_id": card, "due_date": _date(opened + 14 * DAY)}],
        "loans.card-outstanding-payment": [
            {"card_id": card, "amount": "5640.40", "minimum": "282.00", **MONEY, **as_of}
        ],
        "loans.card-transactions": [
            {
                "id": f"{bank.random('card', customer_id, place).getrandbits(96):024x}",
                "card_id": card,
                "amount": f"{120 + place * 7}.50",
                **MONEY,
                "credit_debit": "debit",
                "status": "booked",
                "booked_at": instant(opened - (place + 1) * DAY),
                "description": "MTR 港鐵",
            }
            for place in range(30)
        ],
        "loans.loan-details": [
            {
                "id": loan,
                "kind": "mortgage",
                "outstanding": "3204118.27",
                **MONEY,
                "rate": "3.375",
                "term_months": 300,
                "next_payment_date": _date(opened + 20 * DAY),
                "next_payment_amount": "15843.11",
                **as_of,
            }
        ],
    }


def _bills(bank: Bank, customer_id: str) -> Table:
    opened = bank.opened
    return {
        "other.bill-payment-history": [
            {
                "id": f"{bank.random('bill', customer_id, place).getrandbits(96):024x}",
                "merchant": "Water Supplies Department 水務署",
                "amount": f"{310 + place}.20",
                **MONEY,
                "paid_at": instant(opened - (place + 1) * 30 * DAY),
            }
            for place in range(6)
        ],
        "other.e-bills": [
            {
                "id": identifier(bank, customer_id, "e-bill"),
                "registration_id": identifier(bank, customer_id, "registration"),
                "merchant": "CLP Power 中電",
                "amount": "642.00",
                **MONEY,
                "due_date": _date(opened + 9 * DAY),
                "status": "unpaid",
            }
        ],
    }


def _investments(bank: Bank, customer_id: str) -> Table:
    as_of = {"as_of": instant(bank.opened)}
    return {
        "investments.fund-holdings": [
            {"id": identifier(bank, customer_id, "fund"),
             "instrument": "Asia Bond Fund", "quantity": "1250.418",
             "value": "14629.89", **MONEY, **as_of}
        ],
        "investments.precious-metal-holdings": [
            {"id": identifier(bank, customer_id, "metal"),
             "instrument": "Gold 黃金", "quantity": "3.5",
             "unit": "mace", "value": "71750.00", **MONEY, **as_of}
        ],
        "investments.stock-holdings": [
            {"id": identifier(bank, customer_id, "stock"),
             "instrument": "09999.HK", "quantity": "400",
             "value": "61280.00", **MONEY, **as_of,
             "corporate_action_id": identifier(bank, customer_id, "action")}
        ],
    }  # fmt: skip


def _policies(bank: Bank, customer_id: str) -> Table:
    return {
        "insurance.general-policy-details": [
            {"id": identifier(bank, customer_id, "general-policy"),
             "kind": "home", "name": "Home 家居保險",
             "status": "in_force", "sum_insured": "500000.00", "premium": "1188.00", **MONEY,
             "ends_on": _date(bank.opened + 200 * DAY)}
        ],
        "insurance.life-policy-details": [
            {"id": identifier(bank, customer_id, "life-policy"),
             "kind": "whole_life", "name": "Life 人壽保險",
             "status": "in_force", "sum_insured": "2000000.00", "premium": "1820.00", **MONEY}
        ],
    }  # fmt: skip


_TABLES = {"loans": _loans, "other": _bills, "investments": _investments, "insurance": _policies}


def rows(bank: Bank, function: str, customer_id: str) -> list[Row]:
    """Give the customer's rows of one retrieval function."""
    if function == "other.customer-contact":
        return [{"id": customer_id, "language": "en", **_CONTACTS[customer_id]}]
    if customer_id not in OWNERS:
        return []
    return _TABLES[function.partition(".")[0]](bank, customer_id)[function]
