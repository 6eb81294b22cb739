"""A bank that takes applications in another way than any other here: a right one, with switches to go wrong.

Everything but a withdrawal is POST or PUT, reads too; a withdrawal is GET. Applications come as three fields
in JSON, answers in an envelope, identifiers in Location, and what is asked for is done a moment later (202).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Request, Response

PRODUCTS = {"HL": "Home loan", "PL": "Personal loan"}
CODES = {
    "employmentType": [("E", "Employed"), ("S", "Self-employed"), ("N", "Not employed")],
    "titleCode": [("01", "Mr"), ("02", "Ms")],
}
COMPULSORY = ("custName", "mobileNo", "emailAddr", "dateOfBirth", "employmentType")
FORMS = {
    "custName": r"[^<>\x00-\x1f]{1,80}",
    "mobileNo": r"[4-9][0-9]{7}",
    "emailAddr": r"[^@\s]+@[^@\s]+\.[a-z]+",
    "dateOfBirth": r"[0-3][0-9]/[01][0-9]/(19|20)[0-9]{2}",
    "companyName": r"[^<>\x00-\x1f]{1,80}",
}
KINDS = {"application/pdf": b"%PDF", "image/jpeg": b"\xff\xd8"}
ALGORITHMS = ["RSA-OAEP", "A128GCM"]
LARGEST = 50_000
FRAME = 2000
"""Bytes that a form may have around its document."""
PAGES = "apply.lantern.example"


def pem(key: rsa.RSAPrivateKey) -> str:
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@cache
def own_key() -> rsa.RSAPrivateKey:
    """The bank's key, made once in a process."""
    return rsa.generate_private_key(65537, 2048)


