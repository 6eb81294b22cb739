"""Availability, status, balances and transactions of accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.data import Account, Row, instant
from conformance.bank.accounts.reach import Reach, account, accounts, reach
from conformance.bank.accounts.stores import stores
from conformance.bank.authorization.resource import protected

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@protected
def availability(bank: Bank, request: Request) -> Response:
    """Tell which of the picked accounts are there to be used."""
    within = reach(bank, request, "ReadAccountAvailability")
    paging.judge_names(bank, request, *paging.PAGE)
    rows = [
        {"account_id": each.account_id, "kind": each.kind, "currency": each.currency, "available": True}
        for each in _some(bank, within)
    ]
    return paging.listed(bank, request, "accounts.availability", rows)


def _some(bank: Bank, within: Reach) -> list[Account]:
    found = accounts(bank, within)
    if not found and bank.policy.accounts.no_accounts_is_error:
        raise http.Refusal(404, "not_found", "The customer has no account.")
    return found


def _status(bank: Bank, each: Account) -> Row:
    shown = f"***-***{each.number[-5:]}" if bank.policy.accounts.number_masked else each.number
    return {
        "id": each.account_id,
        "kind": each.kind,
        "currency": each.currency,
        "status": "active",
        "name": each.name,
        "number": shown,
    }


@protected
def status(bank: Bank, request: Request) -> Response:
    """List the picked accounts."""
    within = reach(bank, request, "ReadAccountStatus")
    paging.judge_names(bank, request, *paging.PAGE)
    return paging.listed(
        bank, request, "accounts.status", [_status(bank, each) for each in _some(bank, within)]
    )


@protected
def one_status(bank: Bank, request: Request, account_id: str) -> Response:
    """Show one account."""
    within = reach(bank, request, "ReadAccountStatus")
    paging.judge_names(bank, request)
    row = _status(bank, account(bank, request, within, account_id))
    return paging.told(bank, {"data": paging.edited(bank, "accounts.status", [row], whole=False)[0]})


@protected
def balances(bank: Bank, request: Request, account_id: str) -> Response:
    """List the balances of one account."""
    within = reach(bank, request, "ReadAccountBalance")
    found = account(bank, request, within, account_id)
    paging.judge_names(bank, request, *paging.PAGE)
    with stores(bank).lock:
        current = stores(bank).ledgers[found.account_id][-1]["balance"]
    rows = [
        {
            "account_id": found.account_id,
            "type": kind,
            "amount": current,
            "currency": found.currency,
            "credit_debit": "credit",
            "as_of": instant(bank.now()),
        }
        for kind in ("available", "current")
    ]
    return paging.listed(bank, request, "accounts.balances", rows)


@protected
def transactions(bank: Bank, request: Request, account_id: str) -> Response:
    """List the transactions of one account in the consent's window and the query's, newest first."""
    within = reach(bank, request, "ReadAccountTransaction")
    found = account(bank, request, within, account_id)
    paging.judge_names(bank, request, *paging.PAGE, "from", "to", "as_of")
    policy, store = bank.policy.accounts, stores(bank)
    anchor = request.args.get("as_of", "")
    if anchor and not re.fullmatch(r"[0-9]{1,9}", anchor):
        raise http.bad_request(bank, "as_of is the one of a link to a next page.")
    with store.lock:
        ledger = list(store.ledgers[found.account_id])
    seen = int(anchor) if anchor and policy.page_anchor_honoured else len(ledger)
    rows = [row for row in reversed(ledger[:seen]) if _inside(bank, request, within, row)]
    response = paging.listed(bank, request, "accounts.transactions", rows, str(seen))
    if policy.books_between_pages:
        store.book(found, bank.now())
    return response


def _inside(bank: Bank, request: Request, within: Reach, row: Row) -> bool:
    policy, at = bank.policy.accounts, paging.moment(row["booked_at"]) or 0.0
    start = paging.instant_parameter(bank, request, "from") if policy.query_from_honoured else None
    end = paging.instant_parameter(bank, request, "to") if policy.query_to_honoured else None
    if (start is not None and at < start) or (end is not None and at > end):
        return False
    if end is not None and policy.query_end_excluded and at >= end:
        return False
    consent = within.consent
    if consent is None:
        return True
    if policy.window_from_honoured and consent.transaction_from is not None and at < consent.transaction_from:
        return False
    late = consent.transaction_to is not None and at > consent.transaction_to
    return not (late and policy.window_to_honoured)
