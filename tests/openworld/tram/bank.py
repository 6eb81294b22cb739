"""Tram Bank: one application with a login and an envelope of its own, and faults to be switched on."""

from __future__ import annotations

import datetime
import json
import re
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.openworld.tram import signing

CLIENTS = {"shop": "sesame-open-01", "till": "sesame-open-02"}
PEOPLE = {"wing": "4711-wing", "lok": "0815-lok"}
LARGEST = 2_000_000
HOLIDAYS = ("20261225", "20270101", "20270208", "20270209", "20270326")
HK = datetime.timezone(datetime.timedelta(hours=8))


class No(Exception):
    """A refusal: status, number and words."""

    def __init__(self, status: int, number: int, words: str) -> None:
        super().__init__(words)
        self.status, self.number = status, number


@dataclass
class Thing:
    """An authorisation, a payment or a standing order for debits."""

    ref: str
    client: str
    kind: str
    order: dict[str, Any]
    state: str
    until: float = 0.0
    person: str = ""
    key: str = ""
    seen: int = 0
    code: str = ""
    tries: int = 0
    received: float = 0.0
    day: str = ""


@dataclass
class Tram:
    """The bank. ``faults`` are the names of what it gets wrong."""

    faults: frozenset[str] = frozenset()
    ahead: float = 0.0
    things: dict[str, Thing] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    notices: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> float:
        return time.time() + self.ahead

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self.routed(request)
        except No as no:
            body = {"status": {"code": no.number, "text": str(no)}}
            response = Response(json.dumps(body), no.status, content_type="application/json;charset=UTF-8")
        return response(environ, start_response)

    def routed(self, request: Request) -> Response:
        path = f"{request.method} {request.path}"
        for pattern, answer in ROUTES.items():
            if re.fullmatch(pattern, path):
                with self.lock if "transfers" not in path else _Open():
                    return answer(self, request)
        raise No(404, 404, "No such resource")

    # Login.

    def authorize(self, request: Request) -> Response:
        asked = request.values
        thing = self.things.get(asked.get("authorisation_ref", ""))
        if thing is None or thing.client != asked.get("client_id") or thing.state != "NEW":
            return Response(
                "<title>Error</title><p>This cannot be approved.</p>", 400, content_type="text/html"
            )
        if request.method == "GET" or PEOPLE.get(asked.get("User", "")) != asked.get("Pin"):
            hidden = "".join(
                f'<input type="hidden" name="{name}" value="{asked.get(name, "")}">'
                for name in ("client_id", "state", "redirect_uri", "authorisation_ref", "code_challenge")
            )
            page = (
                f'<title>Tram</title><form method="post" action="/id/authorize">{hidden}'
                '<label>User <input name="User"></label>'
                '<label>Pin <input name="Pin" type="password"></label><button>Agree</button></form>'
            )
            return Response(page, content_type="text/html")
        thing.state, thing.person = "OK", asked["User"]
        code = secrets.token_urlsafe(18)
        self.codes[code] = {
            "client": thing.client, "person": asked["User"], "ref": thing.ref,
            "challenge": asked.get("code_challenge", ""),
        }  # fmt: skip
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return Response("", 302, headers={"Location": f"{asked['redirect_uri']}?{query}"})

    def token(self, request: Request) -> Response:
        form = request.form
        client = form.get("client_id", "")
        if CLIENTS.get(client) != form.get("client_secret"):
            return _oauth({"error": "invalid_client"}, 401)
        held = {"client": client, "person": "", "ref": ""}
        if form.get("grant_type") == "authorization_code":
            found = self.codes.pop(form.get("code", ""), None)
            digest = sha256(form.get("code_verifier", "").encode()).digest()
            challenge = urlsafe_b64encode(digest).decode().rstrip("=")
            if found is None or found["client"] != client or found["challenge"] != challenge:
                return _oauth({"error": "invalid_grant"}, 400)
            held |= {"person": found["person"], "ref": found["ref"]}
        elif form.get("grant_type") != "client_credentials":
            return _oauth({"error": "unsupported_grant_type"}, 400)
        value = secrets.token_urlsafe(24)
        self.tokens[value] = held
        return _oauth({"access_token": value, "token_type": "bearer", "expires_in": 900}, 200)

    def holder(self, request: Request) -> dict[str, str]:
        found = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if found is None:
            raise No(401, 4010, "Token needed")
        return found

    # Orders.

    def checked(self, kind: str, given: Any, *, known: bool = True) -> dict[str, Any]:
        """The order in a request; raises ``No`` for what is wrong with it."""
        if not isinstance(given, dict):
            raise No(422, 4220, "order missing")
        amount = given.get("cap" if kind == "dda" else "amt")
        if not isinstance(amount, dict):
            raise No(422, 4221, "amt or cap missing")
        value, rounds = amount.get("value"), self.has("amounts_are_rounded")
        if isinstance(value, float) and rounds:
            value = int(value)
        if type(value) is not int or (value <= 0 and not (value < 0 and self.has("negative_is_taken"))):
            raise No(422, 4222, "value: whole number of cents above zero")
        if value > LARGEST:
            raise No(422, 4223, "value: too large")
        if amount.get("ccy") not in ("HKD", "USD"):
            raise No(422, 4224, "ccy unknown")
        if kind in ("transfer", "dda"):
            self.payee(given.get("to"))
        if kind == "bill" and not (given.get("biller") and str(given.get("billNo", "")).isdigit()):
            raise No(422, 4226, "biller or billNo missing")
        day = given.get("when")
        if day is not None and not (
            re.fullmatch(r"\d{4}-\d\d-\d\d", str(day)) and day >= self.today().isoformat()
        ):
            raise No(422, 4227, "when: a day to come")
        return dict(given)

    def payee(self, to: Any) -> None:
        forms = {
            "MOBN": r"\+852-[5679]\d{7}",
            "EMAL": r"[^@ ]+@[a-z.]+\.[a-z]+",
            "SVID": r"\d{7,9}",
            "BBAN": r"\d{3}-\d{9}",
        }
        if not isinstance(to, dict) or not to.get("name"):
            raise No(422, 4225, "to: missing")
        form = forms.get(to.get("by", ""))
        if form is None or not re.fullmatch(form, str(to.get("value"))):
            raise No(422, 4225, "to: not in its form")

    def today(self) -> datetime.date:
        return datetime.datetime.fromtimestamp(self.now(), HK).date()

    def value_day(self, kind: str, order: dict[str, Any]) -> str:
        day = datetime.date.fromisoformat(order["when"]) if order.get("when") else self.today()
        while kind == "bill" and self.closed(day):
            day += datetime.timedelta(days=1)
        return f"{day:%Y%m%d}"

    def closed(self, day: datetime.date) -> bool:
        return day.weekday() > 4 or (f"{day:%Y%m%d}" in HOLIDAYS and not self.has("holidays_are_unknown"))

    def authorisations(self, request: Request) -> Response:
        holder = self.holder(request)
        given = request.get_json(silent=True) or {}
        kind = {"deposits.fund-transfer": "transfer", "other.bill-payment": "bill"}.get(
            str(given.get("kind")), "dda"
        )
        order = self.checked(kind, given.get("order"))
        made = Thing(secrets.token_hex(10), holder["client"], kind, order, "NEW")
        limit = given.get("validUntil")
        made.until = datetime.datetime.fromisoformat(limit).timestamp() if limit else self.now() + 900
        self.things[made.ref] = made
        return _told({"ref": made.ref, "state": made.state}, 201)

    def withdrawn(self, request: Request) -> Response:
        found = self.own(request)
        found.state = "OFF"
        return _told({"ref": found.ref, "state": found.state})

    def own(self, request: Request) -> Thing:
        holder = self.holder(request)
        given = request.get_json(silent=True)
        found = self.things.get(str(given.get("ref")) if isinstance(given, dict) else "")
        open_ = self.has("every_tsp_may_enquire") and request.path.endswith("enquiries")
        if found is None or (found.client != holder["client"] and not open_):
            raise No(404, 4040, "Unknown reference")
        return found

    def instructed(self, request: Request, kind: str) -> Response:
        holder = self.holder(request)
        wrong = signing.fault_of(request, holder["client"], self.faults, self.ahead)
        if wrong:
            raise No(401, 4011, f"Signature: {wrong}")
        given = request.get_json(silent=True)
        if not isinstance(given, dict) or not given.get("instructionId"):
            raise No(422, 4228, "instructionId missing")
        key = str(given.pop("instructionId"))
        held = _Open() if self.has("keys_race") else self.lock
        with held:
            before = next(
                (t for t in self.things.values() if (t.client, t.key) == (holder["client"], key)), None
            )
            if before is not None and not self.has("keys_are_forgotten"):
                if before.order != given:
                    raise No(409, 4090, "instructionId used before")
                return _told(self.row(before), 202)
            order = self.checked(kind, given)
            consent = self.allowed(holder, kind, order)
            if self.has("keys_race"):
                for _ in range(10):  # naps, of which a machine that stands still takes one alone
                    time.sleep(0.005)
            if not self.has("authorisation_is_never_used_up"):
                consent.state = "USED" if not self.has("keys_race") else consent.state
            made = Thing(
                secrets.token_hex(10), holder["client"], kind, given, "PDNG", person=consent.person, key=key
            )
            made.received, made.day = self.now(), self.value_day(kind, order)
            if kind == "dda":
                made.state, made.code = "WOTP", f"{secrets.randbelow(10**6):06d}"
            elif made.day > f"{self.today():%Y%m%d}":
                made.state = "SCHD"
            self.things[made.ref] = made
            self.notices.append((made.client, made.ref))
        return _told(self.row(made), 202)

    def allowed(self, holder: dict[str, str], kind: str, order: dict[str, Any]) -> Thing:
        consent = self.things.get(holder["ref"])
        if consent is None or consent.state != "OK" or self.now() > consent.until or consent.kind != kind:
            raise No(403, 4030, "Not authorised")
        same = dict(order)
        if self.has("amount_is_not_compared") and "amt" in same:
            same["amt"] = consent.order["amt"] | {"ccy": same["amt"]["ccy"]}
        if self.has("payee_is_not_compared"):
            same["to"] = consent.order.get("to")
        if same != consent.order:
            raise No(403, 4031, "Not what was authorised")
        return consent

    def row(self, thing: Thing) -> dict[str, Any]:
        told: dict[str, Any] = {
            "paymentRef": thing.ref,
            "state": thing.state,
            "received": int(thing.received * 1000),
        }
        if "amt" in thing.order:
            told["amt"] = dict(thing.order["amt"])
            if self.has("amount_is_told_in_dollars"):
                told["amt"]["value"] *= 100
        return told | {"valueDate": thing.day}

    def enquiries(self, request: Request) -> Response:
        thing = self.own(request)
        thing.seen += 1
        if thing.state == "PDNG":
            thing.state = "ACSC"
        told = self.row(thing)
        if self.has("state_goes_back") and thing.state == "ACSC" and thing.seen % 2 == 0:
            told["state"] = "PDNG"
        return _told(told)

    def recalled(self, request: Request) -> Response:
        thing = self.own(request)
        if thing.state in ("PDNG", "ACSC", "CANC"):
            raise No(409, 4091, "Too late")
        thing.state = "CANC"
        return _told(self.row(thing))

    # Debits.

    def sms(self, request: Request) -> Response:
        self.holder(request)
        return _told({"sms": {"code": self.things[request.args["ref"]].code}})

    def confirmed(self, request: Request) -> Response:
        thing = self.own(request)
        thing.tries += 1
        over = thing.tries > 4 and not self.has("passwords_may_be_guessed")
        if thing.state != "WOTP" or over or (request.get_json() or {}).get("code") != thing.code:
            raise No(403, 4032, "Code refused")
        thing.state = "ACTV"
        return _told(self.row(thing))

    def collected(self, request: Request) -> Response:
        holder = self.holder(request)
        wrong = signing.fault_of(request, holder["client"], self.faults, self.ahead)
        given = request.get_json(silent=True) or {}
        thing = self.things.get(str(given.get("dda")))
        if wrong or thing is None or thing.client != holder["client"]:
            raise No(404 if not wrong else 401, 4041, "Unknown or unsigned")
        before = next((t for t in self.things.values() if t.key == given.get("instructionId")), None)
        if before is not None:
            return _told(self.row(before), 202)
        cap, amount = thing.order["cap"], given.get("amt") or {}
        live = thing.state == "ACTV" or (thing.state == "CANC" and self.has("cancelled_ddas_are_debited"))
        over = amount.get("value", 0) > cap["value"] and not self.has("caps_are_ignored")
        if not live or over or amount.get("ccy") != cap["ccy"]:
            raise No(403, 4033, "Not allowed by the customer")
        key = str(given["instructionId"])
        made = Thing(secrets.token_hex(10), holder["client"], "debit", {"amt": amount}, "ACSC", key=key)
        made.received, made.day = self.now(), f"{self.today():%Y%m%d}"
        self.things[made.ref] = made
        return _told(self.row(made), 202)

    def told_notices(self, request: Request) -> Response:
        holder = self.holder(request)
        mine = [r for c, r in self.notices if c == holder["client"] or self.has("notices_are_for_all")][-20:]
        signer = "" if self.has("notices_are_not_signed") else "tram"
        made = [
            signing.notice(
                {"iss": "https://id.tram.example", "aud": [holder["client"]], "jti": ref,
                 "iat": int(self.now()), "payment": {"ref": ref, "state": self.things[ref].state}},
                signer,
            )
            for ref in reversed(mine)
        ]  # fmt: skip
        return _told([{"jws": each} for each in made])


