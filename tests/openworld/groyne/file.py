"""The bank.yaml of Groyne Bank, as data."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.secret import Secret
from tests.openworld.groyne.bank import CLIENTS, COVERED, PEOPLE, key_of

API = "https://api.groyne.example"
ONE = "/v1/payments/hk-fps/{id}"
STATES = {
    "RCVD": "awaiting_customer", "ACTC": "accepted", "ACSC": "completed", "RJCT": "rejected",
    "PDNG": "scheduled", "CANC": "cancelled",
}  # fmt: skip
ORDER = {
    "instructedAmount": {"currency": "{currency}", "amount": "{amount}"},
    "creditorAccount": {"{creditor.scheme}": "{creditor.identification}"},
    "creditorName": "{creditor.name}",
    "remittanceInformationUnstructured": "{reference}",
    "requestedExecutionDate": "{execution_date}",
}
PAYEES = (
    {"kind": "account", "scheme": "bban", "identification": "012-345678901", "name": "Wai Trading"},
    {"kind": "phone", "scheme": "msisdn", "identification": "+852-61234567", "name": "Wai Phone"},
    {"kind": "email", "scheme": "email", "identification": "wai@shop.example", "name": "Wai Mail"},
    {"kind": "fps_id", "scheme": "fps", "identification": "1234567", "name": "Wai Proxy"},
)


def _client(name: str) -> dict[str, Any]:
    pem = key_of(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "client_id": name,
        "client_secret": Secret(CLIENTS[name], name=f"{name}-secret"),
        "client_authentication": "client_secret_basic",
        "client_key": Secret(pem, name=f"{name}-key"),
        "client_key_id": name,
        "redirect_uri": f"https://{name}.example/back",
    }


def described() -> dict[str, Any]:
    """What the bank's file says."""
    people = [
        {"name": name, "username": name, "password": Secret(pin, name=f"{name}-pin")}
        for name, pin in PEOPLE.items()
    ]
    steps = [{"fill": {"Login": "{username}", "Pin": "{password}"}, "press": "Approve"}]
    return {
        "bank": {"name": "Groyne Bank", "environment": "sandbox"},
        "base_url": API,
        "hosts": ["sca.groyne.example"],
        "limits": {"requests_per_second": 5000},
        "allow": ["writes", "intrusive"],
        "headers": {"X-Request-ID": {"generate": "uuid4"}, "PSU-IP-Address": "203.0.113.9"},
        "errors": {"code": "$.tppMessages[0].code", "message": "$.tppMessages[0].text"},
        "functions": {
            "deposits.fund-transfer": {
                "request": {"method": "POST", "path": "/v1/payments/hk-fps", "json": ORDER},
                "rows": ["$"],
                "fields": {
                    "id": "$.paymentId",
                    "status": {"from": "$.transactionStatus", "as": {"pick": STATES}},
                    "amount": "$.instructedAmount.amount",
                    "currency": "$.instructedAmount.currency",
                    "execution_date": "$.requestedExecutionDate",
                },
            },
        },
        "authorization": {
            **_client("pier"),
            "issuer": API,
            "endpoints": {"token_endpoint": f"{API}/token"},
            "second_tsp": _client("quay"),
            "customers": people,
            "login": {"strategy": "form", "settings": {"steps": steps, "deny": [{"press": "Reject"}]}},
        },
        "writes": {
            "currency": "HKD",
            "amount": "1.20",
            "budget": "900.00",
            "largest": "1000000.00",
            "creditors": list(PAYEES),
            "unregistered": [{"scheme": "msisdn", "identification": "+852-50000000", "name": "Nobody"}],
            "required": ["creditor.name"],
            "values": {
                "deposits.fund-transfer": {
                    "amount": "{amount}", "currency": "{currency}", "creditor": PAYEES[0],
                    "reference": "Rice",
                },
            },
            "idempotency": {"header": "X-Request-ID", "form": "uuid"},
            "signature": {
                "kind": "cavage", "components": list(COVERED), "max_age": 60.0, "replay_refused": False,
            },
            "approval": {
                "link": "$._links.scaRedirect.href", "cancellation": "$._links.scaRedirect.href",
            },
            "status": {"method": "GET", "path": ONE},
            "cancel": {"method": "DELETE", "path": ONE},
        },
    }  # fmt: skip
