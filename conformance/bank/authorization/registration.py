"""Dynamic client registration and its management (RFC 7591, RFC 7592)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import client_metadata
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.records import Client
from conformance.bank.authorization.refusal import OAuthError, endpoint, json_answer
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def _bearer(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value if scheme.lower() == "bearer" else ""


def _unauthorised(description: str) -> OAuthError:
    challenge = {"WWW-Authenticate": 'Bearer realm="registration", error="invalid_token"'}
    return OAuthError("invalid_token", description, 401, challenge)


def _given(request: Request) -> dict[str, Any]:
    read = request.get_json(silent=True)
    if not isinstance(read, dict):
        raise OAuthError("invalid_client_metadata", "The body is not a JSON object.")
    return read


def _told(bank: Bank, request: Request, client: Client) -> dict[str, Any]:
    place = f"{issuer(bank, request)}/oauth/register/{client.client_id}"
    return {
        **client.metadata,
        "client_id": client.client_id,
        "registration_access_token": client.registration_token,
        "registration_client_uri": place,
    }


@endpoint
def register(bank: Bank, request: Request) -> Response:
    """Register a client whose metadata hold."""
    policy, store = bank.policy.authorization, stores(bank)
    if not policy.registration:
        raise OAuthError("invalid_request", "This bank has no dynamic registration.", 404)
    admitted = hmac.compare_digest(
        _bearer(request).encode(), bank.authorization_fixture.registration_token.encode()
    )
    if policy.registration_token_required and not admitted:
        raise _unauthorised("An initial access token is needed.")
    given = _given(request)
    chosen = given.get("client_id") if policy.registration_client_id_honoured else None
    client_id = chosen if isinstance(chosen, str) else f"client-{store.mint()}"
    made = client_metadata.judged(bank, given, client_id, store.mint(), int(bank.now()))
    with store.lock:
        store.clients[client_id] = made
    return json_answer(_told(bank, request, made), policy.registration_status)


@endpoint
def manage(bank: Bank, request: Request, client_id: str) -> Response:
    """Read, replace or delete a registration with its own token."""
    policy, store = bank.policy.authorization, stores(bank)
    found = store.client(client_id)
    right = found.registration_token if found and found.registration_token else ""
    same = bool(right) and hmac.compare_digest(_bearer(request).encode(), right.encode())
    if found is None or not (same or (right and not policy.registration_management_token_checked)):
        raise _unauthorised("The registration access token is not valid.")
    if request.method == "DELETE":
        return _deleted(bank, client_id)
    if request.method == "PUT":
        given = _given(request)
        if given.get("client_id") != client_id:
            raise OAuthError("invalid_client_metadata", "The client_id is not this client's.")
        issued_at = int(found.metadata["client_id_issued_at"])
        found = client_metadata.judged(bank, given, client_id, right, issued_at)
        with store.lock:
            store.clients[client_id] = found
    return json_answer(_told(bank, request, found))


def _deleted(bank: Bank, client_id: str) -> Response:
    store = stores(bank)
    if bank.policy.authorization.registration_deletion_effective:
        with store.lock:
            del store.clients[client_id]
            for grant in [each.grant for kept in (store.access, store.refresh) for each in kept.values()]:
                if grant.client_id == client_id:
                    store.end(grant)
    return Response(status=204, headers={"Cache-Control": "no-store"})
