"""Defects of applications for products."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("application.link_is_secure")
def application_link_by_http(policy: Policy) -> Policy:
    """The link leads to plain http."""
    return policy.evolve("applications.link", "http")


@mutant("application.link_is_the_banks")
def application_link_elsewhere(policy: Policy) -> Policy:
    """The link leads to a host that is not the bank's."""
    return policy.evolve("applications.link", "foreign")


@mutant("application.link_is_impersonal")
def application_link_with_a_name(policy: Policy) -> Policy:
    """The link has the customer's name and number in it."""
    return policy.evolve("applications.link", "personal")


@mutant("application.link_leads_nowhere_else")
def application_page_redirects_anywhere(policy: Policy) -> Policy:
    """The page follows a parameter to any host."""
    return policy.evolve("applications.link_follows_parameter", True)


@mutant("application.token_is_needed")
def application_without_a_token(policy: Policy) -> Policy:
    """An application is taken from anybody."""
    return policy.evolve("applications.token_needed", False)


@mutant(
    "application.same_request_is_one",
    "application.other_request_is_refused",
    "application.requests_at_the_same_time_are_one",
)
def application_key_does_nothing(policy: Policy) -> Policy:
    """The key is ignored, so that each request makes an application."""
    return policy.evolve("applications.key_honoured", False)


@mutant("application.other_request_is_refused")
def application_key_answers_another(policy: Policy) -> Policy:
    """Another application under a known key gets the first one's answer."""
    return policy.evolve("applications.key_body_compared", False)


@mutant("application.requests_at_the_same_time_are_one")
def application_key_without_a_lock(policy: Policy) -> Policy:
    """Requests at the same moment under one key all make an application."""
    return policy.evolve("applications.key_races", True)


@mutant("application.submission_is_one")
def application_submitted_twice(policy: Policy) -> Policy:
    """A second submission makes a second application."""
    return policy.evolve("applications.submitted_twice", True)


@mutant("application.enumerations_resolve")
def reference_data_are_empty(policy: Policy) -> Policy:
    """The reference data list no values."""
    return policy.evolve("applications.reference_data_empty", True)


@mutant("application.unlisted_value_is_refused")
def any_value_is_listed(policy: Policy) -> Policy:
    """A value that the reference data do not list is taken."""
    return policy.evolve("applications.enumeration_checked", False)


@mutant("application.form_is_checked", "application.change_is_checked")
def application_in_any_form(policy: Policy) -> Policy:
    """Birth dates, phone numbers and addresses may be any text."""
    return policy.evolve("applications.format_checked", False)


@mutant("application.incomplete_is_not_submitted")
def incomplete_application_is_submitted(policy: Policy) -> Policy:
    """An application without what is compulsory is submitted."""
    return policy.evolve("applications.required_checked", False)


@mutant("application.missing_member_is_named")
def application_fault_is_not_named(policy: Policy) -> Policy:
    """A refusal does not say what is missing."""
    return policy.evolve("applications.fault_named", False)


@mutant("application.condition_holds")
def employer_may_be_left_out(policy: Policy) -> Policy:
    """Who is employed need not say by whom."""
    return policy.evolve("applications.condition_checked", False)


@mutant("application.consent_is_needed")
def application_without_consent(policy: Policy) -> Policy:
    """An application is taken whose applicant has agreed to nothing."""
    return policy.evolve("applications.consent_required", False)


@mutant("application.error_keeps_the_applicant_to_itself")
def error_repeats_the_applicant(policy: Policy) -> Policy:
    """A refusal repeats the value that it was given."""
    return policy.evolve("applications.fault_echoes_value", True)


@mutant("application.status_is_its_tsps_alone")
def application_shown_to_every_tsp(policy: Policy) -> Policy:
    """Every TSP can read an application."""
    return policy.evolve("applications.owner_bound", False)


@mutant("application.foreign_application_is_like_none")
def foreign_application_is_forbidden(policy: Policy) -> Policy:
    """Another TSP's application answers 403, an unknown one 404."""
    return policy.evolve("applications.foreign_differs", True)


