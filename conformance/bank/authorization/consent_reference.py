"""The consent that a request names in its authorization_details (RFC 9396)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.bank.authorization.consent import KINDS
from conformance.bank.authorization.records import Client
from conformance.bank.authorization.refusal import OAuthError

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def consent_of(bank: Bank, client: Client, scopes: tuple[str, ...], given: Any) -> tuple[str, str] | None:
    """Give type and id of the consent: the client's own, still awaiting, covering a scope. Raises OAuthError.

    `given` is the JSON text of a parameter or the value of a request object's claim.
    """
    policy = bank.policy.authorization
    if given is None:
        needing = frozenset[str]().union(*(kind.scopes for kind in KINDS.values()))
        if needing & set(scopes) and policy.consent_required:
            raise OAuthError("invalid_request", "The scope needs authorization_details with a consent.")
        return None
    fault = OAuthError("invalid_authorization_details", "The authorization_details are refused.")
    try:
        details = json.loads(given) if isinstance(given, str) else given
        (detail,) = details
        named, consent_id = detail["type"], detail["consent_id"]
        kind = KINDS[named]
        view = kind.view(bank, consent_id)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise fault from None
    if view is None or not view.awaiting or not kind.scopes & set(scopes):
        raise fault
    if view.client_id != client.client_id and policy.consent_client_bound:
        raise fault
    return named, consent_id
