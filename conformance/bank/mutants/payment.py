"""Defects of payments: what they match, what they hold, what becomes of them."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("payment.amount_is_that_of_the_consent")
def amount_changed_after_consent(policy: Policy) -> Policy:
    """The amount of a payment is not compared with the consent."""
    return policy.evolve("payments.amount_bound", False)


@mutant("payment.currency_is_that_of_the_consent")
def currency_changed_after_consent(policy: Policy) -> Policy:
    """The currency of a payment is not compared with the consent."""
    return policy.evolve("payments.currency_bound", False)


@mutant("payment.payee_is_that_of_the_consent")
def payee_changed_after_consent(policy: Policy) -> Policy:
    """The payee of a payment is not compared with the consent."""
    return policy.evolve("payments.creditor_bound", False)


@mutant("payment.consent_serves_one_function")
def consent_opens_every_function(policy: Policy) -> Policy:
    """A consent to one function pays with any other."""
    return policy.evolve("payments.function_bound", False)


@mutant("payment.consent_is_used_once", "payment.consent_is_used_once_at_the_same_time")
def consent_pays_again_and_again(policy: Policy) -> Policy:
    """A consent to one payment is never used up."""
    return policy.evolve("payments.consent_single_use", False)


@mutant(
    "payment.consent_is_used_once_at_the_same_time",
    "idempotency.requests_at_the_same_time_are_one",
)
def consent_is_used_without_a_lock(policy: Policy) -> Policy:
    """Instructions that come at the same moment all find the consent unused."""
    return policy.evolve("payments.consent_use_races", True)


@mutant("payment.consent_ends")
def payment_consent_outlives_its_end(policy: Policy) -> Policy:
    """The end of a payment consent is not looked at."""
    return policy.evolve("payments.consent_expiry_checked", False)


@mutant("payment.revoked_consent_pays_nothing")
def revoked_payment_consent_pays(policy: Policy) -> Policy:
    """The revocation of a payment consent changes nothing."""
    return policy.evolve("payments.consent_revocation_effective", False)


@mutant("payment.consent_of_another_tsp_is_refused")
def payment_consent_serves_every_tsp(policy: Policy) -> Policy:
    """A TSP has a customer approve the consent of another TSP."""
    return policy.evolve("authorization.consent_client_bound", False)


@mutant("payment.customer_must_have_agreed")
def own_token_pays(policy: Policy) -> Policy:
    """A TSP's own token is taken for a customer's."""
    return policy.evolve("payments.customer_needed", False)


@mutant("payment.token_is_needed")
def payment_without_a_token(policy: Policy) -> Policy:
    """An instruction without a token is carried out for the customer who came last."""
    return policy.evolve("payments.token_needed", False)


@mutant("payment.zero_is_refused")
def nothing_is_paid(policy: Policy) -> Policy:
    """A payment of zero is taken."""
    return policy.evolve("payments.zero_accepted", True)


@mutant("payment.negative_is_refused")
def less_than_nothing_is_paid(policy: Policy) -> Policy:
    """A negative amount is taken."""
    return policy.evolve("payments.negative_accepted", True)


@mutant("payment.precision_fits_the_currency")
def amounts_are_rounded(policy: Policy) -> Policy:
    """An amount with too many decimals is rounded."""
    return policy.evolve("payments.precision_checked", False)


@mutant("payment.limit_is_kept")
def no_payment_is_too_large(policy: Policy) -> Policy:
    """The largest payment is not looked at."""
    return policy.evolve("payments.limit_checked", False)


@mutant("payment.exponent_is_refused")
def exponent_is_read(policy: Policy) -> Policy:
    """1e1 is read as ten."""
    return policy.evolve("payments.exponent_accepted", True)


@mutant("payment.other_digits_are_refused")
def full_width_digits_are_read(policy: Policy) -> Policy:
    """Full-width digits are read as amounts."""
    return policy.evolve("payments.any_digits_accepted", True)


@mutant("payment.loose_numbers_are_refused")
def amounts_are_repaired(policy: Policy) -> Policy:
    """Blanks, plus signs and separators are taken out of amounts."""
    return policy.evolve("payments.loose_number_accepted", True)


@mutant("payment.unknown_currency_is_refused")
def any_currency_is_paid(policy: Policy) -> Policy:
    """Any text is taken for a currency."""
    return policy.evolve("payments.currency_checked", False)


@mutant("payment.missing_member_is_refused")
def incomplete_instruction_is_taken(policy: Policy) -> Policy:
    """An instruction without its amount, currency or payee is taken."""
    return policy.evolve("payments.required_checked", False)


@mutant("payment.missing_member_is_named")
def fault_is_not_named(policy: Policy) -> Policy:
    """A refusal does not say what is wrong."""
    return policy.evolve("payments.fault_named", False)


@mutant("payment.payee_is_in_its_form")
def any_payee_is_paid(policy: Policy) -> Policy:
    """A payee's identification may be any text."""
    return policy.evolve("payments.creditor_form_checked", False)


