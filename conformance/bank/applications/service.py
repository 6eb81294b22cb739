"""The application services: applications from draft to decision, plain or sealed."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts.data import instant
from conformance.bank.applications import person
from conformance.bank.applications.calls import caller, told
from conformance.bank.applications.form import judged
from conformance.bank.applications.leads import enquire
from conformance.bank.applications.links import FUNCTIONS, PRODUCTS, link, page, reference
from conformance.bank.applications.policy import ApplicationPolicy
from conformance.bank.applications.seal import opened, published
from conformance.bank.applications.stores import Application, stores
from conformance.bank.authorization.resource import protected
from conformance.bank.race import linger
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank

KEY = "Idempotency-Key"
TYPES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
LARGEST = 200_000


def row(found: Application) -> dict[str, Any]:
    return {
        "id": found.identifier,
        "product": found.product,
        "status": found.status,
        "created_at": instant(found.created_at),
        "applicant": found.details,
    }


@protected
def keys(bank: Bank, request: Request) -> Response:
    """List the key that applications are encrypted for (RFC 7517)."""
    caller(bank, request)
    response = http.answer(published())
    response.headers["Cache-Control"] = bank.policy.applications.cache_control
    return response


@protected
def create(bank: Bank, request: Request, /, *, product: str, sealed: str = "") -> Response:
    """Take a draft, plain or sealed, whose members may still be missing; under one key it is taken once."""
    policy, store, client = bank.policy.applications, stores(bank), caller(bank, request)
    key = request.headers.get(KEY, "")
    if not key or len(key) > 128:
        raise http.bad_request(bank, f"{KEY} is missing or too long.")
    if product in ("", policy.product_absent):
        raise http.Refusal(404, "not_found", "There is no such product.")
    _intact(policy, request)
    if sealed:
        given = opened(bank, request, client, sealed)
        content = json.dumps(given, sort_keys=True).encode()
    else:
        if request.mimetype != "application/json":
            raise http.Refusal(policy.media_type_status, "unsupported_media_type", "Send JSON.")
        given, content = request.get_json(silent=True), request.get_data()
    body = hashlib.sha256(request.path.encode() + content).hexdigest()
    details = judged(policy, given, whole=False)
    with nullcontext() if policy.key_races else store.lock:
        earlier = store.replies.get((client, key)) if policy.key_honoured else None
        if earlier is not None:
            if earlier[0] != body and policy.key_body_compared:
                raise http.Refusal(422, "key_reused", f"The {KEY} belongs to another request.")
            return told(bank, row(store.applications[earlier[1]]), 201)
        person.quoted(bank, given, store.quotes, client)
        person.judge(bank, details, list(store.applications.values()))
        if policy.key_races:
            linger()
        made = Application(secrets.token_hex(16), client, product, details, bank.now())
        store.applications[made.identifier] = made
        store.replies[client, key] = (body, made.identifier)
    response = told(bank, row(made), 201)
    if policy.header_tells_applicant:
        response.headers["X-Trace"] = f"applicant={quote(str(details.get('email')))}"
    return response


def create_sealed(bank: Bank, request: Request, /, *, product: str, sealed: str) -> Response:
    """Take a sealed draft of a product, which its path names as the links do."""
    return create(bank, request, product=FUNCTIONS.get(product, ""), sealed=sealed)


def _intact(policy: ApplicationPolicy, request: Request) -> None:
    """Compare Content-Digest (RFC 9530), where it is sent, with the body."""
    given = request.headers.get("Content-Digest")
    right = base64.b64encode(hashlib.sha256(request.get_data()).digest()).decode()
    if given is not None and policy.digest_checked and given != f"sha-256=:{right}:":
        raise http.Refusal(400, "digest_mismatch", "Content-Digest is not that of the body.")


def own(bank: Bank, request: Request, application_id: str, *, step: bool = False) -> Application:
    policy, client = bank.policy.applications, caller(bank, request)
    found = stores(bank).applications.get(application_id)
    bound = policy.owner_bound_for_steps if step else policy.owner_bound
    foreign = found is not None and found.client_id != client and bound
    if foreign and policy.foreign_differs:
        raise http.Refusal(403, "forbidden", "The application is another provider's.")
    if found is None or foreign:
        raise http.Refusal(404, "not_found", "There is no such application.")
    return found


@protected
def read(bank: Bank, request: Request, application_id: str) -> Response:
    """Show one application of the caller."""
    found, policy = own(bank, request, application_id), bank.policy.applications
    with stores(bank).lock:
        found.seen += 1
        shown = row(found)
        if policy.status_moves_back and found.status == "submitted" and found.seen % 2 == 0:
            shown["status"] = "draft"
    return told(bank, shown)


@protected
def change(bank: Bank, request: Request, application_id: str) -> Response:
    """Change a draft."""
    found, policy = own(bank, request, application_id), bank.policy.applications
    with stores(bank).lock:
        if found.status != "draft" and not policy.changed_after_submission:
            raise http.Refusal(409, "not_a_draft", "The application can be changed no longer.")
        given = request.get_json(silent=True)
        if policy.change_checked or not isinstance(given, dict):
            given = judged(policy, given, whole=False)
        found.details |= given
    return told(bank, row(found))


@protected
def submit(bank: Bank, request: Request, application_id: str) -> Response:
    """Submit a draft that is complete; to submit again changes nothing."""
    found, policy = own(bank, request, application_id, step=True), bank.policy.applications
    with stores(bank).lock:
        if found.status == "withdrawn" and not policy.withdrawn_submitted:
            raise http.Refusal(409, "withdrawn", "The application was withdrawn.")
        if found.status != "withdrawn":
            trusted = replace(policy, format_checked=False) if not policy.change_checked else policy
            judged(trusted, found.details, whole=True)
            person.confirmed(bank, request, found, list(stores(bank).applications.values()))
        if found.status == "submitted" and policy.submitted_twice:
            copied = secrets.token_hex(16)
            found = Application(
                copied, found.client_id, found.product, found.details, bank.now(), "submitted"
            )
            stores(bank).applications[copied] = found
        if policy.submission_effective:
            found.status = "submitted"
    return told(bank, row(found))


@protected
def withdraw(bank: Bank, request: Request, application_id: str) -> Response:
    """Withdraw an application: what is known of its applicant is deleted."""
    found, policy = own(bank, request, application_id, step=True), bank.policy.applications
    with stores(bank).lock:
        if policy.withdrawal_effective:
            found.status = "withdrawn"
        if policy.withdrawal_deletes:
            found.details = {}
    return told(bank, row(found))


@protected
def attach(bank: Bank, request: Request, application_id: str) -> Response:
    """Take a document of a kind that the bank reads, whose content is of that kind."""
    found, policy = own(bank, request, application_id), bank.policy.applications
    if (request.content_length or 0) > LARGEST and policy.attachment_size_checked:
        raise http.Refusal(policy.oversize_status, "too_large", "The document is too large.")
    data, start = request.get_data(), TYPES.get(request.mimetype)
    if policy.attachment_type_checked and (start is None or not data.startswith(start)):
        raise http.Refusal(415, "unsupported_document", "Send a PDF, PNG or JPEG document.")
    with stores(bank).lock:
        found.attachments.append(hashlib.sha256(data).hexdigest())
    return told(bank, {"id": found.identifier, "attachments": len(found.attachments)}, 201)


class ApplicationService:
    """Links, reference data and applications of Phase II."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        one = "/applications/<application_id>"
        yield Route("/application-links/<product>", ("GET",), link)
        yield Route("/apply/<product>", ("GET",), page)
        yield Route("/applications/reference-data", ("GET",), reference)
        yield Route("/applications/keys", ("GET",), keys)
        for function, product in PRODUCTS.items():
            yield Route(f"/applications/{product}", ("POST",), partial(create, product=function))
        yield Route("/leads/<product>", ("POST",), enquire)
        for kind in ("jwe", "form"):
            made = partial(create_sealed, sealed=kind)
            yield Route(f"/sealed-applications/{kind}/<product>", ("POST",), made)
        yield Route(one, ("GET",), read)
        yield Route(one, ("PATCH",), change)
        yield Route(one, ("DELETE",), withdraw)
        yield Route(f"{one}/submission", ("POST",), submit)
        yield Route(f"{one}/attachments", ("POST",), attach)
