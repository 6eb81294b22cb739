"""Groyne Bank: one application with pages of its own for approval, and faults to be switched on."""

from __future__ import annotations

import base64
import datetime
import html
import json
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from werkzeug.wrappers import Request, Response

HK = datetime.timezone(datetime.timedelta(hours=8))
CLIENTS = {"pier": "pier-open-sesame-01", "quay": "quay-open-sesame-02"}
PEOPLE = {"mei": "pin-4711-mei", "kit": "pin-0815-kit"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KNOWN = {"012-345678901", "012-345678902", "+852-61234567", "wai@shop.example", "1234567"}
FORMS = {
    "bban": r"\d{3}-\d{9}",
    "msisdn": r"\+852-[2-9]\d{7}",
    "email": r"[^@\s]+@[a-z.-]+\.[a-z]+",
    "fps": r"\d{7,9}",
}
COVERED = ("digest", "x-request-id", "date")
PAYMENTS = "/v1/payments/hk-fps"
SCA = "sca.groyne.example"
MOST = Decimal(1_000_000)


@cache
def key_of(client: str) -> rsa.RSAPrivateKey:
    """The key of a provider, made once in a process."""
    assert client in CLIENTS
    return rsa.generate_private_key(65537, 2048)


class No(Exception):
    """A refusal: status, code and what it is about."""

    def __init__(self, status: int, code: str, about: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.about = status, code, about


@dataclass
class Payment:
    """One payment, and the pages on which its customer decides on it and on its end."""

    name: str
    client: str
    order: dict[str, Any]
    sent: bytes
    status: str = "RCVD"
    page: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    end_page: str = ""
    seen: int = 0


class Groyne:
    """The bank. ``faults`` are the names of what it gets wrong; ``ahead`` moves its clock."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.ahead = frozenset(faults), 0.0
        self.tokens: dict[str, str] = {}
        self.payments: dict[str, Payment] = {}
        self.keys: dict[tuple[str, str], Payment] = {}
        self.lock = threading.RLock()

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def now(self) -> float:
        return time.time() + self.ahead

    def today(self) -> str:
        return datetime.datetime.fromtimestamp(self.now(), HK).date().isoformat()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        try:
            with self.lock:
                response = self.routed(request)
        except No as no:
            said = {"category": "ERROR", "code": no.code, "text": no.about}
            body = {"error": no.code} if request.path == "/token" else {"tppMessages": [said]}
            response = _json(body, no.status)
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def routed(self, request: Request) -> Response:
        if request.host == SCA:
            return self.decision(request)
        if (request.method, request.path) == ("POST", "/token"):
            return self.token(request)
        client = self.caller(request)
        if not UUID.fullmatch(request.headers.get("X-Request-ID", "")):
            raise No(400, "FORMAT_ERROR", "X-Request-ID")
        if (request.method, request.path) == ("POST", PAYMENTS):
            return self.make(request, client)
        found = self.payments.get(request.path.removeprefix(f"{PAYMENTS}/"))
        if found is None or (found.client != client and not self.has("every_tsp_may_look")):
            raise No(404, "RESOURCE_UNKNOWN")
        if request.method == "DELETE":
            return self.end(found)
        if request.method != "GET":
            raise No(405, "SERVICE_INVALID")
        return _json(self.told(found))

    def token(self, request: Request) -> Response:
        given = request.authorization
        name = (given.username if given and given.type == "basic" else "") or ""
        if given is None or CLIENTS.get(name) != given.password:
            raise No(401, "invalid_client")
        if request.form.get("grant_type") != "client_credentials":
            raise No(400, "unsupported_grant_type")
        value = secrets.token_urlsafe(24)
        self.tokens[value] = name
        return _json({"access_token": value, "token_type": "Bearer", "expires_in": 900})

    def caller(self, request: Request) -> str:
        found = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if found is None and not self.has("anybody_pays"):
            raise No(401, "TOKEN_INVALID")
        return found or "pier"

    def signed(self, request: Request, client: str) -> None:
        """Refuse a request that its provider has not signed (draft-cavage-http-signatures)."""
        told = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("Signature", "")))
        covered = told.get("headers", "").split()
        digest = "SHA-256=" + base64.b64encode(sha256(request.get_data()).digest()).decode()
        if not set(COVERED) <= set(covered):
            raise No(401, "SIGNATURE_INVALID")
        if request.headers.get("Digest") != digest and not self.has("digest_is_not_compared"):
            raise No(401, "SIGNATURE_INVALID")
        made = parsedate_to_datetime(request.headers.get("Date", "")).timestamp()
        if abs(self.now() - made) > 60:
            raise No(401, "SIGNATURE_INVALID")
        lines = "\n".join(f"{name}: {request.headers.get(name, '')}" for name in covered)
        for name in CLIENTS if self.has("any_key_signs") else (client,):
            try:
                value = base64.b64decode(told.get("signature", ""))
                key_of(name).public_key().verify(value, lines.encode(), padding.PKCS1v15(), hashes.SHA256())
            except (InvalidSignature, ValueError):
                continue
            return
        raise No(401, "SIGNATURE_INVALID")

    def make(self, request: Request, client: str) -> Response:
        self.signed(request, client)
        key = ("" if self.has("keys_are_shared") else client, request.headers["X-Request-ID"])
        before = None if self.has("keys_are_forgotten") else self.keys.get(key)
        if before is not None:
            if before.sent != request.get_data() and not self.has("keys_take_any_body"):
                raise No(409, "DUPLICATE_REQUEST", "X-Request-ID")
            return self.begun(before)
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            raise No(400, "FORMAT_ERROR", "body")
        self.checked(given)
        made = Payment(str(uuid.uuid4()), client, given, request.get_data())
        if self.has("amounts_are_rounded"):
            given["instructedAmount"]["amount"] = str(int(Decimal(given["instructedAmount"]["amount"])))
        if self.has("currency_is_changed"):
            given["instructedAmount"]["currency"] = "CNY"
        if self.has("nobody_is_asked"):
            self.carried_out(made)
        self.payments[made.name] = self.keys[key] = made
        return self.begun(made)

    def begun(self, payment: Payment) -> Response:
        scheme = "http" if self.has("page_in_the_clear") else "https"
        about = "?" + urlencode({"creditorName": payment.order.get("creditorName", "")})
        page = f"{scheme}://{SCA}/{payment.page}{about if self.has('page_tells_the_payee') else ''}"
        links = {"scaRedirect": {"href": page}, "self": {"href": f"{PAYMENTS}/{payment.name}"}}
        told = {"transactionStatus": payment.status, "paymentId": payment.name, "_links": links}
        return _json(told, 201)

    def checked(self, given: Mapping[str, Any]) -> None:
        amount, to = given.get("instructedAmount"), given.get("creditorAccount")
        value = amount.get("amount") if isinstance(amount, dict) else None
        places = r"(\.\d+)?" if self.has("decimals_are_cut") else r"(\.\d\d?)?"
        if not isinstance(value, str) or not re.fullmatch(rf"-?\d{{1,12}}{places}", value, re.ASCII):
            raise No(400, "FORMAT_ERROR", "instructedAmount.amount")
        least = -MOST if self.has("negative_is_taken") else Decimal("0.001")
        if not least <= Decimal(value) <= MOST:
            raise No(400, "FORMAT_ERROR", "instructedAmount.amount")
        currency = amount.get("currency") if isinstance(amount, dict) else None
        if not currency or (currency not in ("HKD", "CNY", "USD") and not self.has("any_currency_is_taken")):
            raise No(400, "FORMAT_ERROR", "instructedAmount.currency")
        said = f"creditorAccount of {given.get('creditorName')}" if self.has("payee_is_repeated") else ""
        kind, number = next(iter(to.items())) if isinstance(to, dict) and len(to) == 1 else ("", "")
        if kind not in FORMS or not re.fullmatch(FORMS[kind], str(number)):
            raise No(400, "FORMAT_ERROR", said or "creditorAccount")
        if not given.get("creditorName") and not self.has("payee_may_be_nameless"):
            raise No(400, "FORMAT_ERROR", "creditorName")
        day = given.get("requestedExecutionDate")
        past = day is not None and str(day) < self.today() and not self.has("past_days_are_taken")
        if past or (day is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(day))):
            raise No(400, "EXECUTION_DATE_INVALID", "requestedExecutionDate")

    def carried_out(self, payment: Payment) -> None:
        (number,) = payment.order["creditorAccount"].values()
        day = payment.order.get("requestedExecutionDate")
        if number not in KNOWN and not self.has("every_payee_is_known"):
            payment.status = "ACSC" if self.has("rejection_is_not_told") else "RJCT"
        elif day and day > self.today() and not self.has("day_is_not_awaited"):
            payment.status = "PDNG"
        else:
            payment.status = "ACSC"

    def told(self, payment: Payment) -> dict[str, Any]:
        payment.seen += 1
        if payment.status == "ACTC":
            self.carried_out(payment)
        status = payment.status
        if self.has("status_goes_back") and status == "ACSC" and payment.seen % 2 == 0:
            status = "ACTC"
        if self.has("cancelled_is_paid") and status == "CANC" and payment.seen > 1:
            status = "ACSC"
        return {"paymentId": payment.name, "transactionStatus": status, **payment.order}

    def end(self, payment: Payment) -> Response:
        if payment.status in ("ACSC", "RJCT", "CANC") and not self.has("done_may_be_undone"):
            raise No(405, "CANCELLATION_INVALID")
        if payment.status != "PDNG":
            payment.status = "CANC"
            return Response("", 204)
        payment.end_page = secrets.token_urlsafe(24)
        links = {"scaRedirect": {"href": f"https://{SCA}/{payment.end_page}"}}
        return _json({"transactionStatus": "PDNG", "_links": links}, 202)

    def decision(self, request: Request) -> Response:
        """The page of a payment, and what its customer says there."""
        asked = request.path.removeprefix("/")
        found = next((p for p in self.payments.values() if asked in (p.page, p.end_page)), None)
        ends = found is not None and asked == found.end_page
        if found is None or (not ends and found.status != "RCVD"):
            return Response("<title>Groyne</title><p>Nothing to decide.", 410, content_type="text/html")
        said, back = request.form.get("go"), f"https://{found.client}.example/back"
        right = PEOPLE.get(request.form.get("login", "")) == request.form.get("pin")
        if said == "no":
            found.status = "ACTC" if self.has("denied_is_paid") else found.status if ends else "RJCT"
            return Response("", 302, headers={"Location": f"{back}?error=access_denied"})
        if said != "yes" or not right:
            about = html.escape(found.order["instructedAmount"]["amount"])
            page = (
                f"<title>Groyne</title><form method=post><h1>{about}</h1>"
                "<label>Login <input name=login></label><label>Pin <input name=pin type=password></label>"
                "<button name=go value=yes>Approve</button>"
                "<button name=go value=no>Reject</button></form>"
            )
            return Response(page, content_type="text/html")
        found.status, found.end_page = ("CANC", "") if ends else ("ACTC", found.end_page)
        return Response("", 302, headers={"Location": f"{back}?done=1"})


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
