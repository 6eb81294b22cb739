"""Events that a TSP polls for and acknowledges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.stores import stores
from conformance.bank.authorization.resource import access, protected

if TYPE_CHECKING:
    from conformance.bank.app import Bank

FUNCTION = "accounts.events"


@protected
def poll(bank: Bank, request: Request) -> Response:
    """List the caller's events that it has not acknowledged, oldest first."""
    caller = access(bank, request, "consents")
    policy = bank.policy.accounts
    paging.judge_names(bank, request, *paging.PAGE)
    with stores(bank).lock:
        kept = list(stores(bank).events)
    mine = [each.row for each in kept if each.client_id == caller.client_id or policy.foreign_events_visible]
    return paging.listed(bank, request, FUNCTION, [] if policy.events_missing else mine)


@protected
def acknowledge(bank: Bank, request: Request) -> Response:
    """Forget the caller's events with the given ids; an unknown or foreign id is ignored."""
    caller = access(bank, request, "consents")
    policy, store = bank.policy.accounts, stores(bank)
    paging.judge_names(bank, request)
    given = request.get_json(silent=True)
    ids = given.get("acknowledge") if isinstance(given, dict) else None
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise http.bad_request(bank, "acknowledge is a list of event ids.")
    with store.lock:
        gone = {
            each.identifier
            for each in store.events
            if each.identifier in ids
            and (each.client_id == caller.client_id or policy.foreign_event_acknowledged)
        }
        if not policy.acknowledged_events_stay:
            store.events = [each for each in store.events if each.identifier not in gone]
    return Response(status=204)
