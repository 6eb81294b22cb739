"""One-time passwords: bounded in tries and time, for one mandate, once."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from conformance.bank import http
from conformance.bank.payments import days, ledger
from conformance.bank.payments.stores import Payment, stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def renew(bank: Bank, payment: Payment) -> None:
    """Give the mandate a new password; the customer's phone gets it."""
    policy = bank.policy.payments
    payment.otp_before = payment.otp
    payment.otp = "123456" if policy.otp_constant else f"{secrets.randbelow(10**6):06d}"
    payment.otp_made_at, payment.otp_tries = bank.now(), 0


def settle(bank: Bank, payment: Payment) -> None:
    """Carry a payment out on its day, which may be today."""
    payment.status = "scheduled" if payment.execution_date > days.now(bank).date().isoformat() else "accepted"
    if payment.status == "accepted" and not bank.policy.payments.step_up_booked_before:
        ledger.book(bank, payment)


def confirm(bank: Bank, payment: Payment, given: object) -> None:
    """Take a password; raise http.Refusal unless it is the mandate's, in time and in few tries."""
    policy = bank.policy.payments
    refused = http.Refusal(403, "otp_refused", "The one-time password is not accepted.")
    with stores(bank).lock:
        if payment.status == "active" and policy.otp_reusable:
            return
        if payment.status != "awaiting_otp":
            raise http.Refusal(409, "not_awaiting", "The mandate awaits no password.")
        payment.otp_tries += 1
        if payment.otp_tries > policy.otp_tries and policy.otp_tries_counted:
            raise refused
        if bank.now() > payment.otp_made_at + policy.otp_lifetime and policy.otp_expiry_checked:
            raise refused
        known = [payment.otp]
        if policy.otp_renewal_keeps_old and payment.otp_before:
            known.append(payment.otp_before)
        if not policy.otp_bound:
            known += [each.otp for each in stores(bank).payments.values() if each.otp]
        fits = isinstance(given, str) and any(
            hmac.compare_digest(given.encode(), each.encode()) for each in known
        )
        if not fits and policy.otp_checked:
            raise refused
        payment.status = "active"
        if payment.outcome == "payment":
            settle(bank, payment)
