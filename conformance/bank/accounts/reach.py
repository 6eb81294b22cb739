"""What a call may touch: its customer, its consent's permission, and the objects behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from conformance.bank import http
from conformance.bank.accounts.data import Account
from conformance.bank.accounts.functions import PERMISSIONS
from conformance.bank.accounts.stores import Consent, stores
from conformance.bank.authorization.resource import access, insufficient

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(frozen=True, slots=True)
class Reach:
    """One customer's data as far as the consent goes; no consent (a defect) goes everywhere."""

    client_id: str
    customer_id: str
    consent: Consent | None


def reach(
    bank: Bank, request: Request, permission: str, *, scope: str = "accounts", writes: bool = False
) -> Reach:
    """Give the reach of the call; raise http.Refusal without token, scope or permission."""
    policy, store = bank.policy.accounts, stores(bank)
    named = store.consents.get(request.headers.get("X-Consent-Id", ""))
    if (
        policy.consent_id_alone_opens
        and named
        and named.customer_id
        and "Authorization" not in request.headers
    ):
        return Reach(named.client_id, named.customer_id, named)
    caller = access(bank, request, scope)
    if caller.customer_id is None:
        raise insufficient(bank, "The token is for no customer.", scope)
    consent = store.consents.get(caller.consent[1]) if caller.consent else None
    customer_id = caller.customer_id
    if policy.consent_id_header_wins and named and named.customer_id:
        consent, customer_id = named, named.customer_id
    if policy.consent_id_header_widens and named and named.customer_id == caller.customer_id:
        consent = named
    checked = policy.alteration_permission_checked if writes else policy.permission_checked
    permissions = consent.permissions if consent else PERMISSIONS
    if checked and permission not in permissions:
        raise insufficient(bank, "The consent does not cover this.", scope)
    return Reach(caller.client_id, customer_id, consent)


def accounts(bank: Bank, within: Reach) -> list[Account]:
    """Give the accounts that the customer has and picked."""
    mine = stores(bank).of_customer(within.customer_id)
    if within.consent is None or not bank.policy.accounts.accounts_bound:
        return mine
    return [each for each in mine if each.account_id in within.consent.accounts]


def missing(bank: Bank, *, foreign: bool) -> http.Refusal:
    """Give the refusal of an id that is unknown or another's: the same for both."""
    policy = bank.policy.accounts
    if not foreign and policy.unknown_object_is_500:
        raise RuntimeError("no such row")
    if foreign and policy.foreign_object_differs:
        return http.Refusal(403, "forbidden", "The object is another customer's.")
    message = "There is no such object."
    if foreign and policy.foreign_object_body_differs:
        message = "The object is not yours."
    if policy.personal_data_in_errors:
        message += " Customer 陳大文, HKID A123456(3)."
    return http.Refusal(404, "not_found", message)


def account(bank: Bank, request: Request, within: Reach, account_id: str, *, free: bool = False) -> Account:
    """Give the account of this id within the reach; raise the same refusal for every other id.

    `free` lets every account be within it (a defect).
    """
    policy, store = bank.policy.accounts, stores(bank)
    for instead, allowed in (
        (request.args.get("account_id"), policy.account_id_from_query),
        (request.headers.get("X-Account-Id"), policy.account_id_from_header),
    ):
        if allowed and instead:
            account_id, free = instead, True
    account_id = matched(bank, account_id, store.accounts)
    found = store.accounts.get(account_id)
    if found is not None and (free or policy.foreign_object_visible or found in accounts(bank, within)):
        return found
    raise missing(bank, foreign=found is not None)


def matched(bank: Bank, identifier: str, known: Iterable[str]) -> str:
    """Give the id as it is, or the known one that it resembles where the policy compares loosely."""
    if not bank.policy.accounts.object_id_loosely_compared:
        return identifier
    trimmed = identifier.strip().lower()
    return next((each for each in known if trimmed.startswith(each)), identifier)
