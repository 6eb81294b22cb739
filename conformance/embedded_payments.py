"""What follows the reference bank's payments, as its file tells it: debits, refunds, events, days."""

from __future__ import annotations

from decimal import Decimal

from conformance.bank.payments.policy import PaymentPolicy

UNREGISTERED: tuple[dict[str, str], ...] = (
    {"scheme": "phone", "identification": "+852-50000000", "name": "Nobody"},
    {"scheme": "email", "identification": "nobody@customer.example", "name": "Nobody"},
    {"scheme": "fps_id", "identification": "7654321", "name": "Nobody"},
)


def afterwards(policy: PaymentPolicy) -> dict[str, object]:
    """The members of the ``writes`` section as data."""
    poll = "/payment-events/poll"
    return {
        "unregistered": list(UNREGISTERED),
        "step_up": {"amount": str(Decimal(policy.step_up_above) + Decimal("0.01"))},
        "debit": {
            "instruct": {
                "path": "/direct-debits",
                "json": {name: f"{{{name}}}" for name in ("mandate", "amount", "currency")},
            },
            "once_a_period": {"frequency": "monthly"},
        },
        "refund": {
            "create": {
                "path": "/payments/{id}/refunds",
                "json": {"amount": "{amount}", "currency": "{currency}"},
            },
            "approve": {"path": "/sandbox/approvals/{id}"},
        },
        "events": {
            "poll": {"path": poll, "json": {"maxEvents": 50}},
            "acknowledge": {"path": poll, "json": {"maxEvents": 0, "ack": "{ids}"}},
        },
        "days": {
            "functions": list(policy.business_days),
            "on_holiday": "refused",
            "cut_off": policy.cut_off,
            "cut_off_functions": list(policy.cut_off_functions),
        },
    }
