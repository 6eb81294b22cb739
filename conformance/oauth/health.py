"""What of the authorization section works, looked at without any customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.errors import Outcome
from conformance.oauth.access import Access
from conformance.oauth.client import Client

Line = tuple[str, bool, str]
"""What was looked at, whether it is well, and what there is to say."""


def examined(access: Access) -> Iterator[Line]:
    """The server, each TSP's registration as far as the login page, and the customers."""
    found = _looked("authorization server", lambda: _server(access))
    yield found
    if not found[1]:
        return
    yield _looked("TSP", lambda: _registration(access, access.client))
    yield _looked("second TSP", lambda: _registration(access, access.second))
    yield _looked("customers", lambda: _customers(access))


def _looked(subject: str, look: Callable[[], str]) -> Line:
    try:
        return subject, True, look()
    except Outcome as outcome:
        return subject, False, outcome.reason


def _server(access: Access) -> str:
    server = access.server
    kinds = [p.kind for p in server.published if p.members is not None]
    read = f"metadata read ({', '.join(kinds)})" if kinds else "endpoints as the file gives them"
    return f"{server.issuer}: {read}, tokens bound by {access.constraint}"


def _registration(access: Access, client: Client) -> str:
    access.admitted(client)
    return f"{client.client_id} is let in by {client.method}; the login page is the one of the first step"


def _customers(access: Access) -> str:
    access.customer(1)
    return f"{len(access.configured.customers)} are configured"
