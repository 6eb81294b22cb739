"""The services of a bank that asks more of its applicants; the canonical description has none of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.applications import person
from conformance.bank.applications.calls import told
from conformance.bank.applications.service import own, row
from conformance.bank.applications.stores import stores
from conformance.bank.authorization.resource import protected
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@protected
def search(bank: Bank, request: Request) -> Response:
    """Show the application of an identifier to whoever knows its applicant's birth date, too."""
    given = request.get_json(silent=True)
    told_ = given if isinstance(given, dict) else {}
    found, policy = own(bank, request, str(told_.get("id"))), bank.policy.applications
    right = found.details.get("birth_date")
    if right is not None and right != told_.get("birth_date") and policy.birth_date_compared:
        raise http.Refusal(404, "not_found", "There is no such application.")
    return told(bank, row(found))


@protected
def send_password(bank: Bank, request: Request, application_id: str) -> Response:
    """Send the applicant of a draft a one-time password."""
    found = own(bank, request, application_id, step=True)
    with stores(bank).lock:
        return person.send(bank, found)


@protected
def sandbox_password(bank: Bank, request: Request, application_id: str) -> Response:
    """Show what the synthetic applicant was sent: this bank is a sandbox."""
    return told(bank, {"otp": own(bank, request, application_id).password})


@protected
def quote_terms(bank: Bank, request: Request) -> Response:
    """Quote the terms on which somebody may apply."""
    return person.quote(bank, request, stores(bank).quotes)


class AskingService:
    """Quotes, passwords of applicants, and applications that are read by more than their identifier."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        yield Route("/application-quotes", ("POST",), quote_terms)
        yield Route("/applications/status", ("POST",), search)
        yield Route("/applications/<application_id>/password", ("POST",), send_password)
        yield Route("/sandbox/application-passwords/<application_id>", ("GET",), sandbox_password)