@mutant("payment.qr_checksum_is_checked")
def altered_qr_is_paid(policy: Policy) -> Policy:
    """The checksum of a QR payload is not computed."""
    return policy.evolve("payments.qr_checksum_checked", False)


@mutant("payment.declared_payees_are_taken")
def payee_by_mail_is_unknown(policy: Policy) -> Policy:
    """Payees by e-mail address are refused, though the bank declares them."""
    return policy.evolve("payments.schemes", ("account", "fps_id", "phone", "qr"))


@mutant("payment.past_date_is_refused")
def payment_of_last_month(policy: Policy) -> Policy:
    """A day in the past is taken for today."""
    return policy.evolve("payments.past_date_accepted", True)


@mutant("payment.error_keeps_the_payee_to_itself")
def error_repeats_the_payee(policy: Policy) -> Policy:
    """A refusal repeats the payee that it was given."""
    return policy.evolve("payments.fault_echoes_value", True)


@mutant("payment.row_fits_its_schema")
def receipt_lacks_its_time(policy: Policy) -> Policy:
    """The answer to an instruction does not say when it was taken."""
    return policy.evolve("payments.created_at_absent", True)


@mutant("payment.amount_told_is_that_paid")
def receipt_tells_another_amount(policy: Policy) -> Policy:
    """The answer tells ten times the amount."""
    return policy.evolve("payments.row_amount_wrong", True)


@mutant("payment.status_moves_forward")
def status_goes_back(policy: Policy) -> Policy:
    """Every second look at a completed payment finds it accepted."""
    return policy.evolve("payments.status_moves_back", True)


@mutant("payment.status_is_its_tsps_alone")
def payment_is_shown_to_every_tsp(policy: Policy) -> Policy:
    """The status of a payment is told to every TSP."""
    return policy.evolve("payments.status_owner_bound", False)


@mutant("payment.foreign_payment_is_like_none")
def payment_of_another_is_forbidden(policy: Policy) -> Policy:
    """Another TSP's payment answers 403, an unknown one 404."""
    return policy.evolve("payments.foreign_payment_differs", True)


@mutant("payment.completed_payment_stays")
def completed_payment_is_cancelled(policy: Policy) -> Policy:
    """A payment that was made can be cancelled."""
    return policy.evolve("payments.cancelled_after_completion", True)


@mutant("payment.cancelled_payment_is_not_made")
def cancellation_is_forgotten(policy: Policy) -> Policy:
    """A cancelled payment is made all the same."""
    return policy.evolve("payments.cancellation_forgotten", True)


@mutant("payment.account_is_charged_once")
def retry_charges_again(policy: Policy) -> Policy:
    """A repeated request gets the first answer and charges the account again."""
    return policy.evolve("payments.booked_twice", True)


@mutant("payment.account_is_charged_once")
def account_is_charged_ten_times_as_much(policy: Policy) -> Policy:
    """The account is charged with the decimal point in the wrong place."""
    return policy.evolve("payments.booked_amount_wrong", True)


@mutant("payment.account_is_that_of_the_consent")
def account_changed_after_consent(policy: Policy) -> Policy:
    """The account of a payment is not compared with the consent."""
    return policy.evolve("payments.account_bound", False)


@mutant("payment.unregistered_payee_is_refused")
def payee_is_not_looked_up(policy: Policy) -> Policy:
    """A payee that nobody has registered is taken."""
    return policy.evolve("payments.payee_looked_up", False)


@mutant("payment.qr_layout_is_checked")
def qr_is_a_text_with_a_checksum(policy: Policy) -> Policy:
    """The layout of a QR payload is not looked at."""
    return policy.evolve("payments.qr_layout_checked", False)


@mutant("payment.qr_amount_is_that_paid")
def qr_amount_is_ignored(policy: Policy) -> Policy:
    """The amount in a QR payload is not compared with that paid."""
    return policy.evolve("payments.qr_amount_compared", False)