@mutant("application.submitted_application_is_fixed")
def submitted_application_changes(policy: Policy) -> Policy:
    """A submitted application can be changed."""
    return policy.evolve("applications.changed_after_submission", True)


@mutant("application.status_moves_forward")
def application_goes_back_to_draft(policy: Policy) -> Policy:
    """A submitted application is a draft now and then."""
    return policy.evolve("applications.status_moves_back", True)


@mutant("application.withdrawal_ends_it")
def withdrawal_changes_nothing(policy: Policy) -> Policy:
    """A withdrawn application goes on."""
    return policy.evolve("applications.withdrawal_effective", False)


@mutant("application.withdrawal_deletes_the_data")
def withdrawn_applicant_is_kept(policy: Policy) -> Policy:
    """The data of an applicant who withdrew are still told."""
    return policy.evolve("applications.withdrawal_deletes", False)


@mutant("application.surplus_is_not_kept")
def surplus_is_kept(policy: Policy) -> Policy:
    """What nobody asked for is stored and shown."""
    return policy.evolve("applications.unknown_member_kept", True)


@mutant("application.privacy_notice_is_linked")
def privacy_notice_is_absent(policy: Policy) -> Policy:
    """Nothing says what is done with personal data."""
    return policy.evolve("applications.privacy_notice", False)


@mutant("application.digest_is_compared")
def application_digest_is_not_compared(policy: Policy) -> Policy:
    """Content-Digest is not compared with the body."""
    return policy.evolve("applications.digest_checked", False)


@mutant("application.attachment_is_of_its_kind")
def any_document_is_taken(policy: Policy) -> Policy:
    """A document of any kind is taken."""
    return policy.evolve("applications.attachment_type_checked", False)


@mutant("application.oversize_is_refused_cleanly")
def large_document_is_taken(policy: Policy) -> Policy:
    """A document of any size is taken."""
    return policy.evolve("applications.attachment_size_checked", False)


@mutant("application.oversize_is_refused_cleanly")
def large_document_crashes(policy: Policy) -> Policy:
    """A document that is too large is answered 500."""
    return policy.evolve("applications.oversize_status", 500)


@mutant("application.offered_in_some_way")
def link_of_a_product_is_absent(policy: Policy) -> Policy:
    """One listed product has no link."""
    return policy.evolve("applications.link_absent", "mortgages")


@mutant("application.function_takes_applications")
def application_for_a_product_is_absent(policy: Policy) -> Policy:
    """One listed product answers 404."""
    return policy.evolve("applications.product_absent", "loans.mortgage-application")


@mutant("application.link_opens")
def application_page_is_absent(policy: Policy) -> Policy:
    """The links lead to pages that are not there."""
    return policy.evolve("applications.page_absent", True)


@mutant("application.link_leads_nowhere_else")
def application_page_refreshes_anywhere(policy: Policy) -> Policy:
    """The page has an element that leads to where a parameter says."""
    return policy.evolve("applications.page_refreshes_to_parameter", True)


@mutant("application.other_media_type_is_refused_cleanly")
def application_in_xml_crashes(policy: Policy) -> Policy:
    """A body that is no JSON is answered 500."""
    return policy.evolve("applications.media_type_status", 500)


@mutant("application.change_is_checked")
def change_is_not_validated(policy: Policy) -> Policy:
    """A draft is changed into anything."""
    return policy.evolve("applications.change_checked", False)


@mutant("application.refused_member_is_named")
def wrong_value_is_not_named(policy: Policy) -> Policy:
    """A refusal does not say which value is wrong."""
    return policy.evolve("applications.wrong_value_named", False)


@mutant("application.headers_keep_the_applicant_to_themselves")
def trace_header_tells_the_applicant(policy: Policy) -> Policy:
    """A header field for tracing has the applicant's e-mail address."""
    return policy.evolve("applications.header_tells_applicant", True)


