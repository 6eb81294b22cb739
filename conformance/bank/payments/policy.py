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
    function_bound: bool = True
    consent_single_use: bool = True
    consent_expiry_checked: bool = True
    consent_revocation_effective: bool = True
    customer_needed: bool = True  # a TSP's own token pays nothing
    token_needed: bool = True
    consent_use_races: bool = False  # two payments at once both find the consent unused

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
    past_date_accepted: bool = False
    fault_status: int = 400
    fault_echoes_value: bool = False  # a refusal repeats the payee's data

    # Idempotency.
    key_required: bool = True
    key_honoured: bool = True
    key_body_compared: bool = True
    key_client_bound: bool = True
    key_races: bool = False
    replay_status: int = 201

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
    signature_age: int = 60  # seconds

    # What becomes of a payment.
    row_amount_wrong: bool = False
    created_at_absent: bool = False
    status_moves_back: bool = False
    status_owner_bound: bool = True
    foreign_payment_differs: bool = False  # 403 where an unknown one gives 404
    cancelled_after_completion: bool = False
    cancellation_forgotten: bool = False  # a cancelled payment is carried out all the same
    booked_twice: bool = False  # the account is charged again by a retry
    booked_amount_wrong: bool = False
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

    # Merchants' payments.
    launch_url: Literal["right", "http", "personal", "foreign", "absent"] = "right"
    return_url_checked: bool = True
    result_from_browser: bool = False  # what the browser brings back settles the payment
