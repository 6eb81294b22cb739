"""The paths of the account services."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from conformance.bank.accounts import annex, consents, events, information
from conformance.bank.accounts.functions import ALTERATIONS, RETRIEVALS
from conformance.bank.service import Route

CONSENTS = "/account-access-consents"


class AccountService:
    """Consents, account information, retrievals and alterations of Phase III."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        yield Route(CONSENTS, ("POST",), consents.create)
        yield Route(CONSENTS, ("GET",), consents.list_all)
        yield Route(f"{CONSENTS}/<consent_id>", ("GET",), consents.read)
        yield Route(f"{CONSENTS}/<consent_id>", ("DELETE",), consents.revoke)
        yield Route("/accounts", ("GET",), information.status)
        yield Route("/accounts/availability", ("GET",), information.availability)
        yield Route("/accounts/<account_id>", ("GET",), information.one_status)
        yield Route("/accounts/<account_id>/balances", ("GET",), information.balances)
        yield Route("/accounts/<account_id>/transactions", ("GET",), information.transactions)
        yield Route("/events", ("GET",), events.poll)
        yield Route("/events", ("POST",), events.acknowledge)
        for retrieval in RETRIEVALS:
            yield Route(retrieval.path, ("GET",), partial(annex.retrieve, function=retrieval))
        for alteration in ALTERATIONS:
            yield Route(alteration.path, ("POST",), partial(annex.alter, function=alteration))
