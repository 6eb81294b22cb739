"""The ``writes`` section of the reference bank's file: what a run may pay, and how the bank wants it."""

from __future__ import annotations

from conformance.bank.authorization.fixture import AuthorizationFixture
from conformance.bank.payments.policy import PaymentPolicy
from conformance.embedded_applications import CAPABILITIES as APPLYING
from conformance.embedded_applications import applications, strict
from conformance.embedded_payments import afterwards

CAPABILITIES = (*APPLYING, "app-to-app", "web-to-app")
BUDGET = "500.00"
AMOUNT = "0.10"
FIELDS = {n: f"$.{n}" for n in ("id", "status", "created_at", "amount", "currency", "execution_date")}
MONEY = {"amount": "{amount}", "currency": "{currency}"}
PAYEES: tuple[dict[str, str], ...] = (
    {"scheme": "account", "identification": "012-345678901", "name": "Synthetic Payee"},
    {"scheme": "phone", "identification": "+852-61234567", "name": "Synthetic Phone"},
    {"scheme": "email", "identification": "payee@customer.example", "name": "Synthetic Mail"},
    {"scheme": "fps_id", "identification": "1234567", "name": "Synthetic Identifier"},
    {
        "scheme": "qr",
        "identification": (
            "00020101021126270012hk.com.hkicl020712345675204000053033445802HK5902NA6002HK63042E94"
        ),
        "name": "Synthetic Stall",
    },
)


def values(fixture: AuthorizationFixture) -> dict[str, dict[str, object]]:
    """A right instruction of each function."""
    paid = {**MONEY, "reference": "Conformance"}
    return {
        "deposits.fund-transfer": {**paid, "creditor": PAYEES[0]},
        "deposits.e-cheque-issue": {**MONEY, "payee": "Synthetic Payee"},
        "deposits.e-cheque-deposit": {"e_cheque": "ECHQ-0001"},
        "deposits.cheque-stop-payment": {"cheque_number": "100234"},
        "loans.points-redemption": {"points": 100, "gift": "Coffee"},
        "loans.card-cancellation": {"card": "CARD-1", "reason": "Unused"},
        "loans.card-repayment": {**paid, "card": "CARD-1"},
        "loans.loan-repayment": {**paid, "loan": "LOAN-1"},
        "other.bill-payment": {**paid, "merchant": "Synthetic Water", "bill_account": "88001234"},
        "other.electronic-bill-payment": {**paid, "e_bill": "BILL-1"},
        "other.merchant-payment": {
            **MONEY,
            "merchant": "Synthetic Shop",
            "order": "A-1",
            "return_url": fixture.tsps[0].redirect_uri,
        },
        "other.direct-debit-authorisation": {
            "limit": "100.00",
            "currency": "{currency}",
            "creditor": PAYEES[0],
            "reference": "Conformance",
        },
        "other.direct-debit-cancellation": {"mandate": "MANDATE-1"},
        "other.atm-limit": {"limit": "1000.00", "currency": "{currency}"},
        "other.customer-contact-update": {"email": "new@customer.example"},
        "investments.fund-order": {"fund": "FUND-1", "side": "buy", "units": 1},
        "investments.precious-metal-order": {"metal": "gold", "side": "buy", "units": 1},
        "investments.stock-order": {"stock": "00005", "side": "buy", "units": 1},
        "insurance.financial-policy-change": {
            "policy": "POLICY-1",
            "premium": "10.00",
            "currency": "{currency}",
        },
        "insurance.claim": {"policy": "POLICY-1", **MONEY, "incident_date": "2026-01-05"},
    }


def writes(
    policy: PaymentPolicy, fixture: AuthorizationFixture, *, asks_more: bool = False
) -> dict[str, object]:
    """The section as data."""
    section: dict[str, object] = {
        "currency": "HKD",
        "amount": AMOUNT,
        "budget": BUDGET,
        "largest": policy.limit,
        "values": values(fixture),
        "creditors": list(PAYEES),
        "scope": "payments",
        "read_scope": "consents",
        "idempotency": {"header": "Idempotency-Key", "lifetime": float(policy.key_lifetime)},
        "consent": {
            "create": {
                "path": "/payment-consents",
                "json": {name: f"{{{name}}}" for name in ("function", "instruction", "expires_at")},
            },
            "id": "$.data.id",
            "scope": "consents",
            "authorization_details": [{"type": "payment", "consent_id": "{consent_id}"}],
            "read": {"method": "GET", "path": "/payment-consents/{consent_id}"},
            "revoke": {"method": "DELETE", "path": "/payment-consents/{consent_id}"},
        },
        "applications": applications() | (strict() if asks_more else {}),
        "cancel": {"method": "DELETE", "path": "/payments/{id}"},
        "one_time_password": {
            "inbox": {"method": "GET", "path": "/sandbox/one-time-passwords/{id}"},
            "renew": {"path": "/payments/{id}/one-time-password"},
            "tries": policy.otp_tries,
            "lifetime": float(policy.otp_lifetime),
        },
    }
    section |= afterwards(policy)
    if policy.approval:
        del section["consent"], section["step_up"]
        details = [{"type": "payment_approval", "consent_id": "{id}"}]
        section |= {"scope": "consents", "approval": {"authorization_details": details, "scope": "payments"}}
    if policy.signature != "none":
        section["signature"] = {"kind": policy.signature, "max_age": float(policy.signature_age)}
    return section


def named(policy: PaymentPolicy) -> dict[str, object]:
    """The function whose requests name the consent, where the bank wants that."""
    if not policy.consent_named:
        return {}
    headers = {"Consent-ID": "{consent_id}"}
    asked = {"method": "POST", "path": "/payments/fund-transfers", "headers": headers}
    return {"deposits.fund-transfer": {"request": asked, "rows": ["$.data"], "fields": FIELDS}}