@mutant("payment.qr_currency_is_that_paid")
def qr_currency_is_ignored(policy: Policy) -> Policy:
    """The currency in a QR payload is not compared with that paid."""
    return policy.evolve("payments.qr_currency_compared", False)


@mutant("payment.holiday_is_no_business_day")
def banks_are_open_at_christmas(policy: Policy) -> Policy:
    """General holidays are business days."""
    return policy.evolve("payments.holidays_known", False)


@mutant("payment.cut_off_is_kept")
def every_payment_is_of_today(policy: Policy) -> Policy:
    """Neither cut-off time nor business day moves a payment to another day."""
    return policy.evolve("payments.cut_off_kept", False)


@mutant("payment.later_payment_waits")
def later_payment_is_made_at_once(policy: Policy) -> Policy:
    """A payment for a later day is made when it comes."""
    return policy.evolve("payments.scheduled_day_kept", False)


@mutant("payment.movements_add_up")
def payment_leaves_no_movement(policy: Policy) -> Policy:
    """A payment changes the balance and stands in no list of movements."""
    return policy.evolve("payments.movement_missing", True)


@mutant("payment.parallel_payments_add_up")
def balance_is_written_without_a_lock(policy: Policy) -> Policy:
    """Payments at the same moment start from the same balance, and one is lost."""
    return policy.evolve("payments.booking_races", True)


@mutant("payment.event_is_told")
def payment_has_no_event(policy: Policy) -> Policy:
    """No event tells of a payment."""
    return policy.evolve("payments.events_told", False)


@mutant("payment.event_is_signed")
def event_is_not_signed(policy: Policy) -> Policy:
    """Events have the algorithm none."""
    return policy.evolve("payments.event_signature", "none")


@mutant("payment.event_is_signed")
def event_is_signed_by_a_stranger(policy: Policy) -> Policy:
    """Events are signed by a key that is not published."""
    return policy.evolve("payments.event_signature", "wrong")


@mutant("payment.event_names_its_parties")
def event_is_of_another_issuer(policy: Policy) -> Policy:
    """Events name another issuer than the bank."""
    return policy.evolve("payments.event_issuer_right", False)


@mutant("payment.event_names_its_parties")
def event_is_for_everybody(policy: Policy) -> Policy:
    """Events do not name the TSP they are for."""
    return policy.evolve("payments.event_audience_right", False)


@mutant("payment.events_are_ones_own")
def events_are_told_to_all(policy: Policy) -> Policy:
    """Every TSP polls the events of all."""
    return policy.evolve("payments.events_of_all_told", True)


@mutant("payment.unacknowledged_event_stays")
def event_is_told_once(policy: Policy) -> Policy:
    """An event is gone when it was polled, acknowledged or not."""
    return policy.evolve("payments.event_told_once", True)


@mutant("payment.unacknowledged_event_stays")
def event_comes_for_ever(policy: Policy) -> Policy:
    """An acknowledged event is told again."""
    return policy.evolve("payments.event_acknowledgement_kept", False)


@mutant("payment.event_keeps_the_payee_to_itself")
def event_tells_the_payee(policy: Policy) -> Policy:
    """Events hold the payee's data."""
    return policy.evolve("payments.event_tells_payee", True)


@mutant("payment.approval_is_awaited", base="payment-approval")
def payment_is_made_before_its_customer_is_asked(policy: Policy) -> Policy:
    """A payment that its customer is to approve is carried out at once."""
    return policy.evolve("payments.approval_awaited", False)


@mutant("payment.denied_payment_is_not_made", base="payment-approval")
def denied_payment_is_made(policy: Policy) -> Policy:
    """A payment is carried out whatever its customer decides."""
    return policy.evolve("payments.denial_kept", False)


@mutant("payment.approval_is_asked_for_by_its_tsp", base="payment-approval")
def any_tsp_has_a_payment_approved(policy: Policy) -> Policy:
    """A TSP has a customer asked for the payment that another TSP has made."""
    return policy.evolve("payments.approval_client_bound", False)


@mutant("payment.consent_is_of_the_tokens_customer", base="payment-named")
def named_consent_is_not_the_tokens(policy: Policy) -> Policy:
    """The consent that a request names is looked up whatever token comes with it."""
    return policy.evolve("payments.consent_name_compared", False)


@mutant("payment.time_told_is_that_of_the_payment")
def local_time_is_called_utc(policy: Policy) -> Policy:
    """The time of a payment is that of Hong Kong, with the mark of UTC."""
    return policy.evolve("payments.created_at_ahead", 8 * 3600.0)
