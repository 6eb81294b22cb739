"""A bank that asks much of an applicant: a right one, with switches to go wrong.

A quote comes first. One application of a person is open at a time, known by their identity card. What is
submitted is confirmed by a password that goes out by mail, documents go to an address of their own, and an
application is found by its number and the applicant's birth date together.
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

PROVIDERS = {"tsp-a": "banyan-sesame-a-01", "tsp-b": "banyan-sesame-b-02"}
PRODUCTS = ("CARD", "LOAN")
JOBS = ("EMP", "SELF", "RET")
COMPULSORY = ("hkid", "surname", "mobile", "mail", "dob", "job")
FORMS = {
    "surname": r"[^<>]{1,60}",
    "mobile": r"[4-9]\d{7}",
    "mail": r"[^@\s]+@[^@\s]+\.[a-z]+",
    "dob": r"(19|20)\d\d-\d\d-\d\d",
    "hkid": r"[A-Z]{1,2}\d{6}\([0-9A]\)",
}
KINDS = {"application/pdf": b"%PDF", "image/jpeg": b"\xff\xd8"}
LARGEST = 60_000
TRIES = 3
HK = datetime.timezone(datetime.timedelta(hours=8))


class No(Exception):
    """A refusal: status, code and the member at fault."""

    def __init__(self, status: int, code: str, member: str = "", said: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.member, self.said = status, code, member, said


@dataclass
class Held:
    """One application."""

    ref: str
    owner: str
    person: dict[str, Any]
    notices: Any
    state: str = "INCOMPLETE"
    code: str = ""
    tries: int = 0
    seen: int = 0
    before: dict[str, Any] = field(default_factory=dict)


class Banyan:
    """The bank. ``faults`` are the names of what it gets wrong; ``ahead`` moves its clock."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.ahead = frozenset(faults), 0.0
        self.tokens: dict[str, str] = {}
        self.quotes: dict[str, str] = {}
        self.held: dict[str, Held] = {}
        self.keys: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.lock = threading.RLock()

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def now(self) -> float:
        return time.time() + self.ahead

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        try:
            with self.lock:
                response = self.routed(request)
        except No as no:
            fault = {"code": no.code, "path": no.member, "note": no.said}
            response = _json({"errors": [fault]}, no.status) if no.status != 401 else Response("", 401)
        return response(environ, start_response)

    def routed(self, request: Request) -> Response:
        path, method = request.path, request.method
        if path == "/token":
            return self.token(request)
        if path == "/pics":
            return Response("<p>What we do with your data", content_type="text/html")
        if request.host == "files.banyan.example":
            return self.received(request)
        caller = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")
        if not caller and not self.has("anybody_applies"):
            raise No(401, "AUTH")
        caller = caller or "tsp-a"
        if (method, path) == ("GET", "/v2/reference/job"):
            return _json(
                {"items": [{"value": job} for job in JOBS], "pics": "https://api.banyan.example/pics"}
            )
        if (method, path) == ("POST", "/v2/quotes"):
            quote = secrets.token_hex(8)
            self.quotes[quote] = caller
            return _json({"quote": {"quoteId": quote, "apr": "31.81"}}, 201)
        if (method, path) == ("POST", "/v2/applications"):
            return self.make(request, caller)
        if (method, path) == ("POST", "/v2/applications/search"):
            return self.search(request, caller)
        _, _, _, ref, *step = (*path.split("/"), "", "", "")[:6]
        held = self.own(caller, ref)
        steps = {
            ("PUT", ""): self.change, ("DELETE", ""): self.withdraw, ("POST", "submission"): self.submit,
            ("POST", "otp"): self.send, ("GET", "mail"): self.mail, ("POST", "documents"): self.announced,
        }  # fmt: skip
        found = steps.get((method, step[0]))
        if found is None:
            raise No(404, "NOT_FOUND")
        return found(request, held)

    def token(self, request: Request) -> Response:
        name = request.form.get("client_id", "")
        if PROVIDERS.get(name) != request.form.get("client_secret"):
            return _json({"error": "invalid_client"}, 401)
        value = secrets.token_urlsafe(20)
        self.tokens[value] = name
        return _json({"access_token": value, "token_type": "Bearer", "expires_in": 600})

    def own(self, caller: str, ref: str) -> Held:
        held = self.held.get(ref)
        if held is None or (held.owner != caller and not self.has("every_tsp_may")):
            raise No(404, "NOT_FOUND")
        return held

    def shown(self, held: Held, status: int = 200) -> Response:
        return _json({"ref": held.ref, "state": held.state}, status)

    def checked(self, person: dict[str, Any], *, whole: bool) -> None:
        for name in COMPULSORY if whole else ():
            if not person.get(name):
                raise No(422, "REQUIRED", f"person.{name}")
        for name, form in FORMS.items():
            value = person.get(name)
            if value is not None and not (isinstance(value, str) and re.fullmatch(form, value)):
                raise No(422, "INVALID", f"person.{name}")
        card = str(person.get("hkid", ""))
        if card and not _exists(card) and not self.has("card_is_not_computed"):
            said = f"was {card}" if self.has("card_is_repeated") else ""
            raise No(422, "INVALID", "person.hkid", said)
        if person.get("job", JOBS[0]) not in JOBS:
            raise No(422, "INVALID", "person.job")
        if whole and person.get("job") == "EMP" and not person.get("employer"):
            raise No(422, "REQUIRED", "person.employer")
        day = datetime.datetime.fromtimestamp(self.now(), HK).date()
        grown = f"{day.year - 18}-{day:%m-%d}"
        if str(person.get("dob", "")) > grown and not self.has("children_apply"):
            raise No(422, "AGE", "person.dob")

    def make(self, request: Request, caller: str) -> Response:
        if request.mimetype != "application/json":
            raise No(415, "MEDIA")
        given, sent = _object(request), request.get_data()
        key = request.headers.get("X-Idempotency-Key", "")
        if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key):
            raise No(400, "KEY", "X-Idempotency-Key")
        known = self.keys.get((caller, key))
        if known is not None:
            if known[0] != sent:
                raise No(409, "KEY", "X-Idempotency-Key")
            return self.shown(self.held[known[1]], 201)
        if self.quotes.get(str(given.get("quoteId"))) != caller and not self.has("any_quote_will_do"):
            raise No(422, "QUOTE", "quoteId")
        person = given.get("person")
        person = dict(person) if isinstance(person, dict) else {}
        self.checked(person, whole=False)
        rivals = (h for h in self.held.values() if h.state in ("INCOMPLETE", "RECEIVED"))
        if any(h.person.get("hkid") == person.get("hkid") for h in rivals) and not self.has("applies_again"):
            raise No(409, "DUPLICATE", "person.hkid")
        held = Held(f"BY{secrets.randbelow(10**10):010}", caller, person, given.get("notices"))
        self.held[held.ref], self.keys[caller, key] = held, (sent, held.ref)
        return self.shown(held, 201)

    def search(self, request: Request, caller: str) -> Response:
        given = _object(request)
        held = self.own(caller, str(given.get("ref")))
        wrong = held.person and held.person.get("dob") != given.get("dob")
        if wrong and not self.has("birth_date_is_ignored"):
            raise No(404, "NOT_FOUND")
        held.seen += 1
        back = self.has("state_goes_back") and held.state == "RECEIVED" and held.seen % 2 == 0
        told: dict[str, Any] = {"ref": held.ref, "state": "INCOMPLETE" if back else held.state}
        if self.has("data_are_kept") and held.before:
            told["person"] = held.before
        return _json({"result": [told]})

    def change(self, request: Request, held: Held) -> Response:
        if held.state != "INCOMPLETE" and not self.has("submitted_is_changed"):
            raise No(409, "STATE")
        person = _object(request).get("person")
        if isinstance(person, dict):
            self.checked(person, whole=False)
            held.person = {**person, "hkid": held.person.get("hkid")}
        return self.shown(held)

    def send(self, _: Request, held: Held) -> Response:
        held.code = "246810" if self.has("codes_are_alike") else f"{secrets.randbelow(900000) + 100000}"
        return Response("", 204, headers={"X-Trace": held.code} if self.has("code_is_told") else {})

    def mail(self, _: Request, held: Held) -> Response:
        return _json({"messages": [{"subject": "Your code", "code": held.code}] if held.code else []})

    def submit(self, request: Request, held: Held) -> Response:
        if held.state == "RECEIVED":
            return self.shown(held)
        if held.state == "WITHDRAWN" and not self.has("withdrawn_is_submitted"):
            raise No(409, "STATE")
        if held.state != "WITHDRAWN":
            self.checked(held.person, whole=True)
            self.agreed(held.notices)
            self.confirmed(held, str(_object(request).get("otp")))
        held.state = "RECEIVED"
        return self.shown(held)

    def agreed(self, notices: Any) -> None:
        each = notices if isinstance(notices, list) else []
        read = [
            n for n in each if isinstance(n, dict) and n.get("type") == "PICS" and n.get("accepted") is True
        ]
        if not read and not self.has("nobody_need_agree"):
            raise No(422, "CONSENT", "notices")

    def confirmed(self, held: Held, given: str) -> None:
        held.tries += 1
        right = {h.code for h in self.held.values()} if self.has("any_code_of_any") else {held.code}
        late = held.tries > TRIES and not self.has("codes_may_be_guessed")
        if late or not held.code or (given not in right and not self.has("any_code_at_all")):
            raise No(403, "OTP", "otp")

    def withdraw(self, _: Request, held: Held) -> Response:
        held.state, held.before, held.person = "WITHDRAWN", held.person, {}
        return Response("", 204)

    def announced(self, request: Request, _: Held) -> Response:
        given = _object(request)
        if given.get("kind") not in KINDS or int(given.get("size", 0)) > LARGEST:
            raise No(422, "DOCUMENT", "kind")
        name = secrets.token_urlsafe(16)
        self.places[name] = given
        return _json({"upload": f"https://files.banyan.example/{name}"}, 201)

    def received(self, request: Request) -> Response:
        told = self.places.get(request.path.removeprefix("/"))
        if told is None or request.method != "PUT":
            raise No(404, "NOT_FOUND")
        start = KINDS[told["kind"]]
        if not request.get_data().startswith(start) and not self.has("content_is_not_looked_at"):
            raise No(415, "DOCUMENT")
        return Response("", 200)


def _exists(card: str) -> bool:
    """Whether the check digit of an identity card number is right."""
    letters, digits, last = re.sub(r"[\d()].*", "", card), re.sub(r"\D", "", card)[:6], card[-2]
    values = [ord(c) - 55 for c in letters.rjust(2, "[")] + [int(c) for c in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if last == "A" else int(last))) % 11 == 0


def _object(request: Request) -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise No(400, "JSON")
    return found


def _json(body: Any, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(body), status, headers, content_type="application/json")
