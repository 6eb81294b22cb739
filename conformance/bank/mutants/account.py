"""Defects in the data of accounts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import as_number, change, drop, nth, put, twice, where
from conformance.bank.proxy import answering

TRANSACTIONS = "accounts.transactions"


@mutant("account.decimals_fit_currency")
def yen_with_decimals(policy: Policy) -> Policy:
    """Balances in yen have two decimals."""
    edit = where("currency", "JPY", change("amount", lambda old: f"{old}.50"))
    return policy.edit_rows("accounts.balances", edit)


@mutant("account.decimals_fit_currency")
def limit_in_tenths_of_cents(policy: Policy) -> Policy:
    """A credit limit has three decimals."""
    return policy.edit_rows("loans.credit-limit-details", change("limit", lambda old: f"{old}5"))


@mutant("account.rows_belong_to_object")
def balance_of_another_account(policy: Policy) -> Policy:
    """Balances name another account than the one asked for."""
    return policy.edit_rows("accounts.balances", change("account_id", lambda old: old[::-1]))


@mutant("account.accounts_agree")
def account_left_out_of_one_list(policy: Policy) -> Policy:
    """The list of what is available leaves an account out."""
    return policy.edit_list("accounts.availability", lambda rows, _: rows[:-1])


@mutant("account.accounts_agree")
def currencies_disagree(policy: Policy) -> Policy:
    """An account is in one currency here and in another there."""
    return policy.edit_list("accounts.availability", nth(0, put("currency", "USD")))


@mutant("account.currency_is_the_accounts")
def entries_in_another_currency(policy: Policy) -> Policy:
    """Entries of accounts in Hong Kong dollars are called US dollars."""
    return policy.edit_rows(TRANSACTIONS, where("currency", "HKD", put("currency", "USD")))


@mutant("account.balance_runs")
def directions_exchanged(policy: Policy) -> Policy:
    """Credits are called debits, and debits credits."""
    turned = {"credit": "debit", "debit": "credit"}
    return policy.edit_rows(TRANSACTIONS, change("credit_debit", lambda old: turned[old]))


@mutant("account.balance_runs")
def balance_before_the_entry(policy: Policy) -> Policy:
    """One entry's amount is a dollar off."""
    return policy.edit_list(TRANSACTIONS, nth(3, change("amount", lambda old: str(int(float(old)) + 1))))


@mutant("account.balance_follows_entries")
def balance_without_the_last_entry(policy: Policy) -> Policy:
    """Current balances are ten dollars above what the entries come to."""
    more = change("amount", lambda old: str(Decimal(old) + 10))
    return policy.edit_rows("accounts.balances", where("type", "current", more))


@mutant("account.balance_follows_entries")
def balance_on_the_wrong_side(policy: Policy) -> Policy:
    """What a customer has is called what they owe."""
    owed = where("type", "current", put("credit_debit", "debit"))
    return policy.edit_rows("accounts.balances", owed)


@mutant("account.times_have_come")
def balance_of_tomorrow(policy: Policy) -> Policy:
    """Balances are dated a day ahead."""
    return policy.edit_rows("accounts.balances", change("as_of", _tomorrow))


def _tomorrow(old: str) -> str:
    return (datetime.fromisoformat(old) + timedelta(days=1)).isoformat()


@mutant("account.newest_first")
def oldest_entries_first(policy: Policy) -> Policy:
    """Entries are listed from the oldest to the newest."""
    return policy.edit_list(TRANSACTIONS, lambda rows, _: rows[::-1])


@mutant("account.newest_first")
def order_turns_on_every_other_page(policy: Policy) -> Policy:
    """Every other page is cut from the list turned round."""
    return policy.evolve("accounts.order_unstable", True)


@mutant("account.period_honoured")
def period_without_beginning(policy: Policy) -> Policy:
    """The beginning of a period is not looked at."""
    return policy.evolve("accounts.query_from_honoured", False)


@mutant("account.period_honoured")
def period_without_end(policy: Policy) -> Policy:
    """The end of a period is not looked at."""
    return policy.evolve("accounts.query_to_honoured", False)


@mutant("account.period_honoured")
def last_instant_left_out(policy: Policy) -> Policy:
    """A period does not have its last instant."""
    return policy.evolve("accounts.query_end_excluded", True)


@mutant("account.no_entry_twice")
def second_page_repeats_the_first(policy: Policy) -> Policy:
    """The second page has the entries of the first."""
    return policy.evolve("accounts.page_two_repeats", True)


@mutant("account.no_entry_twice")
def pages_shift_as_entries_are_booked(policy: Policy) -> Policy:
    """An entry booked between two pages pushes the others over the edge."""
    return policy.evolve("accounts.books_between_pages", True).evolve("accounts.page_anchor_honoured", False)


@mutant("account.list_complete")
def total_is_wrong(policy: Policy) -> Policy:
    """The total is one more than there are entries."""
    return policy.evolve("accounts.total_wrong", True)


