"""The paths of the payment services."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from conformance.bank.payments import afterwards, consents, events, instruct, movements
from conformance.bank.payments.functions import INSTRUCTIONS
from conformance.bank.service import Route

CONSENTS = "/payment-consents"
ONE = "/payments/<payment_id>"


class PaymentService:
    """Consents to payments, the instructions of Phase IV, and what becomes of them."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        yield Route(CONSENTS, ("POST",), consents.create)
        yield Route(f"{CONSENTS}/<consent_id>", ("GET",), consents.read)
        yield Route(f"{CONSENTS}/<consent_id>", ("DELETE",), consents.revoke)
        for function in INSTRUCTIONS:
            yield Route(function.path, ("POST",), partial(instruct.instruct, function=function))
        yield Route(ONE, ("GET",), afterwards.read)
        yield Route(ONE, ("DELETE",), afterwards.cancel)
        yield Route(f"{ONE}/confirmation", ("POST",), afterwards.confirm)
        yield Route(f"{ONE}/one-time-password", ("POST",), afterwards.renew)
        yield Route(f"{ONE}/refunds", ("POST",), movements.refund)
        yield Route("/direct-debits", ("POST",), movements.debit)
        yield Route("/payment-events/poll", ("POST",), events.poll)
        yield Route("/.well-known/assetlinks.json", ("GET",), afterwards.app_links)
        yield Route("/payments/launch/<payment_id>", ("GET",), afterwards.launch)
        yield Route("/sandbox/approvals/<payment_id>", ("POST",), movements.approve)
        yield Route("/sandbox/one-time-passwords/<payment_id>", ("GET",), afterwards.sandbox_otp)
