"""Reading and deleting a registration (RFC 7592)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.checks.registration.registrar import Registrar
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.registry import Findings, check


def _managed(registrar: Registrar) -> Mapping[str, Any]:
    """A client of one's own that can be read; raises ``NotApplicable`` where none can be managed."""
    answer = registrar.posted()
    if answer is None or not answer.ok:
        raise Inconclusive("control request refused: a right registration was refused")
    told = members_of(answer)
    if "registration_client_uri" not in told:
        raise NotApplicable("the bank lets nobody manage a registration")
    read = registrar.managed(told, "GET")
    if read is None or not read.ok:
        raise Inconclusive(f"control request refused: a right read was answered {read and read.status}")
    return told


@check(writes=True, requests=5)
def management_token_compared(access: Access) -> Findings:
    """Shows a registration to its own token only."""
    registrar = Registrar.of(access)
    told = _managed(registrar)
    answer = registrar.managed(told, "GET", "invented-by-the-conformance-suite")
    if answer is not None and answer.ok:
        yield Finding("a refusal of another token", f"status {answer.status}", "registration_client_uri",
                      answer.exchange)  # fmt: skip
    registrar.removed(told)


@check(writes=True, requests=5)
def deletion_effective(access: Access) -> Findings:
    """Knows a registration no more once it was deleted."""
    registrar = Registrar.of(access)
    told = _managed(registrar)
    deleted = registrar.managed(told, "DELETE")
    if deleted is None or not deleted.ok:
        raise NotApplicable("the bank lets nobody delete a registration")
    answer = registrar.managed(told, "GET")
    if answer is not None and answer.ok:
        yield Finding("no registration", f"status {answer.status}", "registration_client_uri",
                      answer.exchange)  # fmt: skip


@check(writes=True, requests=5)
def read_as_registered(access: Access) -> Findings:
    """Shows a registration with the identifier and the redirect URIs that were registered."""
    registrar = Registrar.of(access)
    told = _managed(registrar)
    try:
        answer = registrar.managed(told, "GET")
        if answer is None or not answer.ok:
            raise Inconclusive("control request refused: a second read was refused")
        for name in ("client_id", "redirect_uris"):
            if members_of(answer).get(name) != told.get(name):
                yield Finding(f"{name} as registered", "another or none", f"/{name}", answer.exchange)
    finally:
        registrar.removed(told)


@check(writes=True, requests=5)
def refusal_named(access: Access) -> Findings:
    """Names what is wrong with a registration by an error of RFC 7591."""
    registrar = Registrar.of(access)
    wrong: dict[str, dict[str, Any]] = {
        "without redirect_uris": {"redirect_uris": None},
        "with redirect_uris that are none": {"redirect_uris": ["not a URI"]},
    }
    for what, changes in wrong.items():
        answer = registrar.sent(**changes)
        if answer is None or answer.ok or answer.status != 400:
            continue  # whether it is refused is judged elsewhere
        error = members_of(answer).get("error")
        if error not in ("invalid_redirect_uri", "invalid_client_metadata"):
            expected = f"invalid_redirect_uri or invalid_client_metadata for a registration {what}"
            yield Finding(expected, str(error)[:60], "/error", answer.exchange)
            break
    registrar.control()
