"""Pontoon Bank's accounts, in the shapes of the Australian Consumer Data Right."""

from __future__ import annotations

import datetime
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.openworld.pontoon.pages import answer
from tests.openworld.pontoon.server import No, Provider, Server, Token, thumbprint

BASE = "https://data.pontoon.example/cds-au/v1"
DAY = 86400.0
NAMES = {
    "urn:au-cds:error:cds-all:Authorisation/InvalidConsent": "Consent Is Invalid",
    "urn:au-cds:error:cds-all:Field/Missing": "Missing Required Field",
    "urn:au-cds:error:cds-all:Field/Invalid": "Invalid Field",
    "urn:au-cds:error:cds-all:Field/InvalidDateTime": "Invalid Date",
    "urn:au-cds:error:cds-all:Field/InvalidPage": "Invalid Page",
    "urn:au-cds:error:cds-all:Field/InvalidPageSize": "Invalid Page Size",
    "urn:au-cds:error:cds-all:Header/Missing": "Missing Required Header",
    "urn:au-cds:error:cds-all:Header/InvalidVersion": "Invalid Version",
    "urn:au-cds:error:cds-all:Header/UnsupportedVersion": "Unsupported Version",
    "urn:au-cds:error:cds-banking:Authorisation/InvalidBankingAccount": "Invalid Banking Account",
    "urn:au-cds:error:cds-all:Resource/NotFound": "Resource Not Found",
}


@dataclass(frozen=True)
class Account:
    """An account; its entries are oldest first: days ago, amount. Its balance is their sum."""

    name: str
    owner: str
    currency: str
    category: str
    entries: tuple[tuple[float, Decimal], ...]

    @property
    def balance(self) -> Decimal:
        return sum((amount for _, amount in self.entries), Decimal(0))


def _account(owner: str, name: str, currency: str, category: str, count: int, opening: str) -> Account:
    entries = [(400.0, Decimal(opening))]
    for number in range(count):
        amount = Decimal(number * 6151 % 23000 + 307) / 100 * (1 if number % 5 == 0 else -1)
        entries.append(((count - number) * 1.7, amount))
    return Account(name, owner, currency, category, tuple(entries))


ACCOUNTS = {
    each.name: each
    for each in (
        _account("40012345", "r7Zq-HsvL0KmX2", "HKD", "TRANS_AND_SAVINGS_ACCOUNTS", 43, "9000.00"),
        _account("40012345", "r7Zq-0PdwY8TnB", "HKD", "TRANS_AND_SAVINGS_ACCOUNTS", 6, "120.50"),
        _account("40067890", "m2Xc-Jb6QfEw1S", "HKD", "TRANS_AND_SAVINGS_ACCOUNTS", 17, "3100.00"),
    )
}
HELD = Decimal("-42.10")


