"""The application services: links, reference data, and applications from draft to decision."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.accounts.data import instant
from conformance.bank.applications.policy import ApplicationPolicy
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.resource import access, protected
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PRODUCTS: dict[str, str] = {
    "deposits.savings-account-opening": "savings-accounts",
    "deposits.current-account-opening": "current-accounts",
    "deposits.time-deposit-creation": "time-deposits",
    "deposits.foreign-currency-account-opening": "foreign-currency-accounts",
    "loans.credit-card-application": "credit-cards",
    "loans.mortgage-application": "mortgages",
    "loans.unsecured-loan-application": "unsecured-loans",
    "loans.secured-loan-application": "secured-loans",
    "other.safe-deposit-box-application": "safe-deposit-boxes",
    "investments.fund-account-opening": "fund-accounts",
    "investments.precious-metal-account-opening": "precious-metal-accounts",
    "investments.stock-account-opening": "stock-accounts",
    "insurance.general-application": "general-insurances",
    "insurance.life-application": "life-insurances",
}
REFERENCE = {
    "employment_status": ("employed", "self_employed", "student", "retired"),
    "title": ("mr", "ms", "mx"),
    "district": ("central_and_western", "sha_tin", "yuen_long"),
}
PERSONAL = ("name", "title", "phone", "email", "birth_date", "district", "employment_status", "employer")
REQUIRED = ("name", "phone", "email", "birth_date", "employment_status", "consents")
FORMS = {
    "name": re.compile(r"[^\x00-\x1f<>]{1,100}"),
    "employer": re.compile(r"[^\x00-\x1f<>]{1,100}"),
    "phone": re.compile(r"\+[0-9]{1,3}-[0-9]{6,12}", re.ASCII),
    "email": re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII),
    "birth_date": re.compile(r"(19|20)\d\d-\d\d-\d\d", re.ASCII),
}
KEY = "Idempotency-Key"
RACE = 0.08
TYPES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
LARGEST = 200_000


@dataclass(slots=True)
class Application:
    """One application of one TSP's customer."""

    identifier: str
    client_id: str
    product: str
    details: dict[str, Any]
    created_at: float
    status: str = "draft"
    seen: int = 0
    attachments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ApplicationStores:
    """Applications and the answers that idempotency keys stand for."""

    applications: dict[str, Application] = field(default_factory=dict)
    replies: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


def stores(bank: Bank) -> ApplicationStores:
    """Give the bank's application stores."""
    return bank.state.of(ApplicationStores)


def _told(bank: Bank, data: object, status: int = 200) -> Response:
    response = http.answer({"data": data}, status)
    response.headers["Cache-Control"] = bank.policy.applications.cache_control
    return response


def _caller(bank: Bank, request: Request) -> str:
    paging.judge_names(bank, request)
    if not bank.policy.applications.token_needed and "Authorization" not in request.headers:
        return bank.authorization_fixture.tsps[0].client_id
    return access(bank, request, "applications").client_id


def _row(found: Application) -> dict[str, Any]:
    return {
        "id": found.identifier,
        "product": found.product,
        "status": found.status,
        "created_at": instant(found.created_at),
        "applicant": found.details,
    }


@protected
def link(bank: Bank, request: Request, product: str) -> Response:
    """Tell where on the bank's pages a product is applied for."""
    _caller(bank, request)
    if product not in PRODUCTS.values():
        raise http.Refusal(404, "not_found", "There is no such product.")
    kind, host = bank.policy.applications.link, issuer(bank, request)
    if kind == "foreign":
        host = "https://apply.elsewhere.example"
    if kind == "http":
        host = host.replace("https://", "http://")
    query = "?customer_name=Chan+Tai+Man&phone=61234567" if kind == "personal" else ""
    return _told(bank, {"product": product, "url": f"{host}/apply/{product}{query}"})


