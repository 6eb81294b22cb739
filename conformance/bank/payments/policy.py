"""The decisions of the payment services; the default is the conformant bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Signature = Literal["none", "jws", "http-message", "cavage"]


@dataclass(frozen=True, slots=True)
class PaymentPolicy:
    """What the payment services decide."""

    # What a payment must match: the consent that its customer gave.
    amount_bound: bool = True
    currency_bound: bool = True
    creditor_bound: bool = True
    account_bound: bool = True  # the account that the instruction names
    function_bound: bool = True
    consent_single_use: bool = True
    consent_expiry_checked: bool = True
    consent_revocation_effective: bool = True
    customer_needed: bool = True  # a TSP's own token pays nothing
    token_needed: bool = True
    consent_named: bool = False  # the request names the consent beside its token
    consent_name_compared: bool = True
    consent_use_races: bool = False  # two payments at once both find the consent unused

    # Payments whose customer is asked when they are made, by a request that names the payment.
    approval: bool = False
    approval_awaited: bool = True
    denial_kept: bool = True
    approval_client_bound: bool = True  # another TSP cannot have the customer asked

    # What an instruction may hold.
    zero_accepted: bool = False
    negative_accepted: bool = False
    precision_checked: bool = True
    limit: str = "50000.00"  # largest amount of one payment
    limit_checked: bool = True
    exponent_accepted: bool = False
    any_digits_accepted: bool = False  # full-width digits
    loose_number_accepted: bool = False  # blanks, a plus sign, group separators, a JSON number
    currencies: tuple[str, ...] = ("HKD", "CNY", "USD")
    currency_checked: bool = True
    required_checked: bool = True
    fault_named: bool = True  # a refusal names the member
    creditor_form_checked: bool = True
    schemes: tuple[str, ...] = ("account", "fps_id", "phone", "email", "qr")
    qr_checksum_checked: bool = True
    qr_layout_checked: bool = True  # lengths and compulsory objects of the EMVCo layout
    qr_amount_compared: bool = True
    qr_currency_compared: bool = True
    unregistered: tuple[str, ...] = ("+852-50000000", "nobody@customer.example", "7654321")
    payee_looked_up: bool = True
    past_date_accepted: bool = False
    business_days: tuple[str, ...] = ("other.bill-payment", "loans.loan-repayment")
    holidays_known: bool = True
    cut_off: str = "20:00"  # Hong Kong time
    cut_off_functions: tuple[str, ...] = ("loans.loan-repayment",)
    cut_off_kept: bool = True
    scheduled_day_kept: bool = True  # a payment for a later day waits for it
    fault_status: int = 400
    fault_echoes_value: bool = False  # a refusal repeats the payee's data

    # Idempotency.
    key_required: bool = True
    key_honoured: bool = True
    key_body_compared: bool = True
    key_client_bound: bool = True
    key_races: bool = False
    replay_status: int = 201
    key_lifetime: int = 86400  # seconds
    key_forgotten_early: bool = False
    key_remembered_for_ever: bool = False
    key_of_content: bool = False  # equal instructions are one, whatever their keys

    # Signatures.
    signature: Signature = "jws"
    signature_required: bool = True
    signature_checked: bool = True
    signature_key_bound: bool = True  # another TSP's key is not taken
    signature_age_checked: bool = True
    signature_future_checked: bool = True
    signature_replay_checked: bool = True
    signature_none_accepted: bool = False
    signature_crit_ignored: bool = False
    signature_b64_ignored: bool = False
    signature_hmac_accepted: bool = False
    signature_components_optional: tuple[str, ...] = ()
    digest_checked: bool = True
    signature_unencoded: bool = False  # the body is signed as it is (RFC 7797)
    signature_payload_of_token: bool = False  # the JWS's own payload is verified, not the body
    signature_age: int = 60  # seconds

    # What becomes of a payment.
    row_amount_wrong: bool = False
    created_at_absent: bool = False
    created_at_ahead: float = 0.0  # seconds, as of a local time that is called UTC
    status_moves_back: bool = False
    status_owner_bound: bool = True
    foreign_payment_differs: bool = False  # 403 where an unknown one gives 404
    cancelled_after_completion: bool = False
    cancellation_forgotten: bool = False  # a cancelled payment is carried out all the same
    booked_later: bool = False  # the account is charged when somebody next asks, as banks do that take first
    booked_twice: bool = False  # the account is charged again by a retry
    booked_amount_wrong: bool = False
    booking_races: bool = False  # two bookings at once both start from the same balance
    movement_missing: bool = False  # the balance changes and no entry says why
    cache_control: str = "no-store"

    # One-time passwords of mandates.
    otp_checked: bool = True
    otp_tries: int = 3
    otp_tries_counted: bool = True
    otp_lifetime: int = 120
    otp_expiry_checked: bool = True
    otp_in_answer: bool = False
    otp_reusable: bool = False
    otp_bound: bool = True  # the password of one mandate confirms no other
    otp_renewal_keeps_old: bool = False
    otp_constant: bool = False
    otp_renewals: int = 5
    mandate_active_at_once: bool = False
    mandate_cancellation_effective: bool = True

    # Payments that wait for their customer's password.
    step_up_above: str = "10000.00"
    step_up_needed: bool = True
    step_up_booked_before: bool = False  # the account is charged while the payment waits

    # Debits under a mandate.
    debit_state_checked: bool = True
    debit_end_checked: bool = True
    debit_limit_checked: bool = True
    debit_currency_checked: bool = True
    debit_period_checked: bool = True
    debit_client_bound: bool = True
    debit_key_honoured: bool = True

    # Merchants' payments.
    launch_url: Literal["right", "http", "personal", "foreign", "absent"] = "right"
    return_url_checked: bool = True
    result_from_browser: bool = False  # what the browser brings back settles the payment
    launch_served: bool = True
    app_links: Literal["claimed", "absent", "page", "nobody"] = "claimed"
    approval_told: bool = True

    # Refunds.
    refund_state_checked: bool = True
    refund_amount_checked: bool = True
    refunds_added_up: bool = True
    refund_client_bound: bool = True
    refund_key_honoured: bool = True
    refund_races: bool = False
    refund_booked: bool = True

    # Events.
    events_told: bool = True
    event_signature: Literal["right", "none", "wrong"] = "right"
    event_issuer_right: bool = True
    event_audience_right: bool = True
    events_of_all_told: bool = False
    event_acknowledgement_kept: bool = True
    event_told_once: bool = False  # what was polled and not acknowledged is gone
    event_tells_payee: bool = False