class Pontoon(Server):
    """The bank: its server, and what customers show to providers."""

    def __init__(self, providers: Mapping[str, Provider], *faults: str) -> None:
        super().__init__(providers, faults)
        self.lock = threading.RLock()

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
        if request.host == "data.pontoon.example":
            given = request.headers.get("x-fapi-interaction-id", "")
            known = re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", given)
            response.headers["x-fapi-interaction-id"] = given if known else str(uuid.uuid4())
        return response(environ, start_response)

    def refused(self, request: Request, no: No) -> Response:
        if request.host == "data.pontoon.example":
            told = {"code": no.code, "title": NAMES.get(no.code, no.code), "detail": no.said or no.code}
            response = answer({"errors": [told]}, no.status)
        else:
            response = answer(
                {"error": no.code, **({"error_description": no.said} if no.said else {})}, no.status
            )
        if no.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer" if not no.said else f'Bearer error="{no.said}"'
        return response

    def choices(self, person: str) -> list[tuple[str, str]]:
        return [
            (a.name, f"Account {a.name[-4:]} in {a.currency}") for a in ACCOUNTS.values() if a.owner == person
        ]

    def routed(self, request: Request) -> Response:
        data = request.host == "data.pontoon.example"
        for pattern, reply in ROUTES[data].items():
            method, _, path = pattern.partition(" ")
            found = re.fullmatch(path, request.path)
            if found and request.method == method:
                return reply(self, request, *found.groups())
        known = any(re.fullmatch(p.partition(" ")[2], request.path) for p in ROUTES[data])
        raise No(405 if known else 404, "urn:au-cds:error:cds-all:Resource/NotFound")

    # What a customer shows.

    def bearer(self, request: Request, scope: str) -> Token:
        kind, _, name = request.headers.get("Authorization", "").partition(" ")
        if self.has("token_in_the_address") and not name:
            name, kind = request.args.get("access_token", ""), "bearer"
        if not name or kind.lower() != "bearer":
            raise No(401, "invalid_request")
        held = self.tokens.get(name)
        late = held is not None and held.until < self.now() and not self.has("tokens_for_ever")
        kinds = ("access", "refresh") if self.has("refresh_token_opens") else ("access",)
        if held is None or late or held.kind not in kinds:
            raise No(401, "invalid_token", "invalid_token")
        pem = request.environ.get("SSL_CLIENT_CERT", "")
        if not self.has("certificate_not_compared") and (not pem or thumbprint(pem) != held.bound):
            raise No(401, "invalid_token", "invalid_token")
        if scope not in held.scope.split() and not self.has("scope_not_looked_at"):
            raise No(403, "urn:au-cds:error:cds-all:Authorisation/InvalidConsent", "insufficient_scope")
        return held

    def versioned(self, request: Request, scope: str) -> Token:
        held = self.bearer(request, scope)
        version = request.headers.get("x-v")
        if version is None:
            raise No(400, "urn:au-cds:error:cds-all:Header/Missing", "x-v")
        if not re.fullmatch(r"[1-9]\d{0,3}", version):
            raise No(400, "urn:au-cds:error:cds-all:Header/InvalidVersion", "x-v")
        if int(version) < 1:
            raise No(406, "urn:au-cds:error:cds-all:Header/UnsupportedVersion", "x-v")
        return held

    def told(self, data: Any, request: Request, **more: Any) -> Response:
        links = {"self": f"{BASE}{request.path.removeprefix('/cds-au/v1')}", **more.get("links", {})}
        response = answer({"data": data, "links": links, "meta": more.get("meta", {})})
        response.headers["x-v"] = "1"
        return response

    def accounts(self, request: Request) -> Response:
        held = self.versioned(request, "bank:accounts.basic:read")
        mine = [a for a in ACCOUNTS.values() if a.name in held.accounts]
        if self.has("accounts_not_picked"):
            mine = [a for a in ACCOUNTS.values() if a.owner == held.person]
        rows = [self.row(each) for each in mine]
        return self.paged(request, "accounts", rows)

    def row(self, account: Account) -> dict[str, Any]:
        number = "012-345-678901" if self.has("numbers_in_full") else "xxx-xxx-xx8901"
        return {
            "accountId": account.name, "displayName": "Everyday", "openStatus": "OPEN", "isOwned": True,
            "maskedNumber": number, "productCategory": account.category, "productName": "Everyday",
        }  # fmt: skip

    def paged(self, request: Request, name: str, rows: list[dict[str, Any]], lost: int = 0) -> Response:
        page, size = request.args.get("page", "1"), request.args.get("page-size", "25")
        if not re.fullmatch(r"[1-9]\d{0,5}", page):
            raise No(400, "urn:au-cds:error:cds-all:Field/Invalid", "page")
        if not re.fullmatch(r"\d{1,6}", size) or not 1 <= int(size) <= 1000:
            raise No(400, "urn:au-cds:error:cds-all:Field/InvalidPageSize", "page-size")
        number, length = int(page), int(size)
        pages = -(-len(rows) // length)
        if number > max(1, pages):
            raise No(422, "urn:au-cds:error:cds-all:Field/InvalidPage", "page")
        start = (number - 1) * length
        start += self.has("pages_lose_a_row") and number > 1
        start -= self.has("pages_overlap") and number > 1
        total = len(rows) + (1 if self.has("total_too_high") else 0)
        links = {}
        where = f"{BASE}{request.path.removeprefix('/cds-au/v1')}"
        for word, at in (("first", 1), ("prev", number - 1), ("next", number + 1), ("last", pages)):
            if 1 <= at <= pages:
                links[word] = f"{where}?{urlencode({**request.args, 'page': at, 'page-size': length})}"
        if number == 1:
            links.pop("first", None)
        if number >= pages:
            links.pop("last", None)
        meta = {"totalRecords": total, "totalPages": pages}
        return self.told({name: rows[start : start + length]}, request, links=links, meta=meta)

    def account(self, request: Request, scope: str, name: str) -> Account:
        held, found = self.versioned(request, scope), ACCOUNTS.get(name)
        mine = found is not None and (
            found.name in held.accounts
            or self.has("accounts_of_others")
            or (self.has("accounts_not_picked_open") and found.owner == held.person)
        )
        if found is None or not mine:
            code = "urn:au-cds:error:cds-banking:Authorisation/InvalidBankingAccount"
            if found is not None and self.has("foreign_told_apart"):
                raise No(403, code, "account")
            raise No(404, code, "account")
        return found

    def balance(self, request: Request, name: str) -> Response:
        found = self.account(request, "bank:accounts.basic:read", name)
        current, available = found.balance, found.balance + HELD
        if self.has("pending_is_booked"):
            current += HELD
        if self.has("balance_another"):
            current += Decimal("10.00")
        if self.has("balance_has_no_sign"):
            current = abs(current)
        if self.has("available_above"):
            available = current - HELD
        currency = "AUD" if self.has("balance_in_another_currency") else found.currency
        told = {
            "accountId": name,
            "currentBalance": self.text(current),
            "availableBalance": self.text(available),
        }
        return self.told({**told, "creditLimit": "0.00", "currency": currency}, request)

    def text(self, amount: Decimal) -> Any:
        if self.has("amounts_are_numbers"):
            return float(amount)
        return f"{amount:.3f}" if self.has("three_decimals") else f"{amount:.2f}"

    def moment(self, days: float) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(int(self.opened - days * DAY) - 60, datetime.UTC)

    def transactions(self, request: Request, name: str) -> Response:
        found = self.account(request, "bank:transactions:read", name)
        listed = [(self.moment(days), amount, number) for number, (days, amount) in enumerate(found.entries)][
            ::-1
        ]
        begins, ends = self.bound(request, "oldest-time", -90 * DAY), self.bound(request, "newest-time", 0)
        listed = [each for each in listed if self.after(each[0], begins) and self.until(each[0], ends)]
        rows = [self.entry(found, *each) for each in listed]
        if "newest-time" not in request.args:
            rows.insert(0, self.entry(found, None, HELD, len(found.entries)))
        if self.has("another_order"):
            rows.sort(key=lambda row: row["transactionId"])
        return self.paged(request, "transactions", rows)

    def after(self, moment: datetime.datetime, begins: datetime.datetime) -> bool:
        return moment >= begins or self.has("beginning_ignored")

    def until(self, moment: datetime.datetime, ends: datetime.datetime) -> bool:
        return moment <= ends or self.has("end_ignored")

    def bound(self, request: Request, name: str, usual: float) -> datetime.datetime:
        text = request.args.get(name)
        if text is None:
            return datetime.datetime.fromtimestamp(self.now() + usual, datetime.UTC)
        try:
            read = datetime.datetime.fromisoformat(text)
        except ValueError:
            read = None
        if read is None or read.tzinfo is None:
            raise No(400, "urn:au-cds:error:cds-all:Field/InvalidDateTime", name)
        return read

    def entry(
        self, account: Account, moment: datetime.datetime | None, amount: Decimal, number: int
    ) -> dict[str, Any]:
        if self.has("directions_turned") and amount > 0:
            amount = -amount
        owner = next(iter(ACCOUNTS)) if self.has("rows_of_another_account") else account.name
        row = {
            "accountId": owner, "transactionId": f"t{account.name[5:9]}{number:06}",
            "isDetailAvailable": False, "type": "PAYMENT", "description": "Ferry fare",
            "status": "POSTED" if moment else "PENDING",
            "amount": self.text(amount), "currency": account.currency, "reference": "",
        }  # fmt: skip
        if moment is not None:
            if self.has("booked_tomorrow") and number == len(account.entries) - 1:
                moment += datetime.timedelta(days=3)
            row["postingDateTime"] = moment.isoformat().replace("+00:00", "Z")
        elif self.has("pending_posted"):
            row["status"] = "POSTED"
            row["postingDateTime"] = self.moment(0).isoformat().replace("+00:00", "Z")
        return row

    def customer(self, request: Request) -> Response:
        held = self.bearer(request, "openid")
        sub = self.subject(held) if not self.has("userinfo_of_another") else "somebody"
        told = {"sub": sub, "name": f"Customer {held.person[-4:]}"}
        return answer(told)


Reply = Callable[..., Response]
NAME = "([^/]+)"
ROUTES: dict[bool, dict[str, Reply]] = {
    False: {
        "GET /as/.well-known/openid-configuration": Pontoon.metadata,
        "GET /as/keys": Pontoon.keys,
        "GET /as/authorise": Pontoon.authorise,
        "POST /as/step": Pontoon.step,
        "POST /as/par": Pontoon.push,
        "POST /as/token": Pontoon.token,
        "POST /as/revoke": Pontoon.revoke,
        "POST /as/introspect": Pontoon.introspect,
        "GET /as/userinfo": Pontoon.customer,
    },
    True: {
        "GET /cds-au/v1/banking/accounts": Pontoon.accounts,
        f"GET /cds-au/v1/banking/accounts/{NAME}/balance": Pontoon.balance,
        f"GET /cds-au/v1/banking/accounts/{NAME}/transactions": Pontoon.transactions,
    },
}
