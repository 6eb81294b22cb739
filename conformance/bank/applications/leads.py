"""Short forms: a customer leaves a name and a number, and the bank calls back."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.data import instant
from conformance.bank.applications.calls import told
from conformance.bank.applications.form import FORMS, agreed
from conformance.bank.applications.links import FUNCTIONS
from conformance.bank.applications.policy import ApplicationPolicy
from conformance.bank.authorization.resource import access, protected

if TYPE_CHECKING:
    from conformance.bank.app import Bank

KEY = "Idempotency-Key"
REQUIRED = ("name", "phone")


@dataclass(slots=True)
class LeadStores:
    """Enquiries by identifier, and the identifiers that idempotency keys stand for."""

    leads: dict[str, dict[str, Any]] = field(default_factory=dict)
    replies: dict[tuple[str, str], str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@protected
def enquire(bank: Bank, request: Request, /, *, product: str) -> Response:
    """Take a short form; under one key it is taken once."""
    policy, store = bank.policy.applications, bank.state.of(LeadStores)
    paging.judge_names(bank, request)
    anonymous = "Authorization" not in request.headers and not policy.lead_token_needed
    client = "" if anonymous else access(bank, request, "applications").client_id
    if product not in FUNCTIONS:
        raise http.Refusal(404, "not_found", "There is no such product.")
    key = request.headers.get(KEY, "")
    if not key or len(key) > 128:
        raise http.bad_request(bank, f"{KEY} is missing or too long.")
    form = request.get_json(silent=True)
    _judge(policy, form)
    with store.lock:
        known = store.replies.get((client, key)) if policy.lead_key_honoured else None
        identifier = known or secrets.token_hex(16)
        if known and store.leads[known]["form"] != (product, form):
            raise http.Refusal(422, "key_reused", f"The {KEY} belongs to another request.")
        if not known:
            store.replies[client, key] = identifier
            store.leads[identifier] = {"form": (product, form), "at": bank.now()}
    row = {
        "id": identifier,
        "product": FUNCTIONS[product],
        "status": "received",
        "created_at": instant(store.leads[identifier]["at"]),
    }
    return told(bank, row, 202)


def _judge(policy: ApplicationPolicy, form: Any) -> None:
    if not isinstance(form, dict) or not form.keys() <= {*FORMS, "consents"}:
        raise http.Refusal(400, "bad_request", "The form has other members than it should.")
    for name in REQUIRED if policy.lead_required_checked else ():
        if not form.get(name):
            raise _fault(policy, name, form)
    for name, pattern in FORMS.items():
        value = form.get(name)
        if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
            raise _fault(policy, name, form)
    if policy.lead_consent_required and not agreed(form.get("consents")):
        raise _fault(policy, "consents", form)


def _fault(policy: ApplicationPolicy, name: str, form: dict[str, Any]) -> http.Refusal:
    echo = f" It came with {form.get('phone')}, {form.get('name')}." if policy.lead_fault_echoes_value else ""
    return http.Refusal(400, "bad_request", f"{name} is missing or not in its form.{echo}")
