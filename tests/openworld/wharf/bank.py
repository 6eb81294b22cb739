"""Wharf Bank: accounts in the shapes of the Berlin Group, and faults to be switched on."""

from __future__ import annotations

import datetime
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.openworld.wharf.login import ISSUER, Login, No, Token, answer

API = "api.wharf.example"
HK = datetime.timezone(datetime.timedelta(hours=8))
DAY = 86400.0
PAGE = 8


@dataclass
class Consent:
    """What one customer lets one provider see."""

    name: str
    client: str
    until: str
    status: str = "received"
    person: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """An account with its booked entries, oldest first: days ago, amount, balance after it."""

    name: str
    owner: str
    currency: str
    product: str
    entries: tuple[tuple[int, Decimal, Decimal], ...]


def _ledger(owner: str, name: str, currency: str, product: str, count: int) -> Account:
    balance, entries = Decimal("2500.00"), []
    for number in range(count):
        amount = Decimal(number * 7919 % 31000 + 101) / 100 * (1 if number % 4 == 0 else -1)
        balance += amount
        entries.append((2 * (count - number) - number % 2, amount, balance))
    return Account(name, owner, currency, product, tuple(entries))


ACCOUNTS = {
    each.name: each
    for each in (
        _ledger("mei", "5b8e1f0a-60c2-4d6b-9f3e-0a1b2c3d4e5f", "HKD", "Daily", 29),
        _ledger("mei", "c2d7a9e4-1f35-4b88-8a6d-9e8f7a6b5c4d", "USD", "Dollars", 7),
        _ledger("kit", "0f9d3c7e-8b24-4a51-b6c8-7d6e5f4a3b2c", "HKD", "Daily", 11),
    )
}
KEY = "pier-app-key-31415926"
HELD = Decimal("-18.80")
"""The pending entry of each account, which its available balance takes off."""


