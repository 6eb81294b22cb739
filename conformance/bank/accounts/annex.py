"""The other functions of Annex A, Phase III, from their table: retrievals and alterations."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import holdings, paging
from conformance.bank.accounts.data import Row, instant
from conformance.bank.accounts.functions import Alteration, Retrieval
from conformance.bank.accounts.reach import Reach, account, matched, missing, reach
from conformance.bank.accounts.stores import stores
from conformance.bank.authorization.resource import protected

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
LONGEST = 200


@protected
def retrieve(bank: Bank, request: Request, /, *, function: Retrieval, **path: str) -> Response:
    """List the customer's rows of a retrieval function."""
    within = reach(bank, request, function.permission)
    paging.judge_names(bank, request, *paging.PAGE)
    customer_id = within.customer_id
    for identifier in path.values():
        customer_id = _owner(bank, within, function.owner.removesuffix("_id"), identifier)
    return paging.listed(bank, request, function.id, holdings.rows(bank, function.id, customer_id))


def _owner(bank: Bank, within: Reach, kind: str, identifier: str, *, free: bool = False) -> str:
    everyone = [person.customer_id for person in bank.authorization_fixture.customers]
    known = {each: customer for customer in everyone for each in holdings.objects(bank, customer, kind)}
    if kind == "registration":
        made = stores(bank).requests
        known |= {each: row["customer_id"] for each, row in made.items() if row["kind"] == kind}
    owner = known.get(matched(bank, identifier, known))
    free = free or bank.policy.accounts.foreign_object_visible
    if owner is None or (owner != within.customer_id and not free):
        raise missing(bank, foreign=owner is not None)
    return owner


@protected
def alter(bank: Bank, request: Request, /, *, function: Alteration, **path: str) -> Response:
    """Take the request of an alteration function and give its receipt."""
    within = reach(bank, request, function.permission, scope="services", writes=True)
    paging.judge_names(bank, request)
    for identifier in path.values():
        free = bank.policy.accounts.foreign_object_changeable
        if function.objects == "account":
            account(bank, request, within, identifier, free=free)
        else:
            _owner(bank, within, function.objects, identifier, free=free)
    _judge_input(bank, function, request.get_json(silent=True) if request.data else {})
    policy, store = bank.policy.accounts, stores(bank)
    identifier = secrets.token_hex(16)
    kind = "registration" if function.id == "other.ebpp-registration" else "request"
    with store.lock:
        store.requests[identifier] = {"kind": kind, "customer_id": within.customer_id}
        if function.objects == "registration":
            store.requests.pop(next(iter(path.values())), None)
    receipt: Row = {
        "id": identifier,
        "function": function.id,
        "status": "accepted",
        "created_at": instant(bank.now()),
    }
    shown = paging.edited(bank, function.id, [receipt], whole=False)[0]
    return paging.told(bank, {"data": shown}, policy.alteration_status)


def _judge_input(bank: Bank, function: Alteration, given: Any) -> None:
    if not function.inputs or not bank.policy.accounts.alteration_input_checked:
        return
    if not isinstance(given, dict):
        raise http.bad_request(bank, "The body is a JSON object.")
    for name, form in function.inputs:
        if not _fits(given.get(name), form):
            raise http.bad_request(bank, f"{name} is missing or not in its form.")


def _fits(value: object, form: str) -> bool:
    if form == "integer":
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 480
    if not isinstance(value, str):
        return False
    if form == "decimal":
        return bool(_DECIMAL.fullmatch(value))
    if form == "currency":
        return bool(_CURRENCY.fullmatch(value))
    if form == "date-time":
        return paging.moment(value) is not None
    if form == "text":
        return 1 <= len(value) <= LONGEST
    return value in form.split("|")
