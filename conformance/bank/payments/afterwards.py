"""What a TSP does with an instruction once it is made: ask about it, cancel it, confirm it by password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.authorization.resource import access, protected
from conformance.bank.payments import days, events, ledger, otp
from conformance.bank.payments.consents import told, unknown
from conformance.bank.payments.instruct import row
from conformance.bank.payments.stores import Payment, stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

FINAL = ("completed", "cancelled", "rejected")


def _own(bank: Bank, request: Request, payment_id: str) -> Payment:
    caller = access(bank, request, "consents", "payments")
    paging.judge_names(bank, request)
    policy, found = bank.policy.payments, stores(bank).payments.get(payment_id)
    foreign = found is not None and found.client_id != caller.client_id and policy.status_owner_bound
    if foreign and policy.foreign_payment_differs:
        raise http.Refusal(403, "forbidden", "The payment is another provider's.")
    if found is None or foreign:
        raise unknown()
    return found


@protected
def read(bank: Bank, request: Request, payment_id: str) -> Response:
    """Show one instruction of the caller; time moves it on."""
    policy, found = bank.policy.payments, _own(bank, request, payment_id)
    with stores(bank).lock:
        found.seen, before = found.seen + 1, found.status
        due = found.outcome in ("payment", "request") and found.status == "accepted"
        forgotten = (
            found.outcome == "payment" and found.status == "cancelled" and policy.cancellation_forgotten
        )
        if due and policy.booked_later and found.outcome == "payment":
            ledger.book(bank, found)
        if due or forgotten:
            found.status = "completed"
        if found.status == "scheduled" and found.execution_date <= days.now(bank).date().isoformat():
            found.status = "completed"
            ledger.book(bank, found)
        if found.status != before:
            events.tell(bank, found)
        shown = row(bank, found)
        if policy.status_moves_back and found.status == "completed" and found.seen % 2 == 0:
            shown["status"] = "accepted"
    return told(bank, {"data": shown})


@protected
def cancel(bank: Bank, request: Request, payment_id: str) -> Response:
    """Cancel what has not been carried out yet; a mandate ends."""
    policy, found = bank.policy.payments, _own(bank, request, payment_id)
    with stores(bank).lock:
        done = found.status in FINAL or (found.outcome == "payment" and found.status == "accepted")
        if done and not policy.cancelled_after_completion:
            raise http.Refusal(409, "not_cancellable", "It has been carried out.")
        if found.outcome != "mandate" or policy.mandate_cancellation_effective:
            found.status = "cancelled"
            events.tell(bank, found)
    return told(bank, {"data": row(bank, found)})


@protected
def confirm(bank: Bank, request: Request, payment_id: str) -> Response:
    """Confirm a mandate by its one-time password."""
    found = _own(bank, request, payment_id)
    given = request.get_json(silent=True)
    otp.confirm(bank, found, given.get("otp") if isinstance(given, dict) else None)
    return told(bank, {"data": row(bank, found)})


@protected
def renew(bank: Bank, request: Request, payment_id: str) -> Response:
    """Send the customer a new one-time password."""
    found = _own(bank, request, payment_id)
    with stores(bank).lock:
        found.otp_renewals += 1
        locked = found.otp_tries > bank.policy.payments.otp_tries
        if found.status != "awaiting_otp" or locked or found.otp_renewals > bank.policy.payments.otp_renewals:
            raise http.Refusal(409, "not_renewed", "There is no new one-time password.")
        otp.renew(bank, found)
    return told(bank, {"data": row(bank, found)})


@protected
def sandbox_otp(bank: Bank, request: Request, payment_id: str) -> Response:
    """Show what the synthetic customer's phone got: this bank is a sandbox."""
    return told(bank, {"data": {"otp": _own(bank, request, payment_id).otp}})


def app_links(bank: Bank, _: Request) -> Response:
    """Tell which apps may open this host's links in place of a browser."""
    kind = bank.policy.payments.app_links
    if kind == "absent":
        raise unknown()
    if kind == "page":
        return Response("<!DOCTYPE html><title>Bank</title>", content_type="text/html; charset=utf-8")
    print_ = ":".join(["AB"] * 32)
    app = {
        "namespace": "android_app",
        "package_name": "hk.example.bank",
        "sha256_cert_fingerprints": [print_],
    }
    claim = {"relation": ["delegate_permission/common.handle_all_urls"], "target": app}
    return http.answer([claim] if kind == "claimed" else [])


def launch(bank: Bank, request: Request, payment_id: str) -> Response:
    """Show the page on which a merchant's customer approves; nothing that a browser says settles it."""
    found = stores(bank).payments.get(payment_id)
    if found is None or found.outcome != "merchant" or not bank.policy.payments.launch_served:
        raise unknown()
    if bank.policy.payments.result_from_browser and request.args:
        with stores(bank).lock:
            found.status = "completed"
    page = "<!DOCTYPE html><html lang=en><title>Payment</title><p>Open the bank's app to approve.</p></html>"
    return Response(page, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})