@mutant("application.strangers_change_nothing")
def strangers_submit_and_withdraw(policy: Policy) -> Policy:
    """Every TSP can submit and withdraw an application."""
    return policy.evolve("applications.owner_bound_for_steps", False)


@mutant("application.submission_takes_effect")
def submission_changes_nothing(policy: Policy) -> Policy:
    """A submitted application stays a draft."""
    return policy.evolve("applications.submission_effective", False)


@mutant("application.withdrawn_application_stays_so")
def withdrawn_application_is_submitted(policy: Policy) -> Policy:
    """A withdrawn application can be submitted."""
    return policy.evolve("applications.withdrawn_submitted", True)


@mutant("application.privacy_notice_is_linked")
def privacy_notice_leads_nowhere(policy: Policy) -> Policy:
    """The notice on personal data is not where its link leads."""
    return policy.evolve("applications.privacy_notice_opens", False)


@mutant("application.lead_needs_a_token")
def lead_without_a_token(policy: Policy) -> Policy:
    """A short form is taken from anybody."""
    return policy.evolve("applications.lead_token_needed", False)


@mutant("application.lead_is_one")
def lead_is_made_twice(policy: Policy) -> Policy:
    """The key of a short form does nothing."""
    return policy.evolve("applications.lead_key_honoured", False)


@mutant("application.incomplete_lead_is_refused")
def lead_without_a_number(policy: Policy) -> Policy:
    """A short form is taken without name and number."""
    return policy.evolve("applications.lead_required_checked", False)


@mutant("application.lead_needs_consent")
def lead_without_consent(policy: Policy) -> Policy:
    """A short form is taken whose customer has agreed to nothing."""
    return policy.evolve("applications.lead_consent_required", False)


@mutant("application.lead_error_keeps_the_customer_to_itself")
def lead_error_repeats_the_customer(policy: Policy) -> Policy:
    """The refusal of a short form repeats name and number."""
    return policy.evolve("applications.lead_fault_echoes_value", True)


@mutant("application.altered_ciphertext_is_refused")
def encryption_is_not_authenticated(policy: Policy) -> Policy:
    """The tag of the encryption is not compared."""
    return policy.evolve("applications.tag_checked", False)


@mutant("application.altered_signature_is_refused", "application.signature_is_the_callers")
def inner_signature_is_not_verified(policy: Policy) -> Policy:
    """The signature within the encryption is not verified."""
    return policy.evolve("applications.inner_signature_checked", False)


@mutant("application.altered_signature_is_refused")
def unsigned_application_is_taken(policy: Policy) -> Policy:
    """The signature within the encryption may be none."""
    return policy.evolve("applications.none_accepted", True)


@mutant("application.signature_is_the_callers")
def any_provider_signs(policy: Policy) -> Policy:
    """The key of any registered TSP is taken."""
    return policy.evolve("applications.signer_compared", False)


@mutant("application.altered_checksum_is_refused")
def checksum_is_not_compared(policy: Policy) -> Policy:
    """The checksum of the three fields is not compared."""
    return policy.evolve("applications.checksum_checked", False)


@mutant("application.altered_checksum_is_refused")
def checksum_may_be_absent(policy: Policy) -> Policy:
    """The checksum of the three fields may be left out."""
    return policy.evolve("applications.checksum_optional", True)


@mutant("application.altered_digest_is_refused", "application.signature_is_the_callers")
def field_digest_is_not_verified(policy: Policy) -> Policy:
    """The digest of the three fields is not verified."""
    return policy.evolve("applications.field_digest_checked", False)


@mutant("application.altered_digest_is_refused")
def field_digest_may_be_absent(policy: Policy) -> Policy:
    """The digest of the three fields may be left out."""
    return policy.evolve("applications.field_digest_optional", True)


@mutant("application.unsealed_is_refused")
def sealed_path_takes_the_clear(policy: Policy) -> Policy:
    """Where applications are sealed, one in the clear is taken."""
    return policy.evolve("applications.clear_accepted", True)