class Wharf(Login):
    """The bank. ``faults`` are the names of what it gets wrong; ``ahead`` moves its clock."""

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults, self.ahead = frozenset(faults), 0.0
        self.consents: dict[str, Consent] = {}
        self.lock = threading.RLock()

    def now(self) -> float:
        return time.time() + self.ahead

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        try:
            with self.lock:
                response = self.routed(request)
        except No as no:
            response = self.refused(request, no)
        moment = datetime.datetime.fromtimestamp(self.now(), datetime.UTC)
        response.headers["Date"] = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.host == API and re.fullmatch(r"[0-9a-f-]{36}", request.headers.get("X-Request-ID", "")):
            response.headers["X-Request-ID"] = request.headers["X-Request-ID"]
        return response(environ, start_response)

    def refused(self, request: Request, no: No) -> Response:
        if request.host == API:
            said = {"category": "ERROR", "code": no.code}
            response = answer({"tppMessages": [said]}, no.status)
        else:
            response = answer({"error": no.code}, no.status)
        if no.challenge:
            response.headers["WWW-Authenticate"] = no.challenge
        return response

    def routed(self, request: Request) -> Response:
        for pattern, reply in ROUTES[request.host == API].items():
            method, _, path = pattern.partition(" ")
            found = re.fullmatch(path, request.path)
            if found and request.method == method:
                return reply(self, request, *found.groups())
        ways = [p.partition(" ") for p in ROUTES[request.host == API]]
        known = any(re.fullmatch(path, request.path) for _, _, path in ways)
        raise No(405 if known else 404, "SERVICE_INVALID" if known else "RESOURCE_UNKNOWN")

    def consent(self, name: str) -> Consent:
        found = self.consents.get(name)
        if found is None or found.status in ("rejected", "terminatedByTpp"):
            raise No(403, "CONSENT_UNKNOWN" if found is None else "CONSENT_INVALID")
        return found

    def choices(self, person: str) -> list[tuple[str, str]]:
        return [(a.name, f"{a.product} {a.currency}") for a in ACCOUNTS.values() if a.owner == person]

    # Consents, made in a provider's own name.

    def bearer(self, request: Request) -> Token:
        kind, _, name = request.headers.get("Authorization", "").partition(" ")
        if self.has("token_in_the_address") and not name:
            name, kind = request.args.get("access_token", ""), "bearer"
        held = self.tokens.get(name) if kind.lower() == "bearer" else None
        if self.has("keys_wanted") and not self.key_fits(request.headers.get("X-App-Key")):
            raise No(401, "CERTIFICATE_MISSING")
        if not name:
            raise No(401, "TOKEN_UNKNOWN", "Bearer")
        late = held is not None and held.until < self.now() and not self.has("tokens_for_ever")
        if held is None or late or held.kind != "access":
            raise No(401, "TOKEN_INVALID", 'Bearer error="invalid_token"')
        if not re.fullmatch(r"[0-9a-f-]{36}", request.headers.get("X-Request-ID", "")):
            raise No(400, "FORMAT_ERROR")
        return held

    def key_fits(self, key: str | None) -> bool:
        if key is None:
            return self.has("key_not_needed")
        return key == KEY or self.has("key_not_compared")

    def own(self, request: Request) -> Token:
        held = self.bearer(request)
        if held.person:
            raise No(403, "SERVICE_BLOCKED", 'Bearer error="insufficient_scope"')
        return held

    def make(self, request: Request) -> Response:
        held, given = self.own(request), _object(request)
        if not request.headers.get("PSU-IP-Address"):
            raise No(400, "FORMAT_ERROR")
        until, today = given.get("validUntil"), datetime.datetime.fromtimestamp(self.now(), HK).date()
        try:
            last = datetime.date.fromisoformat(until) if isinstance(until, str) else None
        except ValueError:
            last = None
        if last is None or given.get("access") != {"allPsd2": "allAccounts"}:
            raise No(400, "FORMAT_ERROR")
        if last < today and not self.has("consent_of_the_past"):
            raise No(400, "PERIOD_INVALID")
        last = min(last, today + datetime.timedelta(days=180)) if not self.has("consent_for_ever") else last
        made = Consent(str(uuid.uuid4()), held.client, last.isoformat())
        self.consents[made.name] = made
        links = {"scaOAuth": {"href": f"{ISSUER}/.well-known/oauth-authorization-server"}}
        links["self"] = {"href": f"/psd2/v1/consents/{made.name}"}
        told = {"consentStatus": made.status, "consentId": made.name, "_links": links}
        return answer(told, 201)

    def mine(self, request: Request, name: str) -> Consent:
        held, found = self.own(request), self.consents.get(name)
        if found is None or (found.client != held.client and not self.has("consents_for_all_to_see")):
            raise No(404, "RESOURCE_UNKNOWN")
        return found

    def tell(self, request: Request, name: str) -> Response:
        found = self.mine(request, name)
        told = {
            "consentStatus": found.status,
            "validUntil": found.until,
            "access": {"allPsd2": "allAccounts"},
        }
        return answer(told)

    def withdraw(self, request: Request, name: str) -> Response:
        found = self.mine(request, name)
        if not self.has("withdrawal_ignored"):
            found.status = "terminatedByTpp"
        return Response("", 204)

    # What a customer lets a provider see.

    def granted(self, request: Request) -> Consent:
        held = self.bearer(request)
        named = request.headers.get("Consent-ID", "")
        other = self.consents.get(named)
        near = other is not None and other.person == held.person and self.has("consent_of_the_customer")
        loose = near or self.has("consent_by_header")
        if not held.person or (named != held.consent and not loose):
            raise No(403, "CONSENT_INVALID")
        found = self.consents.get(named if loose else held.consent)
        if found is None or found.status != "valid":
            raise No(403, "CONSENT_INVALID")
        return found

    def account(self, request: Request, name: str) -> Account:
        consent, found = self.granted(request), ACCOUNTS.get(name)
        theirs = found is not None and found.owner == consent.person
        if self.has("accounts_of_others") or (self.has("accounts_not_picked") and theirs):
            theirs = True
        elif name not in consent.accounts:
            theirs = False
        if found is None or not theirs:
            raise No(404, "RESOURCE_UNKNOWN")
        return found

    def accounts(self, request: Request) -> Response:
        consent = self.granted(request)
        mine = [ACCOUNTS[name] for name in consent.accounts]
        return answer({"accounts": [self.row(each) for each in mine]})

    def row(self, each: Account) -> dict[str, Any]:
        number = "0124567890" if self.has("numbers_in_full") else "012-4***-**890"
        links = {"transactions": {"href": f"/psd2/v1/accounts/{each.name}/transactions"}}
        row = {"resourceId": each.name, "bban": number, "currency": each.currency, "name": "Mei's own"}
        return {
            **row,
            "product": each.product,
            "cashAccountType": "SVGS",
            "status": "enabled",
            "_links": links,
        }

    def balances(self, request: Request, name: str) -> Response:
        found = self.account(request, name)
        booked = found.entries[-1][2]
        told = {"interimBooked": booked, "interimAvailable": booked + HELD}
        if self.has("pending_is_booked"):
            told["interimBooked"] += HELD
        if self.has("balance_has_no_sign"):
            told = {kind: -amount for kind, amount in told.items()}
        moment = datetime.datetime.fromtimestamp(self.now(), HK).isoformat(timespec="seconds")
        rows = [
            {"balanceType": kind, "lastChangeDateTime": moment, "balanceAmount": self.money(found, amount)}
            for kind, amount in told.items()
        ]
        told_ = {"account": {"bban": "012-4***-**890"}, "balances": rows}
        return answer({**told_, "_links": {"self": {"href": request.full_path}}})

    def money(self, account: Account, amount: Decimal) -> dict[str, str]:
        currency = "CNY" if self.has("another_currency") else account.currency
        written = f"{amount + Decimal('0.005'):.3f}" if self.has("tenths_of_cents") else f"{amount:.2f}"
        return {"currency": currency, "amount": written}

    def day(self, days: float) -> str:
        return datetime.datetime.fromtimestamp(self.now() - days * DAY, HK).date().isoformat()

    def transactions(self, request: Request, name: str) -> Response:
        found, args = self.account(request, name), request.args
        rows = [self.entry(found, *each, number) for number, each in enumerate(found.entries)][::-1]
        for side, fault in (("dateFrom", "beginning_ignored"), ("dateTo", "end_ignored")):
            day = args.get(side, "")
            if day and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
                raise No(400, "FORMAT_ERROR")
            first = side == "dateFrom"
            if day and not self.has(fault):
                rows = [r for r in rows if (r["bookingDate"] >= day if first else r["bookingDate"] <= day)]
        if not re.fullmatch(r"[1-9]\d{0,2}", args.get("page", "1")):
            raise No(400, "FORMAT_ERROR")
        page = int(args.get("page", "1"))
        start = (page - 1) * PAGE
        start -= self.has("pages_overlap") and page > 1
        start += self.has("pages_lose_a_row") and page > 1
        listed: dict[str, Any] = {"booked": rows[start : start + PAGE]}
        if page == 1:
            listed["pending"] = [self.entry(found, 0, HELD, None, len(found.entries))]
        more = start + PAGE < len(rows)
        if more or (self.has("pages_without_end") and page > 1):
            again = page + 1 if more else page - 1
            query = urlencode({**args, "page": again})
            listed["_links"] = {"next": {"href": f"/psd2/v1/accounts/{found.name}/transactions?{query}"}}
        return answer({"account": {"bban": "012-4***-**890"}, "transactions": listed})

    def entry(
        self, account: Account, days: int, amount: Decimal, balance: Decimal | None, number: int
    ) -> dict[str, Any]:
        if self.has("amounts_rounded"):
            amount = amount.quantize(Decimal(1)).quantize(Decimal("0.01"))
        if self.has("directions_turned") and balance is not None:
            amount = -amount
        days = -3 if self.has("booked_tomorrow") and number == 3 else days
        row = {"transactionId": f"w{account.name[:4]}{number:05}", "bookingDate": self.day(days)}
        row["transactionAmount"] = self.money(account, amount)  # type: ignore[assignment]
        if balance is None:
            row.pop("bookingDate")
        else:
            row["balanceAfterTransaction"] = {"balanceAmount": self.money(account, balance)}  # type: ignore[assignment]
        return {**row, "remittanceInformationUnstructured": "Ferry ticket"}


def _object(request: Request) -> dict[str, Any]:
    try:
        given = json.loads(request.get_data())
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise No(400, "FORMAT_ERROR")
    return given


Reply = Callable[..., Response]
NAME = "([^/]+)"
ROUTES: dict[bool, dict[str, Reply]] = {
    False: {
        "GET /.well-known/oauth-authorization-server": Wharf.metadata,
        "GET /authorise": Wharf.authorise,
        "POST /way": Wharf.way,
        "POST /token": Wharf.token,
        "POST /revoke": Wharf.revoke,
        "POST /introspect": Wharf.introspect,
    },
    True: {
        "POST /psd2/v1/consents": Wharf.make,
        f"GET /psd2/v1/consents/{NAME}": Wharf.tell,
        f"DELETE /psd2/v1/consents/{NAME}": Wharf.withdraw,
        "GET /psd2/v1/accounts": Wharf.accounts,
        f"GET /psd2/v1/accounts/{NAME}/balances": Wharf.balances,
        f"GET /psd2/v1/accounts/{NAME}/transactions": Wharf.transactions,
    },
}