class Refused(Exception):
    """An answer that says no: its status, the bank's code, and the members at fault."""

    def __init__(self, status: int, code: str, *fields: str, said: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.fields, self.said = status, code, fields, said


@dataclass
class Form:
    """One application."""

    number: str
    owner: str
    product: str
    info: dict[str, Any]
    declared: dict[str, Any]
    status: str = "DRAFT"
    next: list[str] = field(default_factory=list)


class Lantern:
    """The bank. ``wrong`` names its defects; ``logins``, ``reads`` and ``writes`` are what came."""

    def __init__(self, providers: dict[str, tuple[str, rsa.RSAPrivateKey]], *wrong: str) -> None:
        self.providers, self.wrong = providers, frozenset(wrong)
        self.key = own_key()
        self.opener = RSAKey.import_key(self.key)
        self.tokens: dict[str, str] = {}
        self.forms: dict[str, Form] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.callbacks: dict[str, str] = {}
        self.logins: list[str] = []
        self.reads: list[str] = []
        self.writes: list[str] = []
        self._lock = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            with self._lock, Request(environ) as request:
                response = self._answered(request)
        except Refused as no:
            response = self._no(no)
        response.headers["X-Correlation-Id"] = secrets.token_hex(8)
        return response(environ, start_response)

    def _no(self, no: Refused) -> Response:
        if no.status == 401:
            return Response("", 401)
        named = [] if "unnamed" in self.wrong else [{"field": name, "code": no.code} for name in no.fields]
        body = {"rtnCode": no.code, "rtnMsg": f"Not accepted {no.said}".strip(), "fieldErrors": named}
        return Response(json.dumps(body), no.status, content_type="application/json;charset=UTF-8")

    def _answered(self, request: Request) -> Response:
        told = f"{request.method} {request.path}"
        if request.host == PAGES:
            self.reads.append(told)
            return self._page(request)
        parts = request.path.removeprefix("/api/v3/").split("/")
        if parts == ["login"]:
            self.logins.append(told)
            return self._login(request)
        reads = parts[0] in ("landing", "codes") or parts == ["forms", "status"]
        (self.reads if reads else self.writes).append(told)
        owner = self.tokens.get(request.headers.get("X-Session", ""), "")
        if not owner and "open" not in self.wrong:
            raise Refused(401, "E0401")
        if parts == ["landing"]:
            return self._landing(_json(request).get("product", ""))
        if len(parts) == 2 and parts[0] == "codes":
            return self._codes(parts[1])
        if parts == ["forms", "status"]:
            return self._status(owner, str(_json(request).get("formNo")))
        if parts[0] == "callbacks" and request.method == "PUT":
            return self._callback(request)
        if parts[0] == "forms" and len(parts) == 2 and request.method == "POST":
            return self._create(request, owner or "app-1", parts[1])
        if parts[0] == "forms" and len(parts) > 2:
            return self._step(request, self._own(owner, parts[1]), parts[2])
        raise Refused(404, "E0404")

    def _told(self, body: Any, status: int = 200, location: str = "") -> Response:
        text = json.dumps({"rtnCode": "0000", "rtnMsg": "OK", "body": body})
        response = Response(text, status, content_type="application/json;charset=UTF-8")
        if location:
            response.headers["Location"] = f"https://api.lantern.example{location}"
        return response

    def _page(self, request: Request) -> Response:
        if request.path == "/privacy" or request.path.removeprefix("/start/") in PRODUCTS:
            go = request.args.get("goto")
            if go and "open-redirect" in self.wrong:
                return Response("", 302, headers={"Location": go})
            return Response("<!doctype html><p>Start here", content_type="text/html")
        return Response("", 404)

    def _login(self, request: Request) -> Response:
        given = _json(request)
        known = self.providers.get(given.get("appId", ""))
        if known is None or known[0] != given.get("appSecret"):
            raise Refused(401, "E0401")
        token = secrets.token_hex(20)
        self.tokens[token] = given["appId"]
        return Response(json.dumps({"sessionToken": token, "ttl": 600}), content_type="application/json")

    def _landing(self, product: str) -> Response:
        if product not in PRODUCTS:
            raise Refused(404, "E0404")
        who = "&customerName=CHAN+TAI+MAN" if "personal-link" in self.wrong else ""
        where = "start" if "dead-link" not in self.wrong else "gone"
        return self._told({"url": f"https://{PAGES}/{where}/{product}?productName=loan{who}"})

    def _codes(self, name: str) -> Response:
        codes = CODES.get(name, []) if "no-codes" not in self.wrong else []
        rows = [{"code": code, "text": text} for code, text in codes]
        return self._told({"list": rows, "notice": f"https://{PAGES}/privacy"})

    def _opened(self, request: Request, owner: str) -> dict[str, Any]:
        fields = _json(request)
        if not all(isinstance(fields.get(name), str) for name in ("token", "checksum", "digest")):
            if "clear" in self.wrong and "request" in fields:
                return fields
            raise Refused(400, "E0410", "token")
        try:
            plain = jwe.decrypt_compact(
                fields["token"], self.opener, algorithms=["RSA-OAEP", "A128GCM"]
            ).plaintext
        except (JoseError, ValueError):
            raise Refused(400, "E0411", "token") from None
        hashed = hashlib.sha512(fields["token"].encode()).digest()
        if fields["checksum"] != base64.b64encode(hashed).decode() and "checksum" not in self.wrong:
            raise Refused(400, "E0412", "checksum")
        owners = list(self.providers) if "any-signer" in self.wrong else [owner]
        keys = [self.providers[name][1].public_key() for name in owners]
        if "digest" not in self.wrong and not any(_signed(key, fields) for key in keys):
            raise Refused(400, "E0413", "digest")
        return _object(plain or b"")

    def _create(self, request: Request, owner: str, product: str) -> Response:
        if product not in PRODUCTS:
            raise Refused(404, "E0404")
        if request.mimetype != "application/json":
            raise Refused(415, "E0415")
        key = request.headers.get("X-Request-Key", "")
        if not key:
            raise Refused(400, "E0400", "X-Request-Key")
        given = self._opened(request, owner).get("request")
        if not isinstance(given, dict):
            raise Refused(400, "E0400", "request")
        content = json.dumps(given, sort_keys=True)
        known = self.keys.get((owner, key)) if "twice" not in self.wrong else None
        if known and known[1] != content and "other-body" not in self.wrong:
            raise Refused(409, "E0409", "X-Request-Key")
        number = known[0] if known else f"LB{secrets.randbelow(10**12):012}"
        if not known:
            self.keys[owner, key] = number, content
            info, declared = given.get("applicantInfo", {}), given.get("declarations", {})
            kept = {n: v for n, v in info.items() if n in FORMS or n in CODES}
            self.forms[number] = Form(number, owner, product, kept, declared)
        return self._told({}, 202, f"/api/v3/forms/{number}")

    def _own(self, owner: str, number: str) -> Form:
        form = self.forms.get(number)
        foreign = form is not None and form.owner != owner and "foreign" not in self.wrong
        if form is None or foreign:
            raise Refused(404, "E0404")
        return form

    def _status(self, owner: str, number: str) -> Response:
        form = self._own(owner, number)
        if form.next:
            form.status = form.next.pop(0)
        if form.status == "CANCELLED" and "kept" not in self.wrong:
            return Response("", 410)
        told = {"formNo": number, "applicationStatus": form.status, "lastUpdate": "20260105093000"}
        return self._told({"form": {**told, "applicantInfo": form.info}})

    def _step(self, request: Request, form: Form, step: str) -> Response:
        if step == "cancel" and request.method == "GET":
            form.status, form.next = "CANCELLED", []
            return self._told({}, 202)
        if step == "update" and request.method == "PUT":
            if {"CANCELLED", "SUBMITTED"} & {form.status, *form.next}:
                raise Refused(409, "E0420")
            form.info = self._opened(request, form.owner)["request"]["applicantInfo"]
            return self._told({}, 202)
        if step == "confirm" and request.method == "POST":
            return self._confirmed(form)
        if step == "files" and request.method == "POST":
            return self._filed(request)
        raise Refused(404, "E0404")

    def _confirmed(self, form: Form) -> Response:
        if form.status == "CANCELLED" and "revived" not in self.wrong:
            raise Refused(409, "E0421")
        if "SUBMITTED" in (form.status, *form.next):
            return self._told({}, 202)
        self._complete(form)
        form.next = ["DRAFT", "SUBMITTED"]
        return self._told({}, 202)

    def _complete(self, form: Form) -> None:
        info = form.info
        said = str(info.get("mobileNo")) if "echo" in self.wrong else ""
        for name in COMPULSORY if "incomplete" not in self.wrong else ():
            if not info.get(name):
                raise Refused(422, "E1001", name, said=said)
        employed = info.get("employmentType") == "E" and "condition" not in self.wrong
        if employed and not info.get("companyName"):
            raise Refused(422, "E1001", "companyName", said=said)
        for name, pattern in FORMS.items() if "any-form" not in self.wrong else ():
            if name in info and not (isinstance(info[name], str) and re.fullmatch(pattern, info[name])):
                raise Refused(422, "E1002", name, said=said)
        for name, values in CODES.items() if "any-code" not in self.wrong else ():
            if name in info and info[name] not in {code for code, _ in values}:
                raise Refused(422, "E1003", name, said=said)
        if form.declared.get("privacyNotice") != "Y" and "no-consent" not in self.wrong:
            raise Refused(422, "E1004", "privacyNotice", said=said)

    def _filed(self, request: Request) -> Response:
        if (request.content_length or 0) > LARGEST + FRAME:
            if "large-crashes" in self.wrong:
                return Response("", 500)
            raise Refused(413, "E0413")
        file = request.files.get("doc")
        data, kind = (file.read(), file.mimetype) if file else (b"", "")
        if kind not in KINDS or not data.startswith(KINDS[kind]) or len(data) > LARGEST:
            raise Refused(400, "E0416", "doc")
        return self._told({}, 201)

    def _callback(self, request: Request) -> Response:
        given, key = _json(request), request.headers.get("X-Request-Key", "")
        for name in ("contactName", "contactNo"):
            if not given.get(name) and "short-callback" not in self.wrong:
                raise Refused(400, "E2001", name)
        if given.get("agreed") is not True:
            raise Refused(400, "E2002", "agreed")
        return self._told({"ref": self.callbacks.setdefault(key, secrets.token_hex(6))}, 202)


def _json(request: Request) -> dict[str, Any]:
    return _object(request.get_data())


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        raise Refused(400, "E0400") from None
    if not isinstance(found, dict):
        raise Refused(400, "E0400")
    return found


def _signed(key: rsa.RSAPublicKey, fields: dict[str, str]) -> bool:
    try:
        made = base64.b64decode(fields["digest"])
        key.verify(made, fields["checksum"].encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