class _Open:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def _oauth(body: dict[str, Any], status: int) -> Response:
    return Response(
        json.dumps(body), status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _told(result: Any, status: int = 200) -> Response:
    return Response(
        json.dumps({"status": {"code": 0}, "result": result}), status, content_type="application/json"
    )


ROUTES: dict[str, Callable[[Tram, Request], Response]] = {
    r"(GET|POST) /id/authorize": Tram.authorize,
    r"POST /id/token": Tram.token,
    r"GET /id/keys": lambda _, __: Response(json.dumps(signing.jwks()), content_type="application/json"),
    r"POST /open/v2/authorisations": Tram.authorisations,
    r"POST /open/v2/authorisations/withdrawals": Tram.withdrawn,
    r"PUT /open/v2/transfers": lambda bank, request: bank.instructed(request, "transfer"),
    r"PUT /open/v2/bills": lambda bank, request: bank.instructed(request, "bill"),
    r"PUT /open/v2/ddas": lambda bank, request: bank.instructed(request, "dda"),
    r"POST /open/v2/ddas/codes": Tram.confirmed,
    r"POST /open/v2/collections": Tram.collected,
    r"POST /open/v2/enquiries": Tram.enquiries,
    r"POST /open/v2/recalls": Tram.recalled,
    r"GET /open/v2/notices": Tram.told_notices,
    r"GET /sandbox/sms": Tram.sms,
}
