"""Target files for tests: written, loaded, refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from conformance.errors import ConfigurationError
from conformance.target import Target, load_target

HEAD = "bank: {name: Harbour Bank}\nbase_url: https://sandbox.harbour.example\n"

FULL = """\
bank: {name: Harbour Bank, environment: sandbox}
base_url: https://sandbox.harbour.example/v1/
authentication: {kind: header-pair, headers: {ClientID: "env:BANK_ID", ClientSecret: "env:BANK_SECRET"}}
language: {header: Accept-Language, values: {en: en-HK, tc: zh-HK, sc: zh-CN}}
errors: {code: $.Code, message: $.Message, no_body: [401, 404]}
maintenance: ["02:30-07:00"]
limits: {requests_per_second: 5, jobs: 2, max_requests: 900, max_time: 10min, timeout: 20s, max_body: 2 MiB}
allow: [writes, intrusive]
headers: {X-Channel: api, X-Request-Id: {generate: uuid4}, X-Version: 2}
paging: {kind: page, parameter: pageIdx, size_parameter: pageSize, base: 1, total: $.total, largest: 100}
capabilities: [conditional-requests]
attestations:
  P1-PUB-004: {note: Seen on the portal., by: A. Chan, date: 2026-01-31, evidence: portal.txt}
waivers:
  - {match: P1-FX-*, reason: Known., expires: 2999-01-01, owner: A. Chan}
profiles: [phase1]
hosts: [images.harbour.example]
tls_endpoints: ["legacy.harbour.example:8443"]
functions:
  other.fx-rate:
    request: {method: POST, path: /fx/v1/rates, query: {all: true, n: 3}, json: {language: en}}
    rows: ["$.data[*].Brand[*]", "$.ExchangeRate[*]"]
    fields: {currency: $.CurrencyCode, base: {constant: HKD}, buy: {from: $.BankBuyRate, as: decimal}}
    language: {column: $.language, values: {en: [en-US, en-GB], tc: zh-TW}}
    paging: none
    reads: true
  deposits.savings-account-product: offered
  insurance.general-product: not offered
"""


def load(folder: Path, text: str, *, resolve: bool = False) -> Target:
    (folder / "bank.yaml").write_text(text)
    return load_target("bank.yaml", resolve=resolve)


def refusal(folder: Path, text: str, *, resolve: bool = False) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, resolve=resolve)
    return caught.value.problems


def pair(name: str = "tsp") -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), pem
