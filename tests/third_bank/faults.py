"""Defects of the third bank, each with the checks that must find it and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.third_bank.app import Edit, ThirdBank


@dataclass(frozen=True)
class Fault:
    """A defect: how the bank is made with it, and what finds it."""

    name: str
    checks: frozenset[str]
    loosened: tuple[str, ...] = ()
    edit: Edit | None = field(default=None, compare=False)
    flags: tuple[str, ...] = ()
    operation: str = ""
    """The operation whose answers are changed."""

    def bank(self, seed: int = 0) -> ThirdBank:
        return ThirdBank(faults=self.flags, loosened=self.loosened, edit=self.edit, seed=seed)


def together(faults: Iterable[Fault]) -> ThirdBank:
    """The bank with several defects at once."""
    chosen = list(faults)
    edits = [fault.edit for fault in chosen if fault.edit]

    def edit(asked: str, document: Any) -> Any:
        for change in edits:
            document = change(asked, document)
        return document

    return ThirdBank(
        faults=[flag for fault in chosen for flag in fault.flags],
        loosened=[pointer for fault in chosen for pointer in fault.loosened],
        edit=edit,
    )


FAULTS: list[Fault] = []


def _loose(check: str, *pointers: str) -> None:
    FAULTS.extend(Fault(f"unchecked {p}", frozenset({check}), loosened=(p,)) for p in pointers)


def _flag(name: str, *checks: str) -> None:
    FAULTS.append(Fault(name, frozenset(checks), flags=(name,)))


def _answer(operation: str, checks: tuple[str, ...]) -> Callable[[Callable[[Any], Any]], None]:
    def register(change: Callable[[Any], Any]) -> None:
        def edit(asked: str, document: Any) -> Any:
            return change(document) if asked == operation else document

        FAULTS.append(Fault(change.__name__.strip("_"), frozenset(checks), edit=edit, operation=operation))

    return register


PAYEE, TRANSFER, HOOK = "PayeeData", "TransferData", "HookData"

_loose(
    "negative.what_is_required_must_be_there",
    f"{PAYEE}/required=name",
    f"{PAYEE}/required=account",
    f"{TRANSFER}/required=amount",
    f"{TRANSFER}/required=currency",
    f"{PAYEE}/properties/address/required=line",
)
_loose(
    "negative.types_are_checked",
    f"{TRANSFER}/properties/priority/type",
    f"{TRANSFER}/properties/instant/type",
    f"{PAYEE}/properties/name/type",
    f"{PAYEE}/properties/tags/type",
)
_loose(
    "negative.listed_values_are_checked",
    f"{PAYEE}/properties/currency/enum",
    f"{TRANSFER}/properties/currency/enum",
    f"{PAYEE}/properties/address/properties/district/enum",
)
_loose(
    "negative.bounds_are_checked",
    f"{TRANSFER}/properties/priority/minimum",
    f"{TRANSFER}/properties/priority/maximum",
    f"{TRANSFER}/properties/fee/minimum",
    f"{TRANSFER}/properties/fee/maximum",
    f"{TRANSFER}/properties/fee/multipleOf",
)
_loose(
    "negative.lengths_are_checked",
    f"{PAYEE}/properties/name/minLength",
    f"{PAYEE}/properties/name/maxLength",
    f"{PAYEE}/properties/email/maxLength",
    f"{TRANSFER}/properties/note/maxLength",
    f"{PAYEE}/properties/tags/items/maxLength",
)
_loose(
    "negative.patterns_are_checked",
    f"{PAYEE}/properties/bank/pattern",
    f"{PAYEE}/properties/account/pattern",
    f"{TRANSFER}/properties/amount/pattern",
)
_loose(
    "negative.formats_are_checked",
    f"{PAYEE}/properties/email/format",
    f"{TRANSFER}/properties/on/format",
    f"{HOOK}/properties/callbackUrl/format",
)
_loose(
    "negative.numbers_of_elements_are_checked",
    f"{PAYEE}/properties/tags/maxItems",
    f"{PAYEE}/properties/tags/uniqueItems",
)
_loose(
    "negative.unknown_members_are_refused",
    f"{TRANSFER}/additionalProperties",
    f"{PAYEE}/properties/address/additionalProperties",
    f"{HOOK}/additionalProperties",
)

_flag("unchecked_limit", "negative.bounds_are_checked", "negative.types_are_checked")
_flag("unchecked_offset", "negative.bounds_are_checked", "negative.types_are_checked")
_flag("unchecked_currency", "negative.listed_values_are_checked")
_flag("unchecked_kind", "negative.listed_values_are_checked")
_flag("unchecked_sort", "negative.listed_values_are_checked")
_flag("unchecked_from_date", "negative.formats_are_checked")
_flag("unchecked_base", "negative.patterns_are_checked")
_flag("unchecked_q", "negative.lengths_are_checked", "negative.what_is_required_must_be_there")
_flag("unchecked_Idempotency-Key", "negative.formats_are_checked", "negative.what_is_required_must_be_there")
_flag("any_media_type", "negative.media_types_are_checked")
_flag("duplicates_accepted", "negative.repeated_members_are_refused")
_flag("cut_body_mended", "negative.broken_bodies_are_refused")
_flag("any_method_works", "negative.undescribed_methods_are_refused")
_flag("broken_json_crashes", "contract.input_never_fails_the_server")
_flag("nul_crashes", "contract.input_never_fails_the_server")
_flag("long_text_crashes", "contract.input_never_fails_the_server")
_flag("debits_lost", "contract.input_never_fails_the_server")
_flag("second_removal_crashes", "contract.input_never_fails_the_server")
_flag("errors_in_html", "contract.media_types_are_described")
_flag("total_missing", "contract.header_fields_are_as_described")
_flag("total_is_a_word", "contract.header_fields_are_as_described")
_flag("etag_missing", "contract.header_fields_are_as_described")
_flag("location_missing", "contract.header_fields_are_as_described")
_flag("payee_answers_202", "contract.statuses_are_described")
_flag("refusals_with_418", "contract.refusals_are_described")
_flag("rates_gone", "contract.described_operations_exist")
_flag("limit_ignored", "relation.page_size_is_obeyed")
_flag("offset_ignored", "relation.pages_are_disjoint")
_flag("pages_overlap", "relation.pages_are_disjoint")
_flag("pages_skip", "relation.pages_make_the_whole")
_flag("filter_ignored", "relation.filters_select")
_flag("kind_ignored", "relation.filters_select")
_flag("filter_drops", "relation.filters_lose_nothing")
_flag("sort_ignored", "relation.orders_are_obeyed")
_flag("sort_loses", "relation.orders_permute")
_flag("payee_not_kept", "relation.what_is_made_can_be_read")
_flag("payee_not_listed", "relation.what_is_made_is_listed")
_flag("name_cut", "relation.what_is_made_is_as_sent")
_flag("amount_rounded", "relation.what_is_made_is_as_sent")
_flag("location_leads_nowhere", "relation.location_leads_to_what_was_made")
_flag("change_forgotten", "relation.changes_can_be_read")
_flag("change_appends", "relation.changes_can_be_read")
_flag("change_counts", "relation.changes_are_idempotent")
_flag("removal_forgotten", "relation.removed_objects_are_gone")
_flag("cancel_forgotten", "relation.removed_objects_are_gone")
_flag("removed_payee_listed", "relation.removed_objects_are_gone")
_flag("key_ignored", "relation.same_key_makes_one_object")
_flag("key_reused_for_another", "relation.key_stands_for_one_request")
_flag("condition_ignored", "relation.unchanged_objects_are_not_sent_again")
_flag("stale_change_accepted", "relation.stale_changes_are_refused")
_flag("accounts_is_open", "identity.credentials_are_required")
_flag("addPayee_is_open", "identity.credentials_are_required")
_flag("any_key_works", "identity.credentials_are_checked")
_flag("accounts_of_others_readable", "identity.objects_of_others_are_not_given")
_flag("payees_of_others_readable", "identity.objects_of_others_are_not_given")
_flag("payees_of_others_writable", "identity.objects_of_others_cannot_be_changed")
_flag("account_owner_unchecked", "identity.objects_of_others_cannot_be_used")
_flag("mass_assignment", "identity.members_of_the_bank_cannot_be_set")
_flag("sql_injection", "injection.text_stays_out_of_queries")
_flag("sql_error_shown", "injection.queries_do_not_show_in_errors")
_flag("operators_read", "injection.operators_stay_out_of_queries")
_flag("template_injection", "injection.text_is_not_evaluated")
_flag("header_injection", "injection.text_stays_out_of_header_fields")
_flag("path_traversal", "injection.text_opens_no_file")
_flag("hook_is_fetched", "injection.addresses_are_not_fetched")
_flag("entities_expanded", "injection.entities_are_not_expanded")

BODY = ("contract.bodies_are_as_described",)


def _each(document: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    return {**document, "items": [change(row) for row in document["items"]]}


@_answer("accounts", BODY)
def balance_is_a_number(document: Any) -> Any:
    return _each(document, lambda row: {**row, "balance": float(row["balance"])})


@_answer("accounts", BODY)
def number_is_missing(document: Any) -> Any:
    return _each(document, lambda row: {k: v for k, v in row.items() if k != "number"})


@_answer("accounts", BODY)
def internal_member_shown(document: Any) -> Any:
    return _each(document, lambda row: {**row, "ledger_node": "eu-3"})


@_answer("account", BODY)
def nickname_is_null(document: Any) -> Any:
    return {**document, "nickname": None}


@_answer("account", BODY)
def currency_in_small_letters(document: Any) -> Any:
    return {**document, "currency": document["currency"].lower()}


@_answer("account", BODY)
def identifier_is_no_uuid(document: Any) -> Any:
    return {**document, "id": f"acc:{document['id']}"}


@_answer("entries", BODY)
def date_is_written_otherwise(document: Any) -> Any:
    return _each(document, lambda row: {**row, "date": row["date"].replace("-", "/")})


@_answer("entries", BODY)
def amount_has_three_places(document: Any) -> Any:
    return _each(document, lambda row: {**row, "amount": f"{row['amount']}0"})


@_answer("rates", BODY)
def instant_lacks_its_zone(document: Any) -> Any:
    return [{**row, "at": row["at"].rstrip("Z")} for row in document]


@_answer("rates", BODY)
def rate_is_zero(document: Any) -> Any:
    return [{**row, "rate": 0} for row in document]


@_answer("rates", BODY)
def list_in_an_envelope(document: Any) -> Any:
    return {"data": document}


@_answer("transfer", BODY)
def new_transfer_lacks_its_status(document: Any) -> Any:
    return {k: v for k, v in document.items() if k != "status"}


@_answer("addPayee", BODY)
def new_payee_has_no_instant(document: Any) -> Any:
    return {**document, "created": "yesterday"}


@_answer("problem", BODY)
def refusal_lacks_its_title(document: Any) -> Any:
    return {k: v for k, v in document.items() if k != "title"}


@_answer("problem", BODY)
def refusal_shows_a_trace(document: Any) -> Any:
    return {**document, "trace": "at Bank.java:12"}
