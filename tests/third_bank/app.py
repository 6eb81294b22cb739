"""The third bank as a WSGI application: it checks all by its own description, unless a fault says no."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from tests.third_bank.rules import allowed, description, validators
from tests.third_bank.sundry import Refused, Sundry

KEYS = {"key-of-ada-7f3a": "ada", "key-of-bob-91c2": "bob"}
Row = dict[str, Any]
Edit = Callable[[str, Any], Any]
"""Changes what an operation answers: its operationId and the document give the document."""
_LONE = re.compile("[\ud800-\udfff]")


PATHS = {
    "accounts": ("GET", "/v2/accounts"),
    "account": ("GET", "/v2/accounts/<key>"),
    "entries": ("GET", "/v2/accounts/<key>/entries"),
    "payees": ("GET", "/v2/payees"),
    "addPayee": ("POST", "/v2/payees"),
    "payee": ("GET", "/v2/payees/<key>"),
    "changePayee": ("PUT", "/v2/payees/<key>"),
    "removePayee": ("DELETE", "/v2/payees/<key>"),
    "transfers": ("GET", "/v2/transfers"),
    "transfer": ("POST", "/v2/transfers"),
    "oneTransfer": ("GET", "/v2/transfers/<key>"),
    "cancelTransfer": ("DELETE", "/v2/transfers/<key>"),
    "addHook": ("POST", "/v2/hooks"),
    "search": ("GET", "/v2/search"),
    "document": ("GET", "/v2/documents/<path:key>"),
    "rates": ("GET", "/v2/rates"),
}
_ROUTES = Map([Rule(rule, methods=[method], endpoint=name) for name, (method, rule) in PATHS.items()])


class ThirdBank(Sundry):
    """One bank. ``faults`` names its defects; ``loosened`` are the keywords, by pointer below the schemas,
    that it does not check; ``edit`` changes its answers; ``seed`` varies its data."""

    def __init__(
        self,
        *,
        faults: Iterable[str] = (),
        loosened: Iterable[str] = (),
        edit: Edit | None = None,
        seed: int = 0,
    ) -> None:
        self.faults = frozenset(faults)
        self._edit = edit or (lambda _, document: document)
        self._rules = validators(tuple(loosened))
        self._random = random.Random(seed)
        self.accounts: dict[str, Row] = {}
        self.owner: dict[str, str] = {}
        self.entries: dict[str, list[Row]] = {}
        self.payees: dict[str, Row] = {}
        self.removed: dict[str, Row] = {}
        self.transfers: dict[str, Row] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.changes: dict[str, bool] = {}
        self.served = 0
        for customer in ("ada", "bob"):
            for number in range(5):
                self._open(customer, number)
        for key in list(self.accounts)[:3]:
            self.add_payee({"name": f"Payee {key[:4]}", "bank": "004", "account": "123456789"}, "ada")

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def _id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _open(self, customer: str, number: int) -> None:
        key = self._id()
        self.owner[key] = customer
        self.accounts[key] = {
            "id": key,
            "number": f"012-{self._random.randrange(10**6):06d}",
            "nickname": f"{self._random.choice(['Daily', 'Rent', 'Travel', 'School'])} {number}",
            "currency": ("HKD", "USD", "CNY")[number % 3],
            "balance": f"{self._random.randrange(1, 90_000)}.50",
            "opened": "2020-01-15" if number else None,
        }
        self.entries[key] = [
            {
                "id": f"e{n}-{key[:4]}",
                "kind": ("credit", "debit")[n % 2],
                "amount": f"{self._random.randrange(1, 999)}.00",
                "date": f"2026-{1 + n % 9:02d}-{1 + n:02d}",
                "text": ("Rent", "Salary", "Groceries")[n % 3],
            }
            for n in range(7)
        ]

    # The gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.served += 1
        try:
            response = self._answer(request)
        except Refused as refused:
            response = self._problem(refused)
        return response(environ, start_response)

    def _problem(self, refused: Refused) -> Response:
        body: Any = {"title": refused.title, "status": refused.status}
        body = self._edit("problem", body)
        if self.has("refusals_with_418") and refused.status == 400:
            refused.status = 418
        kind = "text/html" if self.has("errors_in_html") else "application/problem+json"
        status = 200 if self.has("errors_with_200") else refused.status
        text = f"<h1>{refused.title}</h1>" if self.has("errors_in_html") else json.dumps(body)
        return Response(text, status, headers=refused.headers, content_type=kind)

    def _answer(self, request: Request) -> Response:
        try:
            name, values = _ROUTES.bind_to_environ(request.environ).match()
        except MethodNotAllowed as refused:
            if self.has("any_method_works"):
                return self._json({"items": []}, 200)
            allow = ", ".join(refused.valid_methods or ())
            raise Refused(405, "method not allowed", {"Allow": allow}) from None
        except HTTPException:
            raise Refused(404, "no such path") from None
        customer = KEYS.get(request.headers.get("X-Api-Key", ""), "")
        if name == "rates" and self.has("rates_gone"):
            raise Refused(404, "no such path")
        if self.has("any_key_works") and request.headers.get("X-Api-Key"):
            customer = customer or "ada"
        if not customer and name != "rates" and not self.has(f"{name}_is_open"):
            raise Refused(401, "no key")
        self._parameters(request, name, values)
        body = self._body(request, name) if request.method in ("POST", "PUT") else None
        answered: Response = getattr(self, f"_{name}")(request, customer or "ada", body, **values)
        return answered

    def _parameters(self, request: Request, name: str, values: Mapping[str, Any]) -> None:
        """Checks the parameters of an operation as its description has them."""
        path = PATHS[name][1].removeprefix("/v2")
        template = next(
            p for p in description()["paths"] if re.sub(r"\{\w+\}", "<key>", p) == path.replace("path:", "")
        )
        item = description()["paths"][template]
        given = [*item.get("parameters", []), *item[PATHS[name][0].lower()].get("parameters", [])]
        for parameter in given:
            if "$ref" in parameter:
                parameter = description()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
            called = parameter["name"]
            if self.has(f"unchecked_{called}"):
                continue
            if parameter["in"] == "path":
                text: str | None = next(iter(values.values()), None)
            elif parameter["in"] == "header":
                text = request.headers.get(called)
            else:
                text = request.args.get(called)
            if self.has("operators_read") and any(name.startswith(f"{called}[$") for name in request.args):
                continue
            if text is None:
                if parameter.get("required"):
                    raise Refused(400, f"{called} is missing")
                continue
            if not allowed(parameter["schema"], text):
                raise Refused(400, f"{called} is not valid")

    def _body(self, request: Request, name: str) -> Row:
        xml = request.mimetype == "application/xml" and self.has("entities_expanded")
        if request.mimetype != "application/json" and not xml and not self.has("any_media_type"):
            raise Refused(415, "JSON is wanted")
        data = request.get_data()
        if request.mimetype == "application/xml" and self.has("entities_expanded") and b"ENTITY" in data:
            raise Refused(400, "conformance-7331-canary is no name")
        if b"\\u0000" in data and self.has("nul_crashes"):
            raise Refused(500, "internal error")
        if len(data) > 4000 and self.has("long_text_crashes"):
            raise Refused(500, "internal error")
        twice: list[str] = []

        def members(pairs: list[tuple[str, Any]]) -> Row:
            names = [key for key, _ in pairs]
            twice.extend(key for key in names if names.count(key) > 1)
            return dict(pairs)

        def never(_: str) -> Any:
            raise ValueError

        try:
            body = json.loads(data, object_pairs_hook=members, parse_constant=never)
        except (ValueError, RecursionError):
            if self.has("cut_body_mended"):
                body = json.loads(data + b"}") if data else {}
            elif self.has("broken_json_crashes"):
                raise Refused(500, "internal error") from None
            else:
                raise Refused(400, "not JSON") from None
        if _LONE.search(json.dumps(body, ensure_ascii=False)):
            raise Refused(400, "a lone surrogate")
        if twice and not self.has("duplicates_accepted"):
            raise Refused(400, "a member comes twice")
        if self.has("mass_assignment") and isinstance(body, dict):
            body = {**body}
            self._taken = {k: body.pop(k) for k in ("verified", "status") if k in body}
        if not self._rules[name].is_valid(body):
            raise Refused(400, "the body is not as described")
        return dict(body)

    def _json(self, document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return Response(json.dumps(document), status, headers=headers or {}, content_type="application/json")

    # Lists

    def _page(self, request: Request, name: str, rows: list[Row]) -> Response:
        limit = int(request.args.get("limit", "20")) if request.args.get("limit", "20").isdigit() else 20
        offset = int(request.args.get("offset", "0")) if request.args.get("offset", "0").isdigit() else 0
        if self.has("limit_ignored"):
            limit = 20
        if self.has("offset_ignored"):
            offset = 0
        if self.has("pages_overlap") and offset:
            offset -= 1
        if self.has("pages_skip") and offset:
            offset += 1
        shown = rows[offset : offset + limit]
        document = self._edit(name, {"items": copy.deepcopy(shown)})
        headers = {} if self.has("total_missing") else {"X-Total-Count": str(len(rows))}
        if self.has("total_is_a_word"):
            headers["X-Total-Count"] = "many"
        return self._json(document, 200, headers)

    def _accounts(self, request: Request, customer: str, body: Row | None) -> Response:
        rows = [a for k, a in self.accounts.items() if self.owner[k] == customer]
        wanted = request.args.get("currency")
        if wanted and not self.has("filter_ignored"):
            rows = [r for r in rows if r["currency"] == wanted]
            if self.has("filter_drops") and len(rows) > 1:
                rows = rows[1:]
        floor = request.args.get("min_balance", "")
        if floor.isdigit():
            rows = [r for r in rows if float(r["balance"]) >= int(floor)]
        order = request.args.get("sort")
        if order and not self.has("sort_ignored"):
            rows = sorted(rows, key=lambda r: str(r["nickname"]), reverse=order.startswith("-"))
            if self.has("sort_loses"):
                rows = rows[:-1]
        return self._page(request, "accounts", rows)

    def _entries(self, request: Request, customer: str, body: Row | None, key: str) -> Response:
        self._own(key, customer, "accounts")
        rows = self.entries[key]
        wanted, start = request.args.get("kind"), request.args.get("from_date")
        if wanted and not self.has("kind_ignored"):
            rows = [r for r in rows if r["kind"] == wanted]
        if start:
            rows = [r for r in rows if r["date"] >= start]
        if self.has("debits_lost") and wanted == "debit":
            raise Refused(500, "internal error")
        return self._page(request, "entries", rows)

    def _payees(self, request: Request, customer: str, body: Row | None) -> Response:
        rows = [p for k, p in self.payees.items() if self.owner[k] == customer]
        if self.has("removed_payee_listed"):
            rows += [p for k, p in self.removed.items() if self.owner[k] == customer]
        return self._page(request, "payees", rows[:3] if self.has("payee_not_listed") else rows)

    def _transfers(self, request: Request, customer: str, body: Row | None) -> Response:
        rows = [t for k, t in self.transfers.items() if self.owner[k] == customer]
        wanted = request.args.get("status")
        if wanted:
            rows = [r for r in rows if r["status"] == wanted]
        return self._page(request, "transfers", rows)

    # Single objects

    def _own(self, key: str, customer: str, kind: str, *, writes: bool = False) -> Row:
        row: Row | None = getattr(self, kind).get(key)
        open_to_all = self.has(f"{kind}_of_others_readable") or (
            writes and self.has(f"{kind}_of_others_writable")
        )
        if row is None or (self.owner[key] != customer and not open_to_all):
            raise Refused(404, "nothing here")
        return row

    def _tagged(self, request: Request, name: str, row: Row) -> Response:
        document = self._edit(name, copy.deepcopy(row))
        tag = f'"{hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]}"'
        headers = {} if self.has("etag_missing") else {"ETag": tag}
        if request.headers.get("If-None-Match") == tag and not self.has("condition_ignored"):
            return Response(b"", 304, headers=headers)
        return self._json(document, 200, headers)

    def _account(self, request: Request, customer: str, body: Row | None, key: str) -> Response:
        return self._tagged(request, "account", self._own(key, customer, "accounts"))

    def _payee(self, request: Request, customer: str, body: Row | None, key: str) -> Response:
        return self._tagged(request, "payee", self._own(key, customer, "payees"))

    def add_payee(self, data: Row, customer: str) -> Row:
        key = self._id()
        row = {
            "id": key,
            "currency": "HKD",
            **data,
            "verified": False,
            "created": "2026-01-15T09:30:00+08:00",
        }
        if self.has("name_cut"):
            row["name"] = str(row.get("name"))[:3]
        row.update(getattr(self, "_taken", {}))
        self.owner[key] = customer
        self.payees[key] = row
        return row

    def _addPayee(self, request: Request, customer: str, body: Row) -> Response:  # noqa: N802
        row = self.add_payee(body, customer)
        where = "/v2/payees/none" if self.has("location_leads_nowhere") else f"/v2/payees/{row['id']}"
        headers = {} if self.has("location_missing") else {"Location": where}
        if self.has("payee_not_kept"):
            del self.payees[row["id"]]
        if self.has("payee_answers_202"):
            return self._json(row, 202, headers)
        return self._json(self._edit("addPayee", copy.deepcopy(row)), 201, headers)

    def _changePayee(self, request: Request, customer: str, body: Row, key: str) -> Response:  # noqa: N802
        row = self._own(key, customer, "payees", writes=True)
        tag = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]
        wanted = request.headers.get("If-Match")
        if wanted not in (None, "*", f'"{tag}"') and not self.has("stale_change_accepted"):
            raise Refused(412, "changed meanwhile")
        changed = {**row, **body}
        if self.has("change_appends"):
            changed["name"] = f"{row['name']}{body['name']}"
        if self.has("change_counts"):
            changed["name"] = body["name"] if self.changes.get(key) is None else f"{body['name']}."
            self.changes[key] = True
        if not self.has("change_forgotten"):
            self.payees[key] = changed
        return self._json(self._edit("changePayee", changed))

    def _removePayee(self, request: Request, customer: str, body: None, key: str) -> Response:  # noqa: N802
        if key not in self.payees and self.has("second_removal_crashes"):
            raise Refused(500, "internal error")
        self._own(key, customer, "payees", writes=True)
        if not self.has("removal_forgotten"):
            self.removed[key] = self.payees.pop(key)
        return Response(b"", 204)

    def _transfer(self, request: Request, customer: str, body: Row) -> Response:
        used = (customer, request.headers.get("Idempotency-Key", ""))
        print_ = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if used in self.keys and not self.has("key_ignored"):
            known, key = self.keys[used]
            if known != print_ and not self.has("key_reused_for_another"):
                raise Refused(409, "the key was used for another transfer")
            return self._json(self.transfers[key], 201, {"Location": f"/v2/transfers/{key}"})
        owner = self.owner.get(body["accountId"])
        mine = owner == customer or (owner and self.has("account_owner_unchecked"))
        if not mine or body["payeeId"] not in self.payees:
            raise Refused(422, "no such account or payee")
        key = self._id()
        row = {"id": key, **body, "status": "pending", **getattr(self, "_taken", {})}
        if self.has("amount_rounded"):
            row["amount"] = f"{str(body.get('amount')).partition('.')[0]}0.00"
        self.owner[key], self.transfers[key], self.keys[used] = customer, row, (print_, key)
        return self._json(self._edit("transfer", row), 201, {"Location": f"/v2/transfers/{key}"})

    def _oneTransfer(self, request: Request, customer: str, body: None, key: str) -> Response:  # noqa: N802
        return self._json(self._edit("oneTransfer", self._own(key, customer, "transfers")))

    def _cancelTransfer(self, request: Request, customer: str, body: None, key: str) -> Response:  # noqa: N802
        row = self._own(key, customer, "transfers")
        if row["status"] == "cancelled":
            raise Refused(409, "cancelled already")
        if not self.has("cancel_forgotten"):
            self.transfers[key] = {**row, "status": "cancelled"}
        return self._json({**row, "status": "cancelled"})
