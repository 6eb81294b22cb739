"""The bank.yaml of Tram Bank, as data."""

from __future__ import annotations

from typing import Any

from conformance.secret import Secret
from tests.openworld.tram.bank import CLIENTS, PEOPLE
from tests.openworld.tram.signing import COVERED, FRESH, pem

ORDER = {
    "amt": {"value": "{amount}", "ccy": "{currency}"},
    "to": {"by": "{creditor.scheme}", "value": "{creditor.identification}", "name": "{creditor.name}"},
    "note": "{reference}",
    "when": "{execution_date}",
}
BILL = {"amt": ORDER["amt"], "biller": "{merchant}", "billNo": "{bill_account}", "note": "{reference}"}
BILL |= {"when": "{execution_date}"}
DDA = {"cap": {"value": "{limit}", "ccy": "{currency}"}, "to": ORDER["to"]}
STATES = {
    "PDNG": "accepted", "ACSC": "completed", "SCHD": "scheduled", "CANC": "cancelled",
    "WOTP": "awaiting_otp", "ACTV": "active",
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "id": "$.paymentRef",
    "status": {"from": "$.state", "as": {"pick": STATES}},
    "created_at": {"from": "$.received", "as": {"epoch": "ms"}},
    "amount": {"from": "$.amt.value", "as": "minor"},
    "currency": "$.amt.ccy",
    "execution_date": {"from": "$.valueDate", "as": {"date": "%Y%m%d"}},
}
PAYEES = (
    {"scheme": "BBAN", "identification": "012-345678901", "name": "Wai Trading"},
    {"scheme": "MOBN", "identification": "+852-61234567", "name": "Wai Phone"},
    {"scheme": "EMAL", "identification": "wai@shop.example", "name": "Wai Mail"},
    {"scheme": "SVID", "identification": "1234567", "name": "Wai Proxy"},
)


def _function(path: str, template: dict[str, Any]) -> dict[str, Any]:
    body = {"instructionId": "{idempotency_key}", **template}
    asked = {"method": "PUT", "path": f"/open/v2/{path}", "json": body}
    return {"request": asked, "rows": ["$.result"], "fields": FIELDS}


def _client(name: str) -> dict[str, Any]:
    return {
        "client_id": name,
        "client_secret": Secret(CLIENTS[name], name=f"{name}-secret"),
        "client_authentication": "client_secret_post",
        "client_key": Secret(pem(name), name=f"{name}-key"),
        "client_key_id": f"{name}-k",
        "redirect_uri": f"https://{name}.example/back",
        "scope": "pay",
    }


def described() -> dict[str, Any]:
    """What the bank's file says."""
    people = [
        {"name": name, "username": name, "password": Secret(pin, name=f"{name}-pin")}
        for name, pin in PEOPLE.items()
    ]
    once = {"value": "{amount}", "ccy": "{currency}"}
    return {
        "bank": {"name": "Tram Bank", "environment": "sandbox"},
        "base_url": "https://api.tram.example",
        "hosts": ["id.tram.example"],
        "limits": {"requests_per_second": 5000},
        "allow": ["writes", "intrusive"],
        "errors": {"code": "$.status.code", "message": "$.status.text"},
        "functions": {
            "deposits.fund-transfer": _function("transfers", ORDER),
            "other.bill-payment": _function("bills", BILL),
            "other.direct-debit-authorisation": _function("ddas", DDA),
        },
        "authorization": {
            **_client("shop"),
            "issuer": "https://id.tram.example",
            "endpoints": {
                "authorization_endpoint": "https://id.tram.example/id/authorize",
                "token_endpoint": "https://id.tram.example/id/token",
                "jwks_uri": "https://id.tram.example/id/keys",
            },
            "second_tsp": _client("till"),
            "customers": people,
            "login": {
                "strategy": "form",
                "settings": {
                    "steps": [{"fill": {"User": "{username}", "Pin": "{password}"}, "press": "Agree"}],
                },
            },
        },
        "writes": {
            "currency": "HKD",
            "amount": "0.10",
            "budget": "900.00",
            "largest": "20000.00",
            "amounts": "minor",
            "creditors": list(PAYEES),
            "scope": "pay",
            "values": {
                "deposits.fund-transfer": {
                    "amount": "{amount}", "currency": "{currency}", "creditor": PAYEES[0], "reference": "Tea",
                },
                "other.bill-payment": {
                    "amount": "{amount}", "currency": "{currency}", "merchant": "WATER",
                    "bill_account": "4711", "reference": "Water",
                },
                "other.direct-debit-authorisation": {
                    "limit": "5.00", "currency": "{currency}", "creditor": PAYEES[0],
                },
            },
            "idempotency": {"header": ""},
            "signature": {
                "kind": "cavage", "components": COVERED, "max_age": float(FRESH), "replay_refused": False,
            },
            "consent": {
                "create": {
                    "path": "/open/v2/authorisations",
                    "json": {"kind": "{function}", "order": "{body}", "validUntil": "{expires_at}"},
                },
                "id": "$.result.ref",
                "parameters": {"authorisation_ref": "{consent_id}"},
                "revoke": {"path": "/open/v2/authorisations/withdrawals", "json": {"ref": "{consent_id}"}},
            },
            "status": {"method": "POST", "path": "/open/v2/enquiries", "json": {"ref": "{id}"}},
            "cancel": {"path": "/open/v2/recalls", "json": {"ref": "{id}"}},
            "one_time_password": {
                "inbox": {"method": "GET", "path": "/sandbox/sms?ref={id}"},
                "at": "$.result.sms.code",
                "confirm": {"path": "/open/v2/ddas/codes", "json": {"ref": "{id}", "code": "{otp}"}},
                "tries": 4,
                "lifetime": 3600.0,
            },
            "debit": {
                "instruct": {
                    "path": "/open/v2/collections",
                    "json": {"instructionId": "{idempotency_key}", "dda": "{mandate}", "amt": once},
                },
                "id": "$.result.paymentRef",
            },
            "events": {
                "poll": {"method": "GET", "path": "/open/v2/notices"},
                "sets": "$.result[*].jws",
                "about": "$.payment.ref",
            },
            "days": {"functions": ["other.bill-payment"], "on_holiday": "next", "saturdays": False},
        },
    }  # fmt: skip