@mutant("account.list_complete")
def last_entry_missing(policy: Policy) -> Policy:
    """The last page lacks its last entry."""
    return policy.evolve("accounts.last_page_short", True)


@mutant("account.list_complete")
def no_link_to_the_next_page(policy: Policy) -> Policy:
    """No page links to the next one."""
    return policy.evolve("accounts.next_link", "absent")


@mutant("account.list_complete")
def links_without_end(policy: Policy) -> Policy:
    """The last page links to a next one."""
    return policy.evolve("accounts.next_link", "endless")


@mutant("account.list_complete")
def link_to_another_host(policy: Policy) -> Policy:
    """The next page is on another host."""
    return policy.evolve("accounts.next_link", "other_host")


@mutant("account.page_size_obeyed")
def size_of_pages_ignored(policy: Policy) -> Policy:
    """Pages are of one size, whatever is asked for."""
    return policy.evolve("accounts.page_size_ignored", True)


@mutant("account.number_masked")
def numbers_in_full(policy: Policy) -> Policy:
    """Account numbers are shown in full."""
    return policy.evolve("accounts.number_masked", False)


@mutant("account.addresses_private")
def identity_card_in_link(app: WSGIApplication) -> WSGIApplication:
    """A link names the customer's identity card."""

    def amend(request: Request, response: Response) -> None:
        told = response.get_json(silent=True) if request.path == "/loans" else None
        if isinstance(told, dict) and isinstance(told.get("links"), dict):
            told["links"]["self"] = "/loans?holder=A123456(3)"
            response.set_data(json.dumps(told, ensure_ascii=False))

    return answering(app, amend)


@mutant("account.no_accounts_is_no_error")
def customer_without_accounts_not_found(policy: Policy) -> Policy:
    """A customer without accounts is answered with 404."""
    return policy.evolve("accounts.no_accounts_is_error", True)


@mutant("account.approval_told")
def events_never_told(policy: Policy) -> Policy:
    """There are no events."""
    return policy.evolve("accounts.events_missing", True)


@mutant("account.events_are_own")
def events_told_to_all(policy: Policy) -> Policy:
    """Every TSP is told all events."""
    return policy.evolve("accounts.foreign_events_visible", True)


@mutant("account.acknowledged_events_go")
def events_stay_for_ever(policy: Policy) -> Policy:
    """An acknowledged event is told again."""
    return policy.evolve("accounts.acknowledged_events_stay", True)


@mutant("account.foreign_acknowledgement_ignored")
def events_acknowledged_by_all(policy: Policy) -> Policy:
    """A TSP acknowledges the events of others."""
    return policy.evolve("accounts.foreign_event_acknowledged", True)


@mutant("product.required_fields")
def balance_without_amount(policy: Policy) -> Policy:
    """Balances have no amount."""
    return policy.edit_rows("accounts.balances", drop("amount"))


@mutant("product.values_can_be_read")
def limit_is_a_number(policy: Policy) -> Policy:
    """A credit limit is a JSON number, which is not exact."""
    return policy.edit_rows("loans.credit-limit-details", as_number("limit"))


@mutant("product.values_can_be_read")
def time_of_payment_is_a_phrase(policy: Policy) -> Policy:
    """The time of a payment is written in words."""
    return policy.edit_rows("other.bill-payment-history", put("paid_at", "last Monday"))


@mutant("product.currencies_are_iso_4217")
def loan_in_no_currency(policy: Policy) -> Policy:
    """The currency of a loan is in no list."""
    return policy.edit_rows("loans.loan-details", put("currency", "HKQ"))


@mutant("product.identifiers_are_unique")
def bill_listed_twice(policy: Policy) -> Policy:
    """A bill is listed twice."""
    return policy.edit_list("other.bill-payment-history", twice(0))


@mutant("availability.answers")
def bill_payments_fail(app: WSGIApplication) -> WSGIApplication:
    """The history of bill payments fails for everybody."""

    def amend(request: Request, response: Response) -> Response | None:
        fails = request.path == "/bills/payments" and response.status_code == 200
        return Response('{"error": {"code": "failed"}}', 500, mimetype="application/json") if fails else None

    return answering(app, amend)


@mutant("http.media_type")
def loans_as_text(app: WSGIApplication) -> WSGIApplication:
    """Loan details say that they are plain text."""

    def amend(request: Request, response: Response) -> None:
        if request.path == "/loans" and response.status_code == 200:
            response.headers["Content-Type"] = "text/plain; charset=utf-8"

    return answering(app, amend)


@mutant("availability.rows_found")
def balances_under_another_name(app: WSGIApplication) -> WSGIApplication:
    """Balances stand in a member that the description does not know."""

    def amend(request: Request, response: Response) -> None:
        told = response.get_json(silent=True) if request.path.endswith("/balances") else None
        if isinstance(told, dict) and "data" in told:
            response.set_data(json.dumps({"items": told.pop("data"), **told}))

    return answering(app, amend)