def page(bank: Bank, request: Request, product: str) -> Response:
    """Show the page of a product; it leads nowhere else."""
    if product not in PRODUCTS.values():
        raise http.Refusal(404, "not_found", "There is no such page.")
    target = request.args.get("next") or request.args.get("url")
    if target and bank.policy.applications.link_follows_parameter:
        return Response(status=302, headers={"Location": target})
    text = "<!DOCTYPE html><html lang=en><title>Apply</title><p>Apply for the product here.</p></html>"
    return Response(text, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


@protected
def reference(bank: Bank, request: Request) -> Response:
    """List the values of every enumerated member."""
    _caller(bank, request)
    policy = bank.policy.applications
    values = {name: [] if policy.reference_data_empty else list(each) for name, each in REFERENCE.items()}
    told: dict[str, Any] = {"enumerations": values}
    if policy.privacy_notice:
        told["privacy_notice"] = f"{issuer(bank, request)}/apply/credit-cards"
    return _told(bank, told)


class _Fault(Exception):
    def __init__(self, member: str, value: object = "") -> None:
        super().__init__(member)
        self.member, self.value = member, value


def _judged(policy: ApplicationPolicy, given: Any, *, whole: bool) -> dict[str, Any]:
    try:
        return _details(policy, given, whole=whole)
    except _Fault as fault:
        said = f"{fault.member} is missing or not in its form."
        said = said if policy.fault_named else "The request is not in its form."
        echo = f" It was {fault.value}." if policy.fault_echoes_value else ""
        raise http.Refusal(400, "bad_request", said + echo) from None


def _details(policy: ApplicationPolicy, given: Any, *, whole: bool) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _Fault("body")
    if whole:
        for name in REQUIRED:
            needed = policy.consent_required if name == "consents" else policy.required_checked
            if needed and given.get(name) in (None, "", []):
                raise _Fault(name, given.get("phone"))
    for name, pattern in FORMS.items():
        value = given.get(name)
        fits = isinstance(value, str) and pattern.fullmatch(value)
        if value is not None and policy.format_checked and not fits:
            raise _Fault(name, value)
    for name, values in REFERENCE.items():
        if name in given and given[name] not in values and policy.enumeration_checked:
            raise _Fault(name, given[name])
    consents = given.get("consents")
    if consents is not None and policy.consent_required and not _agreed(consents):
        raise _Fault("consents")
    employed = given.get("employment_status") == "employed"
    if whole and employed and not given.get("employer") and policy.condition_checked:
        raise _Fault("employer", given.get("phone"))
    known = (*PERSONAL, "consents")
    return {k: v for k, v in given.items() if k in known or policy.unknown_member_kept}


def _agreed(consents: Any) -> bool:
    if not isinstance(consents, list) or not consents:
        return False
    return all(isinstance(each, dict) and each.get("given") is True for each in consents)


@protected
def create(bank: Bank, request: Request, /, *, product: str) -> Response:
    """Take a draft, whose members may still be missing; under one key it is taken once."""
    policy, store, client = bank.policy.applications, stores(bank), _caller(bank, request)
    key = request.headers.get(KEY, "")
    if not key or len(key) > 128:
        raise http.bad_request(bank, f"{KEY} is missing or too long.")
    _intact(policy, request)
    body = hashlib.sha256(request.path.encode() + request.get_data()).hexdigest()
    details = _judged(policy, request.get_json(silent=True), whole=False)
    with nullcontext() if policy.key_races else store.lock:
        earlier = store.replies.get((client, key)) if policy.key_honoured else None
        if earlier is not None:
            if earlier[0] != body and policy.key_body_compared:
                raise http.Refusal(422, "key_reused", f"The {KEY} belongs to another request.")
            return _told(bank, _row(store.applications[earlier[1]]), 201)
        if policy.key_races:
            time.sleep(RACE)
        made = Application(secrets.token_hex(16), client, product, details, bank.now())
        store.applications[made.identifier] = made
        store.replies[client, key] = (body, made.identifier)
    return _told(bank, _row(made), 201)


def _intact(policy: ApplicationPolicy, request: Request) -> None:
    """Compare Content-Digest (RFC 9530), where it is sent, with the body."""
    given = request.headers.get("Content-Digest")
    right = base64.b64encode(hashlib.sha256(request.get_data()).digest()).decode()
    if given is not None and policy.digest_checked and given != f"sha-256=:{right}:":
        raise http.Refusal(400, "digest_mismatch", "Content-Digest is not that of the body.")


def _own(bank: Bank, request: Request, application_id: str) -> Application:
    policy, client = bank.policy.applications, _caller(bank, request)
    found = stores(bank).applications.get(application_id)
    foreign = found is not None and found.client_id != client and policy.owner_bound
    if foreign and policy.foreign_differs:
        raise http.Refusal(403, "forbidden", "The application is another provider's.")
    if found is None or foreign:
        raise http.Refusal(404, "not_found", "There is no such application.")
    return found


@protected
def read(bank: Bank, request: Request, application_id: str) -> Response:
    """Show one application of the caller."""
    found, policy = _own(bank, request, application_id), bank.policy.applications
    with stores(bank).lock:
        found.seen += 1
        shown = _row(found)
        if policy.status_moves_back and found.status == "submitted" and found.seen % 2 == 0:
            shown["status"] = "draft"
    return _told(bank, shown)


@protected
def change(bank: Bank, request: Request, application_id: str) -> Response:
    """Change a draft."""
    found, policy = _own(bank, request, application_id), bank.policy.applications
    with stores(bank).lock:
        if found.status != "draft" and not policy.changed_after_submission:
            raise http.Refusal(409, "not_a_draft", "The application can be changed no longer.")
        found.details |= _judged(policy, request.get_json(silent=True), whole=False)
    return _told(bank, _row(found))


@protected
def submit(bank: Bank, request: Request, application_id: str) -> Response:
    """Submit a draft that is complete; to submit again changes nothing."""
    found, policy = _own(bank, request, application_id), bank.policy.applications
    with stores(bank).lock:
        if found.status == "withdrawn":
            raise http.Refusal(409, "withdrawn", "The application was withdrawn.")
        if not policy.incomplete_submitted:
            _judged(policy, found.details, whole=True)
        if found.status == "submitted" and policy.submitted_twice:
            copied = secrets.token_hex(16)
            found = Application(
                copied, found.client_id, found.product, found.details, bank.now(), "submitted"
            )
            stores(bank).applications[copied] = found
        found.status = "submitted"
    return _told(bank, _row(found))


@protected
def withdraw(bank: Bank, request: Request, application_id: str) -> Response:
    """Withdraw an application: what is known of its applicant is deleted."""
    found, policy = _own(bank, request, application_id), bank.policy.applications
    with stores(bank).lock:
        if policy.withdrawal_effective:
            found.status = "withdrawn"
        if policy.withdrawal_deletes:
            found.details = {}
    return _told(bank, _row(found))


@protected
def attach(bank: Bank, request: Request, application_id: str) -> Response:
    """Take a document of a kind that the bank reads, whose content is of that kind."""
    found, policy = _own(bank, request, application_id), bank.policy.applications
    if (request.content_length or 0) > LARGEST and policy.attachment_size_checked:
        raise http.Refusal(policy.oversize_status, "too_large", "The document is too large.")
    data, start = request.get_data(), TYPES.get(request.mimetype)
    if policy.attachment_type_checked and (start is None or not data.startswith(start)):
        raise http.Refusal(415, "unsupported_document", "Send a PDF, PNG or JPEG document.")
    with stores(bank).lock:
        found.attachments.append(hashlib.sha256(data).hexdigest())
    return _told(bank, {"id": found.identifier, "attachments": len(found.attachments)}, 201)


class ApplicationService:
    """Links, reference data and applications of Phase II."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        one = "/applications/<application_id>"
        yield Route("/application-links/<product>", ("GET",), link)
        yield Route("/apply/<product>", ("GET",), page)
        yield Route("/applications/reference-data", ("GET",), reference)
        for function, product in PRODUCTS.items():
            yield Route(f"/applications/{product}", ("POST",), partial(create, product=function))
        yield Route(one, ("GET",), read)
        yield Route(one, ("PATCH",), change)
        yield Route(one, ("DELETE",), withdraw)
        yield Route(f"{one}/submission", ("POST",), submit)
        yield Route(f"{one}/attachments", ("POST",), attach)
